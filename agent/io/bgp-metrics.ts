import { Counter, Gauge, type Registry } from "prom-client";
import { type MessageCounts, SessionCounters } from "../../bgp/session/counters.ts";
import { rank } from "../../bgp/session/state.ts";
import type { PeerState, SpeakerStatus } from "../../bgp/speaker/status.ts";

/** More peers than this share the last series, under the name `others`: a page stays a page. */
export const mostPeers = 1000;

type Labels = Readonly<Record<string, string>>;
type Series = readonly (readonly [labels: Labels, value: number])[];

/** What is read when somebody scrapes; `now` is wall-clock milliseconds. */
export interface BgpReading {
  readonly status: SpeakerStatus | undefined;
  readonly now: number;
}

type Row = readonly [
  kind: "gauge" | "counter",
  help: string,
  labels: readonly string[],
  read: (status: SpeakerStatus, now: number) => Series,
];

const ofPeers = (read: (peer: PeerState, now: number) => number): Row[3] => {
  return (status, now) => status.peers.map((peer) => [{ peer: peer.name }, read(peer, now)]);
};
const ofFamilies = (name: "accepted" | "stale"): Row[3] => {
  return ({ peers }) =>
    peers.flatMap(({ name: peer, families }) =>
      families.map((one) => [{ peer, family: one.family }, one[name]] as const),
    );
};
const ofTables = (name: "prefixes" | "paths" | "best"): Row[3] => {
  return ({ families }) => families.map((one) => [{ family: one.family }, one[name]]);
};

const bytesOf = ({ memory }: SpeakerStatus): number => Object.values(memory).reduce((sum, one) => sum + one, 0);

function messages(peer: string, direction: string, counts: MessageCounts): Series {
  return Object.entries(counts).map(([type, value]) => [{ peer, direction, type }, value]);
}

const sessionRows: Readonly<Record<string, Row>> = {
  bgp_peer_state: [
    "gauge",
    "State of the session: 1 Idle, 2 Connect, 3 Active, 4 OpenSent, 5 OpenConfirm, 6 Established (RFC 4273).",
    ["peer"],
    ofPeers(({ state }) => rank[state] + 1),
  ],
  bgp_peer_state_seconds: [
    "gauge",
    "How long the session has been in its state.",
    ["peer"],
    ofPeers(({ since }, now) => Math.max(0, (now - since) / 1000)),
  ],
  bgp_peer_established_total: [
    "counter",
    "How often the session came up.",
    ["peer"],
    ofPeers(({ counters }) => counters.established),
  ],
  bgp_peer_prefixes_accepted: ["gauge", "Paths that may be chosen.", ["peer", "family"], ofFamilies("accepted")],
  bgp_peer_prefixes_stale: [
    "gauge",
    "Paths kept although the peer went away.",
    ["peer", "family"],
    ofFamilies("stale"),
  ],
};

const trafficRows: Readonly<Record<string, Row>> = {
  bgp_peer_messages_total: [
    "counter",
    "Messages by direction and type.",
    ["peer", "direction", "type"],
    ({ peers }) =>
      peers.flatMap(({ name, counters }) => [
        ...messages(name, "in", counters.messagesIn),
        ...messages(name, "out", counters.messagesOut),
      ]),
  ],
  bgp_peer_octets_total: [
    "counter",
    "Octets of BGP by direction.",
    ["peer", "direction"],
    ({ peers }) =>
      peers.flatMap(({ name: peer, counters }) => [
        [{ peer, direction: "in" }, counters.octetsIn] as const,
        [{ peer, direction: "out" }, counters.octetsOut] as const,
      ]),
  ],
  bgp_peer_malformed_updates_total: [
    "counter",
    "UPDATEs with a fault in them (RFC 7606).",
    ["peer"],
    ofPeers(({ counters }) => counters.malformed),
  ],
  bgp_peer_last_error_info: [
    "gauge",
    "The last NOTIFICATION either way, as labels; always 1.",
    ["peer", "direction", "code", "subcode"],
    ({ peers }) =>
      peers.flatMap(({ name: peer, counters: { lastError } }) => {
        if (!lastError) return [];
        const { direction, code, subcode } = lastError;
        return [[{ peer, direction, code: String(code), subcode: String(subcode) }, 1] as const];
      }),
  ],
};

