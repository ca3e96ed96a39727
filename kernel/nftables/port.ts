import type { Cancel } from "../../lib/clock.ts";
import type { Hook } from "./chain.ts";
import type { ElementKey } from "./element.ts";
import type { EncodedRule } from "./encoded-rule.ts";
import type { Count } from "./expression/counter.ts";
import type { Verdict } from "./expression.ts";
import type { SetSpec } from "./set.ts";

/** One step of a transaction on our table. Steps run in order; each sees what those before it did. */
export type Operation =
  /** The table; none of these `new …` minds that it is there already. */
  | { readonly kind: "new table" }
  /** The table and everything in it. */
  | { readonly kind: "delete table" }
  /** A chain; of a base chain that is there already, its policy. */
  | { readonly kind: "new chain"; readonly chain: string; readonly hook?: Hook }
  /** EBUSY when something still leads to it. */
  | { readonly kind: "delete chain"; readonly chain: string }
  /** All rules of a chain. */
  | { readonly kind: "flush chain"; readonly chain: string }
  /** A rule, before the one with the handle, or last. */
  | { readonly kind: "new rule"; readonly chain: string; readonly rule: EncodedRule; readonly before?: number }
  | { readonly kind: "delete rule"; readonly chain: string; readonly handle: number }
  | { readonly kind: "new set"; readonly set: SetSpec }
  | { readonly kind: "new map"; readonly map: string }
  /** A set or a map; EBUSY when a rule still looks into it. */
  | { readonly kind: "delete set"; readonly set: string }
  | { readonly kind: "new elements"; readonly set: SetSpec; readonly keys: readonly ElementKey[] }
  | { readonly kind: "delete elements"; readonly set: SetSpec; readonly keys: readonly ElementKey[] }
  | {
      readonly kind: "new entries";
      readonly map: string;
      readonly entries: readonly (readonly [name: string, verdict: Verdict])[];
    }
  | { readonly kind: "delete entries"; readonly map: string; readonly names: readonly string[] };

/** The kernel's no to one step: its error number and, when it has one, its own sentence. */
export interface Refusal {
  /** Index of the operation, or -1 when the transaction as a whole was refused. */
  readonly operation: number;
  readonly errno: number;
  readonly detail: string;
}

/** What became of a transaction: all of it happened, or nothing. */
export type Outcome =
  /** `handles`: the rules' handles by index of their operation; may be empty after a large transaction. */
  | { readonly kind: "committed"; readonly handles: ReadonlyMap<number, number> }
  | { readonly kind: "refused"; readonly refusals: readonly Refusal[] }
  /** Somebody changed some ruleset since the generation that was named. */
  | { readonly kind: "stale" }
  /** The answer was lost: look what is there. */
  | { readonly kind: "unknown" };

/** A rule as the kernel holds it. */
export interface RuleState {
  readonly handle: number;
  /** Of `EncodedRule`; empty when the rule is not of our making. */
  readonly identity: string;
  readonly comment: string;
  readonly count: Count | undefined;
}

/** A chain as the kernel holds it. */
export interface ChainState {
  readonly hook?: Hook;
  readonly rules: readonly RuleState[];
}

/** A set or a verdict map as the kernel holds it; `foreign` is one of a kind that we never make. */
export type SetState =
  | { readonly kind: "set"; readonly spec: SetSpec; readonly keys: readonly ElementKey[] }
  | { readonly kind: "map"; readonly entries: ReadonlyMap<string, Verdict> }
  | { readonly kind: "foreign" };

/** Our table as the kernel holds it, consistent at one generation of the kernel's ruleset. */
export interface TableState {
  readonly generation: number;
  readonly chains: ReadonlyMap<string, ChainState>;
  readonly sets: ReadonlyMap<string, SetState>;
}

/** What a watcher of our table hears. changed: somebody else did something to it; lost: perhaps somebody did. */
export type Disturbance = "changed" | "lost";

/** Who hears; of a change also the last 16 bits of the generation that it made, where that is known. */
export type Heard = (what: Disturbance, generation?: number) => void;

/** One nftables table of the kernel, ours alone. Calls are worked off in order. */
export interface NftablesPort {
  /**
   * Applies all operations as one transaction; with `generation` only when nobody committed anything since then. Sent before
   * this returns when nothing else is under way. @throws KernelError when the kernel cannot be reached at all
   */
  commit(operations: readonly Operation[], generation?: number): Promise<Outcome>;
  /** The whole table, or undefined when there is none, with the generation to commit upon. @throws KernelError */
  dump(): Promise<{ readonly generation: number; readonly table: TableState | undefined }>;
  /** The rules of one chain, or of all, by chain; a chain without rules does not appear. @throws KernelError */
  rules(chain?: string): Promise<ReadonlyMap<string, readonly RuleState[]>>;
  /** The number of the kernel's ruleset now: every transaction of anybody on any table adds one. @throws KernelError */
  generation(): Promise<number>;
  /** Calls on every change of our table that this port did not make. */
  watch(heard: Heard): Cancel;
  /** Gives up the sockets. Calls that are under way fail. */
  close(): void;
}
