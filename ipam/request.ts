import type { Address } from "../net/address.ts";
import type { Family } from "../net/family.ts";
import type { Prefix } from "../net/prefix.ts";

/** What a pool may be used for (IPPool.spec.allowedUses). */
export type PoolUse = "Workload" | "Tunnel" | "LoadBalancer";

/** Answers whether a Calico selector matches labels; the agent passes policy's evaluator. A broken selector matches none. */
export type Selects = (selector: string, labels: Readonly<Record<string, string>>) => boolean;

/** Who will own addresses: a handle and what is noted beside it (`pod`, `namespace`, `node`, `timestamp`, `type`). */
export interface Owner {
  readonly handle: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A wish for addresses, all of them or none. */
export interface AssignRequest extends Owner {
  /** One address of each of these families; ignored when `addresses` is given. */
  readonly families: readonly Family[];
  /** Names or CIDRs of pools to take from, bypassing selectors; absent means Calico's rules of selection. */
  readonly pools?: readonly string[] | undefined;
  /** Exactly these addresses. */
  readonly addresses?: readonly Address[] | undefined;
  /** Default Workload. */
  readonly use?: PoolUse | undefined;
  /** Labels of the workload's namespace, for namespaceSelector; absent means none. */
  readonly namespaceLabels?: Readonly<Record<string, string>> | undefined;
}

/** One address as given out. */
export interface Assigned {
  readonly address: Address;
  /** The block it is from. */
  readonly block: Prefix;
  /** Whether the block is not ours: the address is then routed on its own, as a host route. */
  readonly borrowed: boolean;
}

/** One address to give back; handle and sequence number, when given, must match, else nothing of the call is done. */
export interface ReleaseRequest {
  readonly address: Address;
  readonly handle?: string | undefined;
  readonly sequenceNumber?: bigint | undefined;
}
