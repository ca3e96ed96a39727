import type { ChainDelta } from "./chain-delta.ts";
import { validName } from "./operation-text.ts";
import type { SetDelta } from "./set-delta.ts";
import type { Table } from "./table.ts";

/** Wants exactly what the table says: of everything else nothing. @throws InvalidRuleset */
export function wantTable(table: Table, chains: ChainDelta, sets: SetDelta): void {
  const chainNames = new Set(table.chains.map((chain) => chain.name));
  const setNames = new Set([...table.sets, ...table.maps].map((set) => set.name));
  for (const name of [...chains.wantedNames()]) if (!chainNames.has(name)) chains.unwant(name);
  for (const name of sets.wantedNames()) if (!setNames.has(name)) sets.unwant(name);
  for (const set of table.sets) {
    validName("set", set.name);
    const { elements, ...spec } = set;
    sets.set(spec).replace(elements);
  }
  for (const map of table.maps) {
    validName("map", map.name);
    sets.map(map.name).replace(map.entries);
  }
  for (const chain of table.chains) {
    validName("chain", chain.name);
    chains.want(chain);
  }
}
