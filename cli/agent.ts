import type { Failure, SocketRequest } from "../agent/api/socket.ts";
import { CliError } from "./error.ts";
import type { Environment, Shell } from "./shell.ts";

/** Where the agent of this machine, or of this lab node, listens; or its `manx speaker`. */
export function socketPath(environment: Environment, who: "agent" | "speaker" = "agent"): string {
  return `${environment["MANX_RUN_DIR"] || "/run/manx"}/${who}.sock`;
}

function isFailure(answer: object): answer is Failure {
  return "ok" in answer && answer.ok === false && "message" in answer;
}

/**
 * Asks the agent and answers what it said. The shape of a success is the agent's promise: both are of one version.
 * @throws CliError with the agent's own code and sentence when it refused
 */
export function askAgent<T extends { readonly ok: true }>(shell: Shell, request: SocketRequest): Promise<T> {
  return ask<T>(shell, socketPath(shell.environment), request);
}

/** As `askAgent`, of whoever serves a socket. */
export async function ask<T extends { readonly ok: true }>(
  shell: Shell,
  path: string,
  request: SocketRequest,
): Promise<T> {
  const answer = await shell.ask(path, request);
  if (typeof answer !== "object" || answer === null) throw new CliError("the agent's answer is no object");
  if (isFailure(answer)) throw new CliError(`${answer.message} (${answer.code})`);
  if (!("ok" in answer) || answer.ok !== true)
    throw new CliError("the agent's answer is neither a success nor a failure");
  return answer as T;
}
