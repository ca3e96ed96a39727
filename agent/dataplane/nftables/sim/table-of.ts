import type { Table, TableId } from "../../../../kernel/nftables/table.ts";
import type { PolicyOutput } from "../../../../policy/output.ts";
import type { FirewallOptions } from "../../options.ts";
import { NftablesLowering } from "../lowering.ts";
import { RecordedRuleset } from "./recorded-ruleset.ts";

/** The whole table that a policy graph's first output is lowered to. */
export function tableOf(output: PolicyOutput, options: FirewallOptions, id: TableId): Table {
  const ruleset = new RecordedRuleset();
  new NftablesLowering(ruleset, options).apply(output);
  return {
    ...id,
    chains: [...ruleset.chains.values()],
    sets: [...ruleset.sets.values()].map((set) => ({ ...set, elements: ruleset.elements.get(set.name)! })),
    maps: [...ruleset.maps].map(([name, entries]) => ({ name, entries })),
  };
}
