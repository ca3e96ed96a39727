import type { IpsetPort } from "../../kernel/ipset/port.ts";
import type { IptablesPort, SavedTable } from "../../kernel/iptables/port.ts";
import { removeAllOf } from "../../kernel/iptables/removal.ts";
import { ourPrefix } from "../../kernel/iptables/stamp.ts";
import type { TableName } from "../../kernel/iptables/table.ts";
import type { NftablesPort } from "../../kernel/nftables/port.ts";
import type { CleanupPart } from "./part.ts";

/** Our nftables table. */
export function nftablesPart(port: Pick<NftablesPort, "dump" | "commit">): CleanupPart {
  return {
    name: "nftables",
    async find() {
      const { table } = await port.dump();
      return table ? [`table inet manx with ${table.chains.size} chains and ${table.sets.size} sets`] : [];
    },
    async remove() {
      const outcome = await port.commit([{ kind: "delete table" }]);
      if (outcome.kind !== "committed") throw new Error(`the kernel does not let the table go: ${outcome.kind}`);
    },
  };
}

/** One family's tables of one variant of iptables, and which of them there are at all. */
export interface IptablesPlace {
  readonly port: Pick<IptablesPort, "name" | "save" | "restore" | "watch" | "close">;
  readonly tables: () => Promise<readonly TableName[]>;
}

function ours(table: TableName, chains: SavedTable): readonly string[] {
  const lines: string[] = [];
  for (const [chain, rules] of chains) {
    if (chain.startsWith(ourPrefix)) lines.push(`${table} ${chain}`);
    else for (const { identity, target } of rules) if (identity !== "") lines.push(`${table} ${chain} → ${target}`);
  }
  return lines;
}

/** Our chains, and our rules in chains of others, in the tables of one variant of iptables. */
export function iptablesPart(name: string, places: readonly IptablesPlace[]): CleanupPart {
  return {
    name,
    async find() {
      const lines: string[] = [];
      for (const { port, tables } of places)
        for (const table of await tables()) lines.push(...ours(table, await port.save(table)));
      return lines;
    },
    async remove() {
      for (const { port, tables } of places) await removeAllOf(port, await tables());
    },
  };
}

/** Our sets of ipset; to go after the rules that look into them. */
export function ipsetsPart(port: Pick<IpsetPort, "headers" | "execute">, prefixes: readonly string[]): CleanupPart {
  const names = async (): Promise<readonly string[]> => {
    const all = (await port.headers()).map(({ name }) => name);
    return all.filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
  };
  return {
    name: "ipsets",
    find: names,
    async remove() {
      const destroys = (await names()).map((name) => ({ kind: "destroy", name }) as const);
      await port.execute(destroys);
    },
  };
}
