import type { BgpRequest } from "../../agent/api/bgp.ts";
import { ask, socketPath } from "../agent.ts";
import { CliError, NobodyServes } from "../error.ts";
import type { Shell } from "../shell.ts";

/** What every `bgp` command that asks a speaker can be told. */
export interface AskOptions {
  readonly output?: string;
  /** Path of the socket; absent: the agent's of MANX_RUN_DIR, and when nobody serves that, the speaker's. */
  readonly socket?: string;
}

/**
 * Asks the agent of this machine about its speaker, or `manx speaker` where there is no agent.
 * @throws CliError when nobody answers, and with their own sentence when they refuse
 */
export async function askBgp<T extends { readonly ok: true }>(
  shell: Shell,
  request: BgpRequest,
  { socket }: AskOptions,
): Promise<T> {
  if (socket !== undefined) return ask<T>(shell, socket, request);
  const agent = socketPath(shell.environment);
  const speaker = socketPath(shell.environment, "speaker");
  try {
    return await ask<T>(shell, agent, request);
  } catch (error) {
    if (!(error instanceof NobodyServes)) throw error;
  }
  try {
    return await ask<T>(shell, speaker, request);
  } catch (error) {
    if (!(error instanceof NobodyServes)) throw error;
    const hint = "start one, or say where with MANX_RUN_DIR or --socket";
    throw new CliError(`neither an agent (${agent}) nor a speaker (${speaker}) is running; ${hint}`);
  }
}

/** The form asked for. @throws CliError when it is none of `forms` */
export function formOf<F extends string>(options: AskOptions, forms: readonly F[]): F {
  const wanted = options.output ?? forms[0]!;
  const form = forms.find((each) => each === wanted);
  if (form === undefined)
    throw new CliError(`unrecognized output format '${wanted}'; one of ${forms.join(", ")} would be right`);
  return form;
}
