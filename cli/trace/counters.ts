import type { PolicyCountersAnswer } from "../../agent/api/explain.ts";
import { aligned } from "../bgp/aligned.ts";
import type { Shell } from "../shell.ts";
import { askPolicy } from "./asked.ts";
import { answer, formOf } from "./form.ts";

/** What `manxctl policy counters` can be told. */
export interface CountersOptions {
  readonly endpoint?: string;
  readonly output?: string;
}

/** `manxctl policy counters [NAME]`. @throws CliError when no agent answers */
export async function policyCounters(
  shell: Shell,
  policy: string | undefined,
  options: CountersOptions,
): Promise<void> {
  const form = formOf(options.output);
  const { endpoint } = options;
  const asked = await askPolicy<PolicyCountersAnswer>(shell, {
    do: "policy.counters",
    ...(policy !== undefined && { policy }),
    ...(endpoint !== undefined && { endpoint }),
  });
  answer(shell, form, asked, () => countersText(asked));
}

function countersText({ node, dataplane, since, rules }: PolicyCountersAnswer): string {
  const head = `node ${node}, ${dataplane}, since ${since}\n`;
  if (rules.length === 0) return `${head}\nNo rule of that name is on this node.\n`;
  const columns = [
    { heading: "RULE" },
    { heading: "PACKETS", isNumber: true },
    { heading: "BYTES", isNumber: true },
    { heading: "ENDPOINTS", isNumber: true },
  ];
  const rows = rules.map(({ rule, packets, bytes, endpoints }) => [
    rule,
    `${packets}`,
    `${bytes}`,
    endpoints === 0 ? "" : `${endpoints}`,
  ]);
  return `${head}\n${aligned(columns, rows)}`;
}
