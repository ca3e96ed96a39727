import { connect } from "node:net";
import type { SocketRequest } from "../../agent/api/socket.ts";
import { CliError, NobodyServes } from "../error.ts";

/** Longest answer that is read; a node's status with thousands of workloads stays far below. */
const answerLimit = 64 * 1024 * 1024;
/** Attaching may wait for the store; the agent itself gives up before. */
const patienceMs = 120_000;

function unreachable(path: string, error: NodeJS.ErrnoException): CliError {
  if (error.code === "EACCES") return new CliError(`no permission for the agent's socket ${path}; root would be right`);
  const why = error.code === "ENOENT" || error.code === "ECONNREFUSED" ? "nobody serves it" : error.message;
  const hint = "is the agent of this node running, and is MANX_RUN_DIR its folder?";
  return new NobodyServes(`Calico process is not running.\nthe agent's socket ${path}: ${why}; ${hint}`);
}

function parse(line: string, path: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    throw new CliError(`the answer on ${path} is no JSON`);
  }
}

/** Sends one JSON line to a Unix socket and answers the one that comes back. @throws CliError when none does */
export function askSocket(path: string, request: SocketRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const chunks: Buffer[] = [];
    let size = 0;
    socket.setTimeout(patienceMs, () => socket.destroy(new Error(`no answer within ${patienceMs / 1000} s`)));
    socket.once("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > answerLimit) socket.destroy(new Error(`an answer longer than ${answerLimit} octets`));
    });
    socket.once("error", (error) => reject(unreachable(path, error)));
    socket.once("close", (failed) => {
      if (failed) return;
      const line = Buffer.concat(chunks).toString("utf8");
      if (line === "") return reject(new CliError(`the agent closed ${path} without an answer`));
      try {
        resolve(parse(line, path));
      } catch (error) {
        reject(error);
      }
    });
  });
}
