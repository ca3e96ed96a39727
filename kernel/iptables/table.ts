/** The tables of iptables that we write to. */
export type TableName = "raw" | "mangle" | "filter" | "nat";

/** The kernel's own chains. */
export type HookChain = "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";

/** A rule's arguments as iptables-restore reads them, without `-A chain`. */
export type RuleText = string;

/** A rule of ours that stands first, or last, in one of the kernel's own chains; further first ones follow it in order. */
export interface Hook {
  readonly chain: HookChain;
  readonly rule: RuleText;
  readonly place: "first" | "last";
}

/**
 * One family's tables as they should be: what whoever renders policies asks of whoever keeps the kernel's tables so.
 * Chains carry names that begin with our prefix; nothing else is touched.
 */
export interface Tables {
  /** The chain should be there with exactly these rules. */
  wantChain(table: TableName, chain: string, rules: readonly RuleText[]): void;
  unwantChain(table: TableName, chain: string): void;
  /** Our rules in the kernel's own chains of the table: all of them. */
  wantHooks(table: TableName, hooks: readonly Hook[]): void;
}
