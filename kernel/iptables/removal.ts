import { placedRule } from "./hook-place.ts";
import type { IptablesPort } from "./port.ts";
import { ourPrefix } from "./stamp.ts";
import type { TableName } from "./table.ts";

/**
 * Takes everything of ours out of these tables: our rules in chains of others first, then the chains. One to which somebody else leads is left,
 * empty. Answers those, as `TABLE CHAIN`. @throws KernelError
 */
export async function removeAllOf(
  port: Pick<IptablesPort, "save" | "restore">,
  tables: readonly TableName[],
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const table of tables) {
    const chains = await port.save(table);
    const ours = [...chains.keys()].filter((name) => name.startsWith(ourPrefix));
    const lines: string[] = ours.map((name) => `:${name} - [0:0]`);
    for (const [chain, rules] of chains) {
      if (chain.startsWith(ourPrefix)) continue;
      for (const rule of rules.map(placedRule)) if (rule.ours) lines.push(`-D ${chain} ${rule.text}`);
    }
    if (lines.length === 0) continue;
    const all = await port.restore(table, [...lines, ...ours.map((name) => `-X ${name}`)]);
    if (all.kind === "committed") continue;
    await port.restore(table, lines);
    for (const name of ours) {
      if ((await port.restore(table, [`-X ${name}`])).kind !== "committed") left.push(`${table} ${name}`);
    }
  }
  return left;
}
