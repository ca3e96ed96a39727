import { ipv4 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix, type Prefix } from "../../net/prefix.ts";
import { type Denial, denial, denialWhy } from "../export/denial.ts";
import { explain } from "../rib/best-path.ts";
import { staleness } from "../rib/path-table.ts";
import { findPrefix } from "./list-routes.ts";
import { type PathCounts, pathCounts } from "./path-counts.ts";
import { RouteWords } from "./route-words.ts";
import type { SpeakerPeer } from "./speaker-peer.ts";
import type { CandidateState, Explanation, GroupState, PeerFamilyState, PeerState, SpeakerStatus } from "./status.ts";
import type { FamilyTables, Tables } from "./tables.ts";

/** The speaker as it is now. O(paths + prefixes × groups): for people, not for a loop. */
export function observe(tables: Tables, peers: readonly SpeakerPeer[], isDeciding: boolean): SpeakerStatus {
  const all = [...tables.families.values()];
  const counts = all.map((one) => ({ one, paths: pathCounts(one.rib) }));
  const sum = (bytes: (one: FamilyTables) => number): number => all.reduce((total, one) => total + bytes(one), 0);
  return {
    peers: peers.map((peer) => peerState(counts, peer)),
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

/** What is counted over a whole family at once, for all peers. */
interface FamilyCounts {
  readonly one: FamilyTables;
  readonly paths: PathCounts;
}

function peerState(counts: readonly FamilyCounts[], peer: SpeakerPeer): PeerState {
  const { negotiated, session } = peer;
  return {
    name: peer.name,
    asn: negotiated?.peerAsn ?? peer.config.asn,
    routerId: negotiated?.peerRouterId,
    state: session.state,
    since: peer.since,
    isDynamic: peer.isDynamic,
    why: session.state === "Established" ? "" : session.why,
    families: counts.map((family) => familyState(family, peer)),
    counters: session.counters,
  };
}

function familyState({ one, paths }: FamilyCounts, peer: SpeakerPeer): PeerFamilyState {
  const { family } = one.rib;
  return {
    family,
    isUp: peer.negotiated?.families.includes(family) ?? false,
    received: peer.received(family),
    accepted: paths.accepted[peer.index] ?? 0,
    stale: paths.stale[peer.index] ?? 0,
    advertised: advertisedTo(one, peer),
    isTold: peer.told.has(family),
  };
}

/** Who has sent nothing, and is nobody's next hop, is told everything: no need to count. */
function advertisedTo({ rib, groups }: FamilyTables, { index }: SpeakerPeer): number {
  const group = groups.groupOf(index);
  if (!group) return 0;
  const isPlain = (rib.paths.count[index] ?? 0) === 0 && !group.policy.mayNameOthers;
  return isPlain ? group.adjRibOut.size : group.advertised(index);
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

/**
 * Why things are as they are with one prefix, or with the most specific known one that covers it; undefined when no path of
 * it is known.
 */
export function explainPrefix(
  tables: Tables,
  peers: readonly SpeakerPeer[],
  prefix: Prefix,
  longest = false,
): Explanation | undefined {
  const one = tables.of(prefix.family);
  const id = one ? findPrefix(one.rib.prefixes, prefix, longest) : 0;
  if (!one || id === 0) return undefined;
  const { best, lost } = explain(one.rib.candidates, id);
  const used = new Set(one.forwarding(id).paths);
  const words = new RouteWords(tables);
  const nameOf = (path: number): string => (path === 0 ? "" : tables.peers.peer(one.rib.paths.peer[path]!).name);
  const candidate = (path: number): Omit<CandidateState, "step" | "rfc" | "lostTo"> => ({
    peer: nameOf(path),
    isBest: path === best,
    isUsed: used.has(path),
    isStale: one.rib.paths.stale[path] !== staleness.fresh,
    attributes: inWords(tables, one.rib.paths.attributes[path]!),
    route: words.path(one, path, false),
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
    prefix: formatPrefix(one.rib.prefixes.prefix(id)),
    candidates,
    advertisements: up.map((peer) => {
      const why = denialFor(one, peer.index, id, best);
      return { peer: peer.name, isAdvertised: why === denial.none, why: denialWhy[why] };
    }),
  };
}

function denialFor({ groups }: FamilyTables, peer: number, prefix: number, best: number): Denial {
  return groups.groupOf(peer)?.policy.why(prefix, best, peer) ?? denial.familyNotNegotiated;
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
