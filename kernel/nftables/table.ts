import type { Chain } from "./chain.ts";
import type { VerdictMap } from "./map.ts";
import type { NamedSet } from "./set.ts";

/** Which packets a table sees: `inet` both families, with `ip` and `ip6` expressions side by side. */
export type TableFamily = "ip" | "ip6" | "inet";

/** The name of one table in the kernel. */
export interface TableId {
  readonly family: TableFamily;
  readonly name: string;
}

/** The table that is ours unless told otherwise: one for both families. */
export const manxTable: TableId = { family: "inet", name: "manx" };

/** A whole table as data: what the kernel should hold. References go by name and must all be inside the table. */
export interface Table extends TableId {
  readonly chains: readonly Chain[];
  readonly sets: readonly NamedSet[];
  readonly maps: readonly VerdictMap[];
}
