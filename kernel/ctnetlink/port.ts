import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { Flow } from "./flow.ts";

/** Which flows are meant; what is absent does not restrict. */
export interface FlowFilter {
  readonly family?: Family;
  readonly zone?: number;
  /** Flows in which one of these stands at any of the four places. An empty list means none at all. */
  readonly addresses?: readonly Address[];
}

/**
 * The connection table of one network namespace. The port that `io/` and `sim/` implement. Every method rejects with a
 * KernelError: `kernel/overrun` when answers were lost, after which asking again is right.
 */
export interface Conntrack {
  /**
   * The flows that match, in the kernel's order. The table changes while it is read: what comes or goes then may be
   * missed.
   */
  flows(filter: FlowFilter): Promise<readonly Flow[]>;
  /**
   * Deletes every flow in which one of these addresses stands, of every protocol and zone. Answers how many went. All
   * addresses share one reading of the table.
   */
  deleteFlows(addresses: readonly Address[]): Promise<number>;
  /**
   * Deletes these very entries (by number too: a newer one with the same tuple stays). Answers how many were still
   * there.
   */
  deleteEach(flows: readonly Flow[]): Promise<number>;
  /** Deletes one entry; false when it was gone already. */
  deleteFlow(flow: Flow): Promise<boolean>;
  close(): void;
}

/** How the port is opened; `netns` is the path of a network namespace, absent for our own. @throws KernelError */
export type OpenConntrack = (options: { readonly netns?: string }) => Conntrack;
