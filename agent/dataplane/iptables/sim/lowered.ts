import type { Family } from "../../../../net/family.ts";
import type { PolicyOutput } from "../../../../policy/output.ts";
import type { FirewallOptions } from "../../options.ts";
import { IptablesLowering } from "../lowering.ts";
import { RecordedIpsets } from "./recorded-ipsets.ts";
import { RecordedTables } from "./recorded-tables.ts";

/** A lowering of one family into memory. */
export interface Lowered {
  readonly lowering: IptablesLowering;
  readonly tables: RecordedTables;
  readonly ipsets: RecordedIpsets;
}

/** What some outputs of a policy graph, one after the other, are lowered to. */
export function lowered(outputs: Iterable<PolicyOutput>, family: Family, options: FirewallOptions): Lowered {
  const [tables, ipsets] = [new RecordedTables(), new RecordedIpsets()];
  const lowering = new IptablesLowering(tables, ipsets, family, options);
  for (const output of outputs) lowering.apply(output);
  return { lowering, tables, ipsets };
}
