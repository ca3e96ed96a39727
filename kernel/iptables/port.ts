import type { Cancel } from "../../lib/clock.ts";
import type { HookChain, TableName } from "./table.ts";

/** Packets and octets that a rule has met. */
export interface Count {
  readonly packets: number;
  readonly bytes: number;
}

/** A rule as `iptables-save` prints it, without what we never ask. */
export interface SavedRule {
  /** Of our stamp (`stamp.ts`); empty when the rule is not of our making. */
  readonly identity: string;
  /** Its comment other than the stamp; empty when it has none. */
  readonly comment: string;
  /** The chain or verdict it leads to (`-j`, `-g`); empty when it only counts. */
  readonly target: string;
  /** Its arguments as printed, without `-A chain`. */
  readonly text: string;
  readonly count: Count;
}

/** The chains of one table, in the kernel's order of names; the kernel's own among them. */
export type SavedTable = ReadonlyMap<string, readonly SavedRule[]>;

/** What became of one transaction: all of it happened, or nothing. */
export type Outcome =
  | { readonly kind: "committed" }
  /** A line cannot be read or the kernel said no; `why` is the program's own sentence. */
  | { readonly kind: "refused"; readonly why: string }
  /** Another program held the lock for too long, or changed the tables meanwhile: try again. */
  | { readonly kind: "busy"; readonly why: string }
  /** The answer was lost: look what is there. */
  | { readonly kind: "unknown"; readonly why: string };

/** Where somebody else did something: a table, or all of them, since we cannot know. */
export type Disturbance = TableName | "all";

/** One family's tables of one variant. Calls are worked off in order. */
export interface IptablesPort {
  /** `ipv4 nft`, for facts and errors. */
  readonly name: string;
  /**
   * Writes to one table in one transaction. The lines are iptables-restore's, without `*table` and `COMMIT`; chains that they do
   * not name stay. @throws KernelError when the program is not there
   */
  restore(table: TableName, lines: readonly string[]): Promise<Outcome>;
  /** What a table holds now; a table that nobody has made yet is empty. @throws KernelError */
  save(table: TableName): Promise<SavedTable>;
  /** What all tables hold now that anybody has made, in one look. @throws KernelError */
  saveAll(): Promise<ReadonlyMap<TableName, SavedTable>>;
  /**
   * Calls when somebody else may have changed one of these tables, within half a second, where it concerns us: one of our chains
   * or one of the kernel's own. Changes of our own may be called too.
   */
  watch(tables: readonly TableName[], heard: (where: Disturbance) => void): Cancel;
  /** Ends the program and the sockets. Calls that are under way fail. */
  close(): void;
}

/** The kernel's own chains of each table. */
export const hookChains: { readonly [Name in TableName]: readonly HookChain[] } = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
};
