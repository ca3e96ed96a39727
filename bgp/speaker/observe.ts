import { ipv4 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { formatPrefix, masked, type Prefix } from "../../net/prefix.ts";
import { type Denial, denial, denialWhy } from "../export/export-rules.ts";
import { explain, isEligible } from "../rib/best-path.ts";
import { staleness } from "../rib/path-table.ts";
import type { SpeakerPeer } from "./speaker-peer.ts";
import type { CandidateState, Explanation, GroupState, PeerFamilyState, PeerState, SpeakerStatus } from "./status.ts";
import type { FamilyTables, Tables } from "./tables.ts";

/** The speaker as it is now. O(paths + prefixes × groups): for people, not for a loop. */
export function observe(tables: Tables, peers: readonly SpeakerPeer[], isDeciding: boolean): SpeakerStatus {
  const all = [...tables.families.values()];
  const sum = (bytes: (one: FamilyTables) => number): number => all.reduce((total, one) => total + bytes(one), 0);
  return {
    peers: peers.map((peer) => peerState(tables, peer)),
    groups: all.flatMap((one) => groupStates(tables, one)),
    families: all.map(({ rib }) => ({
      family: rib.family,
      prefixes: rib.prefixes.size,
      paths: rib.paths.size,
      best: rib.locRib.size,
    })),
    attributeSets: tables.attributes.size,
    isDeciding,
    memory: {
      attributes: tables.attributes.bytes.arena,
      attributeColumns: tables.attributes.bytes.columns,
      prefixes: sum(({ rib }) => rib.prefixes.bytes),
      paths: sum(({ rib }) => rib.paths.bytes),
      locRib: sum(({ rib, feed }) => rib.locRib.bytes + (feed?.bytes ?? 0)),
      adjRibOut: sum(({ groups }) => groups.bytes),
      nextHops: tables.nextHops.bytes,
    },
  };
}

function peerState(tables: Tables, peer: SpeakerPeer): PeerState {
  const { negotiated, session } = peer;
  return {
    name: peer.name,
    asn: negotiated?.peerAsn ?? peer.config.asn,
    routerId: negotiated?.peerRouterId,
    state: session.state,
    since: peer.since,
    isDynamic: peer.isDynamic,
    why: session.state === "Established" ? "" : session.why,
    families: [...tables.families].map(([family, one]) => familyState(one, family, peer)),
  };
}

function familyState({ rib, groups }: FamilyTables, family: Family, peer: SpeakerPeer): PeerFamilyState {
  const { paths, candidates } = rib;
  let accepted = 0;
  let stale = 0;
  for (let path = 1; path < paths.limit; path++) {
    if (paths.prefix[path] === 0 || paths.peer[path] !== peer.index) continue;
    if (isEligible(candidates, path)) accepted++;
    if (paths.stale[path] !== staleness.fresh) stale++;
  }
  return {
    family,
    isUp: peer.negotiated?.families.includes(family) ?? false,
    received: peer.received(family),
    accepted,
    stale,
    advertised: groups.groupOf(peer.index)?.advertised(peer.index) ?? 0,
    isTold: peer.told.has(family),
  };
}

function groupStates(tables: Tables, { rib, groups }: FamilyTables): GroupState[] {
  return [...groups.groups()].map((group) => ({
    family: rib.family,
    peers: group.members().map((index) => tables.peers.peer(index).name),
    advertised: group.adjRibOut.size,
    queuedSlabs: group.queuedSlabs,
    isQuiet: group.isQuiet,
  }));
}

/** Why things are as they are with one prefix; undefined when no path of it is known. */
export function explainPrefix(tables: Tables, peers: readonly SpeakerPeer[], prefix: Prefix): Explanation | undefined {
  const one = tables.of(prefix.family);
  const { a, b, c, d, length } = masked(prefix);
  const id = one?.rib.prefixes.find(a, b, c, d, length) ?? 0;
  if (!one || id === 0) return undefined;
  const { best, lost } = explain(one.rib.candidates, id);
  const used = new Set(one.forwarding(id).paths);
  const nameOf = (path: number): string => (path === 0 ? "" : tables.peers.peer(one.rib.paths.peer[path]!).name);
  const candidate = (path: number): Omit<CandidateState, "step" | "rfc" | "lostTo"> => ({
    peer: nameOf(path),
    isBest: path === best,
    isUsed: used.has(path),
    isStale: one.rib.paths.stale[path] !== staleness.fresh,
    attributes: inWords(tables, one.rib.paths.attributes[path]!),
  });
  const candidates = lost.map(({ path, step, rfc, lostTo }) => ({
    ...candidate(path),
    step,
    rfc,
    lostTo: nameOf(lostTo),
  }));
  if (best !== 0) candidates.unshift({ ...candidate(best), step: "", rfc: "", lostTo: "" });
  const up = peers.filter(({ negotiated }) => negotiated?.families.includes(prefix.family));
  return {
    prefix: formatPrefix(prefix),
    candidates,
    advertisements: up.map((peer) => {
      const why = denialFor(one, peer.index, id, best);
      return { peer: peer.name, isAdvertised: why === denial.none, why: denialWhy[why] };
    }),
  };
}

function denialFor({ rib, groups }: FamilyTables, peer: number, prefix: number, best: number): Denial {
  const group = groups.groupOf(peer);
  if (best === 0 || !group) return denial.noRoute;
  const source = rib.paths.peer[best]!;
  if (source === peer) return denial.ownRoute;
  const outcome = group.policy.exported(prefix, rib.paths.attributes[best]!, source);
  return outcome > 0 ? denial.none : (-outcome as Denial);
}

function inWords(tables: Tables, set: number): string {
  const { columns } = tables.attributes;
  const { address } = tables.nextHops.hop(columns.nextHop[set]!);
  const words = [
    `next hop ${address ? formatAddress(address) : "here"}`,
    `LOCAL_PREF ${columns.localPref[set]}`,
    `AS_PATH length ${columns.asPathLength[set]}`,
    `ORIGIN ${columns.origin[set]}`,
    `MED ${columns.med[set]}`,
  ];
  const originator = columns.originatorId[set]!;
  return originator === 0
    ? words.join(", ")
    : [...words, `ORIGINATOR_ID ${formatAddress(ipv4(originator))}`].join(", ");
}
