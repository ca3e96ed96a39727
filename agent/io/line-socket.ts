import { chmodSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { ManxError } from "../../lib/error.ts";

/** Another process serves the socket's path. */
export class SocketInUse extends ManxError<"agent/socket-in-use", { readonly path: string }> {}

const maxLineBytes = 65536;
const idleMs = 120_000;

/** What answers one request: JSON value in, JSON value out. It must not throw; failures are answers too. */
export type Answer = (request: unknown) => Promise<unknown>;

function inUse(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}

function serveOne(socket: Socket, answer: Answer): void {
  let line = "";
  let asked = false;
  const reply = (value: unknown): void => void socket.end(`${JSON.stringify(value)}\n`);
  const refuse = (message: string): void => reply({ ok: false, code: "agent/bad-request", message });
  socket.setEncoding("utf8");
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("end", () => {
    if (!asked) refuse("one JSON line that ends with a line feed would be right");
  });
  socket.on("data", (chunk: string) => {
    if (asked) return;
    line += chunk;
    const end = line.indexOf("\n");
    if (end < 0 && line.length <= maxLineBytes) return;
    asked = true;
    if (end < 0 || end > maxLineBytes)
      return refuse(`one JSON line of at most ${maxLineBytes} characters would be right`);
    let request: unknown;
    try {
      request = JSON.parse(line.slice(0, end));
    } catch (error) {
      return refuse(`not JSON: ${(error as Error).message}`);
    }
    answer(request).then(reply, (error: unknown) => reply({ ok: false, code: "agent/bug", message: String(error) }));
  });
}

/**
 * A Unix socket that only its owner can open (0600): one JSON line in, one out, then it closes. A socket file that nobody
 * serves any more is replaced.
 * @throws SocketInUse
 */
export async function serveLines(path: string, answer: Answer): Promise<Server> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  if (existsSync(path)) {
    if (await inUse(path))
      throw new SocketInUse(
        "agent/socket-in-use",
        `${path} is served by another agent; one agent per MANX_RUN_DIR would be right`,
        { path },
      );
    rmSync(path);
  }
  // A caller that has said all it had may close its half and still gets its answer.
  const server = createServer({ allowHalfOpen: true }, (socket) => serveOne(socket, answer));
  server.maxConnections = 256;
  const before = process.umask(0o177);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  }).finally(() => process.umask(before));
  chmodSync(path, 0o600);
  return server;
}
