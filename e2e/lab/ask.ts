import { connect } from "node:net";
import { LabError } from "./error.ts";

/**
 * Sends one JSON line to an agent's socket and answers the one that comes back.
 * @throws LabError when nobody serves the socket or no answer comes in time.
 */
export function ask(path: string, request: unknown, deadlineMs = 5000): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let text = "";
    const fail = (message: string): void => {
      socket.destroy();
      reject(new LabError(path, message));
    };
    socket.setTimeout(deadlineMs, () => fail("no answer in time"));
    socket.on("error", (error) => fail(error.message));
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.on("end", () => {
      socket.destroy();
      try {
        resolve(JSON.parse(text));
      } catch {
        fail(`is no JSON: ${text.slice(0, 200)}`);
      }
    });
  });
}
