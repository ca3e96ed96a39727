import type { TableName } from "../../kernel/iptables/table.ts";
import type { Family } from "../../net/family.ts";
import type { ChainId, EndpointGates } from "../../policy/chain.ts";
import type { PolicyOutput } from "../../policy/output.ts";
import type { FirewallOptions } from "./options.ts";

/** The firewalls there are. */
export type DataplaneKind = "nftables" | "iptables-nft" | "iptables-legacy";

/** How often a rule was met, all of its copies in the kernel together. */
export interface RuleCount {
  /** What `describeOrigin` or `describeReason` calls it. */
  readonly name: string;
  readonly packets: number;
  readonly bytes: number;
}

/** How much is wanted of one family's table of iptables. */
export interface TableSize {
  readonly family: Family;
  readonly table: TableName;
  readonly chains: number;
  readonly rules: number;
}

/** How much of everything is wanted; of both families together. An iptables has no maps, and its sets are ipsets. */
export interface DataplaneSize {
  readonly chains: number;
  readonly rules: number;
  readonly maps: number;
  readonly sets: number;
  /** Of an iptables: the chains and rules of each table. */
  readonly tables?: readonly TableSize[];
}

/** One firewall of the kernel that is made to hold what policy says: `agent` knows no other side of it. */
export interface Dataplane {
  readonly kind: DataplaneKind;
  /** Takes in what changed; the kernel follows with the next `commit`. */
  apply(output: PolicyOutput): void;
  /** What the node is told beside the policy has changed; the kernel follows with the next `commit`. */
  setOptions(options: FirewallOptions): void;
  /** Brings the kernel to where everything taken in so far holds; resolves when it does, also after retries. */
  commit(): Promise<void>;
  /** From now on what is ours and not wanted goes. */
  allowDeletes(): void;
  /** What the counters of all rules of ours stand at. @throws KernelError when the kernel cannot be asked */
  counters(): Promise<readonly RuleCount[]>;
  /**
   * Why an interface's traffic is dropped although policy may allow it: a chain of it, or of a policy that it is asked by, which the
   * kernel does not take. Empty when the kernel holds them all.
   */
  refused(gates: EndpointGates): string;
  readonly size: DataplaneSize;
  /** Looks at the kernel although nobody told of a change, and puts right what differs. */
  recheck(): Promise<void>;
  /** Takes everything of ours out of the kernel, also what an earlier process left, and stops: for a node that we leave, or that has another firewall now. */
  removeAll(): Promise<void>;
  /** Stops writing. The kernel keeps what it has. */
  close(): void;
}

/** The chains of policies and profiles that an endpoint is asked by. */
export function chainsOf({ ingress, egress }: EndpointGates): readonly ChainId[] {
  return [ingress, egress].flatMap(({ tiers, profiles }) => [...tiers.flatMap(({ chains }) => chains), ...profiles]);
}
