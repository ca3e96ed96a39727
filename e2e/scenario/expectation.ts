import type { ProbeKind } from "./driver.ts";

/** What a scenario expects of the cluster. It holds when it held once before the step's deadline. */
export type Expectation =
  /** Mesh between all nodes and eBGP to all routers are Established from both ends, in both families. */
  | { readonly expect: "sessions" }
  /** The pods have one address of each family, no two the same, each inside a prefix that its node owns. */
  | { readonly expect: "addresses"; readonly pods: readonly string[] }
  /** Every pair behaves as the first row that fits says; a pair that no row fits must pass. Sources are always kept. */
  | { readonly expect: "reach"; readonly rows: readonly ReachRow[] }
  /** The router forwards to exactly what the nodes own, each by its owner, and to nothing else of the cluster. */
  | { readonly expect: "routes"; readonly at: string }
  /** The addresses the pod had when it was attached are known nowhere any more. */
  | { readonly expect: "gone"; readonly pod: string }
  /** The agent says that it is (not) ready; `mentions` must stand in its reasons. */
  | { readonly expect: "ready"; readonly node: string; readonly ready: boolean; readonly mentions?: string }
  /** The last stream lost nothing on any pair. Pairs of the named machines are left out. */
  | { readonly expect: "lossless"; readonly except?: readonly string[] };

/** A line of a matrix. `*` stands for everyone; absent `probes` means all. */
export interface ReachRow {
  readonly from: readonly string[] | "*";
  readonly to: readonly string[] | "*";
  readonly probes?: readonly ProbeKind[];
  readonly pass: boolean;
}

/** One thing that was checked: what, whether it held, and what was seen instead when it did not. */
export interface Verdict {
  readonly what: string;
  readonly held: boolean;
  readonly seen: string;
}
