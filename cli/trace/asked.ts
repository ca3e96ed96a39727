import type { ExplainRequest, PolicyCountersAnswer, RuleCounter } from "../../agent/api/explain.ts";
import { ManxError } from "../../lib/error.ts";
import { askAgent, socketPath } from "../agent.ts";
import { CliError, NobodyServes } from "../error.ts";
import type { Shell } from "../shell.ts";

/** Counters of this machine's rules; `why` there are none where the agent did not answer. */
export type AskedCounters =
  | {
      readonly node: string;
      readonly dataplane: string;
      readonly since: string;
      readonly rules: readonly RuleCounter[];
    }
  | { readonly why: string };

/** As `askAgent`, with a hint where to look when nobody is there. @throws CliError */
export async function askPolicy<T extends { readonly ok: true }>(shell: Shell, request: ExplainRequest): Promise<T> {
  try {
    return await askAgent<T>(shell, request);
  } catch (error) {
    if (!(error instanceof NobodyServes)) throw error;
    const path = socketPath(shell.environment);
    throw new CliError(`no agent answers at ${path}; start it, or say with MANX_RUN_DIR where it runs`);
  }
}

/** Asks the agent of this machine for counters of rules, by name or all; nobody there is an answer too. */
export async function askCounters(shell: Shell, rules?: readonly string[]): Promise<AskedCounters> {
  try {
    const request = { do: "policy.counters", ...(rules && { rules: rules.slice(0, 1000) }) } as const;
    const { node, dataplane, since, rules: found } = await askAgent<PolicyCountersAnswer>(shell, request);
    return { node, dataplane, since, rules: found };
  } catch (error) {
    if (error instanceof NobodyServes) return { why: `no agent answers at ${socketPath(shell.environment)}` };
    if (error instanceof ManxError) return { why: error.message };
    throw error;
  }
}