const tableRows: Readonly<Record<string, Row>> = {
  bgp_prefixes: ["gauge", "Destinations known.", ["family"], ofTables("prefixes")],
  bgp_paths: ["gauge", "Paths of all peers and our own.", ["family"], ofTables("paths")],
  bgp_routes_best: ["gauge", "Destinations that have a best path.", ["family"], ofTables("best")],
  bgp_attribute_sets: ["gauge", "Different sets of attributes.", [], (status) => [[{}, status.attributeSets]]],
  bgp_memory_bytes: [
    "gauge",
    "Memory of the tables by what it is for.",
    ["part"],
    ({ memory }) => Object.entries(memory).map(([part, bytes]) => [{ part }, bytes]),
  ],
  bgp_bytes_per_route: [
    "gauge",
    "Memory of the tables for every path.",
    [],
    (status) => [
      [
        {},
        bytesOf(status) /
          Math.max(
            1,
            status.families.reduce((sum, { paths }) => sum + paths, 0),
          ),
      ],
    ],
  ],
  bgp_update_groups: [
    "gauge",
    "Groups of peers that are told the same.",
    ["family"],
    (status) => groupSeries(status, () => 1),
  ],
  bgp_update_groups_busy: [
    "gauge",
    "Groups that have something left to say.",
    ["family"],
    (status) => groupSeries(status, ({ isQuiet }) => Number(!isQuiet)),
  ],
  bgp_update_batches_queued: [
    "gauge",
    "Batches of UPDATEs that the slowest member of a group has not got yet.",
    ["family"],
    (status) => groupSeries(status, ({ queuedSlabs }) => queuedSlabs),
  ],
  bgp_deciding: [
    "gauge",
    "1 when best paths are being decided, 0 while a restart waits for its peers.",
    [],
    ({ isDeciding }) => [[{}, Number(isDeciding)]],
  ],
};

function groupSeries(
  { families, groups }: SpeakerStatus,
  of: (group: SpeakerStatus["groups"][number]) => number,
): Series {
  return families.map(({ family }) => {
    const mine = groups.filter((group) => group.family === family);
    return [{ family }, mine.reduce((sum, group) => sum + of(group), 0)];
  });
}

/** Those that get series of their own, and one that stands for all the others. */
function bounded(status: SpeakerStatus): SpeakerStatus {
  if (status.peers.length <= mostPeers) return status;
  const own = status.peers.slice(0, mostPeers - 1);
  return { ...status, peers: [...own, together(status.peers.slice(mostPeers - 1))] };
}

/** Sums; the state is the lowest one, and the time the shortest, so that trouble among many still shows. */
function together(peers: readonly PeerState[]): PeerState {
  const counters = new SessionCounters();
  const lowest = peers.reduce((low, peer) => (rank[peer.state] < rank[low.state] ? peer : low));
  const families = lowest.families.map((one, i) => {
    const sum = (name: "received" | "accepted" | "stale" | "advertised"): number =>
      peers.reduce((total, peer) => total + (peer.families[i]?.[name] ?? 0), 0);
    return {
      ...one,
      received: sum("received"),
      accepted: sum("accepted"),
      stale: sum("stale"),
      advertised: sum("advertised"),
    };
  });
  for (const { counters: more } of peers) {
    for (const type of Object.keys(more.messagesIn) as (keyof MessageCounts)[]) {
      counters.messagesIn[type] += more.messagesIn[type];
      counters.messagesOut[type] += more.messagesOut[type];
    }
    counters.octetsIn += more.octetsIn;
    counters.octetsOut += more.octetsOut;
    counters.established += more.established;
    counters.malformed += more.malformed;
  }
  return { ...lowest, name: "others", since: Math.max(...peers.map(({ since }) => since)), families, counters };
}

/** Registers the series of a BGP speaker; `read` is asked when somebody scrapes. */
export function registerBgpMetrics(registry: Registry, read: () => BgpReading): void {
  for (const [name, [kind, help, labelNames, series]] of Object.entries({
    ...sessionRows,
    ...trafficRows,
    ...tableRows,
  })) {
    const shape = { name, help, labelNames: [...labelNames], registers: [registry] };
    const fill = (put: (labels: Labels, value: number) => void): void => {
      const { status, now } = read();
      if (status) for (const [labels, value] of series(bounded(status), now)) put(labels, value);
    };
    if (kind === "gauge") {
      new Gauge({
        ...shape,
        collect() {
          this.reset();
          fill((labels, value) => this.set(labels, value));
        },
      });
    } else {
      new Counter({
        ...shape,
        collect() {
          this.reset();
          fill((labels, value) => this.inc(labels, value));
        },
      });
    }
  }
}
