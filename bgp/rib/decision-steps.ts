import { compareAddresses } from "../../net/address.ts";
import { type AttributeColumns, attributeBit } from "./attribute-columns.ts";
import type { AttributeStore } from "./attribute-store.ts";
import type { PathTable } from "./path-table.ts";
import { localPeer, type PeerTable } from "./peer-table.ts";

/** What an operator may want otherwise than the RFC has it; everything absent is the RFC's order. */
export interface DecisionOptions {
  /** MED is compared between all paths, not only within one neighbouring AS. */
  readonly alwaysCompareMed?: boolean;
  /** A path without MED counts as one with the highest, not with 0. */
  readonly missingMedAsWorst?: boolean;
  /** AS_PATH may be as long as it likes. */
  readonly ignoreAsPathLength?: boolean;
  /**
   * Of eBGP paths equal through the interior cost, the one that is there longest (RFC 5004). The outcome then depends on
   * history: off by default.
   */
  readonly preferOldest?: boolean;
}

/** The columns that decisions read, and the steps in which they do. */
export interface Candidates {
  readonly paths: PathTable;
  readonly attributes: AttributeColumns;
  readonly peers: PeerTable;
  /** The octets of the sets. */
  readonly sets: AttributeStore;
  readonly steps: readonly DecisionStep[];
}

/** One step of the decision process: who of two paths is out. */
export interface DecisionStep {
  readonly name: string;
  readonly rfc: string;
  /** Negative when `x` is better, positive when `y` is, 0 when this step does not tell. */
  readonly compare: (c: Candidates, x: number, y: number) => number;
  /**
   * The step only compares paths of one neighbouring AS, so it is no order over all of them: every path is held against
   * every other (deterministic MED), not only against the best so far.
   */
  readonly isPartial?: boolean;
  /** Paths that only such steps tell apart are equally good: with multipath all of them are used. */
  readonly isTieBreak?: true;
}

/** The paths of a decision differ in few steps; each step looks at one column. Higher is better in the first, else lower. */
const number = (
  name: string,
  rfc: string,
  value: (c: Candidates, attributes: number, path: number) => number,
): DecisionStep => ({
  name,
  rfc,
  compare: (c, x, y) => value(c, c.paths.attributes[x]!, x) - value(c, c.paths.attributes[y]!, y),
});

/** A step that only finds one among equals. */
const tieBreak = (step: DecisionStep): DecisionStep => ({ ...step, isTieBreak: true });

/**
 * The decision process: one list, in order, that `decide` runs and `explain` tells (RFC 4271 9.1.2, RFC 4456 9). Every
 * step but MED is a total preorder and the last one tells any two paths apart, so the outcome is the same whatever the
 * order of the paths.
 */
export function decisionSteps(options: DecisionOptions = {}): readonly DecisionStep[] {
  return [
    number("local", "RFC 4271 9.1.1: a route of our own", (c, _, path) => (c.paths.peer[path] === localPeer ? 0 : 1)),
    number(
      "llgr-stale",
      "RFC 9494 4.3: least preferred",
      (c, set) => c.attributes.flags[set]! & attributeBit.llgrStale,
    ),
    number("local-pref", "RFC 4271 9.1.1: highest LOCAL_PREF", (c, set) => -c.attributes.localPref[set]!),
    ...(options.ignoreAsPathLength ? [] : [asPathLength]),
    number("origin", "RFC 4271 9.1.2.2 b", (c, set) => c.attributes.origin[set]!),
    medStep(options),
    number("ebgp-over-ibgp", "RFC 4271 9.1.2.2 d", (c, _, path) => c.peers.isInternal[c.paths.peer[path]!]!),
    number("igp-metric", "RFC 4271 9.1.2.2 e", (c, set) => c.attributes.nextHops.metric[c.attributes.nextHop[set]!]!),
    ...(options.preferOldest ? [oldest] : []),
    ...tieBreaks,
  ];
}

const asPathLength = number("as-path-length", "RFC 4271 9.1.2.2 a", (c, set) => c.attributes.asPathLength[set]!);

const oldest = tieBreak(
  number("oldest-external", "RFC 5004 3: the eBGP path that is there longest", (c, _, path) =>
    c.peers.isInternal[c.paths.peer[path]!] === 1 ? 0 : c.paths.arrival(path),
  ),
);

const tieBreaks: readonly DecisionStep[] = [
  number(
    "router-id",
    "RFC 4271 9.1.2.2 f, RFC 4456 9: ORIGINATOR_ID instead where there is one",
    (c, set, path) => c.attributes.originatorId[set]! || c.peers.routerId[c.paths.peer[path]!]!,
  ),
  number("cluster-list-length", "RFC 4456 9", (c, set) => c.attributes.clusterLength[set]!),
  { name: "peer-address", rfc: "RFC 4271 9.1.2.2 g: lowest", compare: comparePeerAddress } as const,
  {
    name: "attributes",
    rfc: "RFC 7911 leaves it open: several paths of one peer, lowest octets, for identifiers tell who came first",
    compare: compareOctets,
  } as const,
  number("path-id", "RFC 7911 2: several paths of one peer, lowest identifier", (c, _, path) =>
    c.paths.receivedId(path),
  ),
].map(tieBreak);

function medStep({ alwaysCompareMed = false, missingMedAsWorst = false }: DecisionOptions): DecisionStep {
  const absent = missingMedAsWorst ? 0xffffffff : 0;
  const med = ({ attributes }: Candidates, set: number): number =>
    attributes.flags[set]! & attributeBit.hasMed ? attributes.med[set]! : absent;
  return {
    name: "med",
    rfc: `RFC 4271 9.1.2.2 c: ${alwaysCompareMed ? "within any AS, as configured" : "within one neighbouring AS"}`,
    isPartial: !alwaysCompareMed,
    compare: (c, x, y) => {
      const a = c.paths.attributes[x]!;
      const b = c.paths.attributes[y]!;
      if (!alwaysCompareMed && c.attributes.neighborAs[a] !== c.attributes.neighborAs[b]) return 0;
      return med(c, a) - med(c, b);
    },
  };
}

function comparePeerAddress(c: Candidates, x: number, y: number): number {
  const p = c.paths.peer[x]!;
  const q = c.paths.peer[y]!;
  return p === q ? 0 : compareAddresses(c.peers.peer(p).address, c.peers.peer(q).address) || p - q;
}

/**
 * Whatever tells two sets apart, if nothing else does: the outcome must not depend on when they came. Identifiers of our own
 * routes are no matter of time: an announced one goes before an aggregate of the same prefix.
 */
function compareOctets(c: Candidates, x: number, y: number): number {
  const [a, b] = [c.paths.attributes[x]!, c.paths.attributes[y]!];
  if (a === b || c.paths.peer[x] === localPeer) return 0;
  const [p, q] = [c.sets.block(a), c.sets.block(b)];
  for (let i = 0; i < p.length && i < q.length; i++) if (p[i] !== q[i]) return p[i]! - q[i]!;
  return p.length - q.length;
}
