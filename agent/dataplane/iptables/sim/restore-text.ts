import type { TableName } from "../../../../kernel/iptables/table.ts";
import type { RecordedIpsets } from "./recorded-ipsets.ts";
import type { RecordedTables } from "./recorded-tables.ts";

const order: readonly TableName[] = ["raw", "mangle", "nat", "filter"];

/** Recorded tables whole, in the words of iptables-restore, chains in the order of their names. */
export function restoreText({ chains, hooks }: RecordedTables): string {
  const lines: string[] = [];
  for (const table of order) {
    const ours = [...(chains.get(table) ?? [])].sort(([x], [y]) => (x < y ? -1 : 1));
    if (ours.length === 0) continue;
    lines.push(`*${table}`, ...ours.map(([name]) => `:${name} - [0:0]`));
    for (const [name, rules] of ours) lines.push(...rules.map((text) => `-A ${name} ${text}`));
    for (const { chain, rule, place } of hooks.get(table) ?? [])
      lines.push(place === "first" ? `-I ${chain} 1 ${rule}` : `-A ${chain} ${rule}`);
    lines.push("COMMIT");
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** Recorded sets whole, in the words of `ipset restore`, in the order of their names. */
export function ipsetText({ sets, members }: RecordedIpsets): string {
  const sorted = [...sets.values()].sort((x, y) => (x.name < y.name ? -1 : 1));
  const lines = sorted.flatMap(({ name, type, family, maxelem }) => [
    `create ${name} ${type} family ${family} maxelem ${maxelem} -exist`,
    `flush ${name}`,
    ...[...members.get(name)!].sort().map((member) => `add ${name} ${member} -exist`),
  ]);
  return lines.map((line) => `${line}\n`).join("");
}
