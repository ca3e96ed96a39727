import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A port of the loopback that nobody listens on just now. */
async function freePort(): Promise<number> {
  const server: Server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

/** An etcd of one member on the loopback, its data in a temporary folder: for tests, demos and benches. */
export interface EtcdProcess {
  /** `http://127.0.0.1:port`, or `https:` when it was started with certificates. */
  readonly endpoint: string;
  readonly port: number;
  /** Ends it, and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts an etcd and waits until it answers, ten seconds at most.
 * @throws Error when there is no etcd binary or it does not answer.
 */
export async function startEtcd(more: readonly string[] = [], scheme = "http"): Promise<EtcdProcess> {
  const folder = mkdtempSync(join(tmpdir(), "manx-etcd-"));
  const [port, peerPort] = [await freePort(), await freePort()];
  const endpoint = `${scheme}://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const flags = ["--data-dir", folder, "--listen-client-urls", endpoint, "--advertise-client-urls", endpoint];
  flags.push("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", `default=${peer}`);
  flags.push("--unsafe-no-fsync", "--logger", "zap", "--log-level", "error", ...more);
  let child = spawn("etcd", flags, { stdio: "ignore" });
  const ended = (process: ChildProcess) =>
    new Promise<void>((resolve) => {
      process.once("exit", () => resolve());
      process.once("error", () => resolve());
    });
  let gone = ended(child);
  const supported = Promise.race([gone.then(() => false), new Promise<boolean>((r) => setTimeout(r, 150, true))]);
  if (!(await supported)) {
    // Before 3.5 there is no --unsafe-no-fsync.
    child = spawn(
      "etcd",
      flags.filter((flag) => flag !== "--unsafe-no-fsync"),
      { stdio: "ignore" },
    );
    gone = ended(child);
  }
  const stop = async () => {
    child.kill("SIGKILL");
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", () => child.kill("SIGKILL"));
  for (const deadline = Date.now() + 10_000; !(await answers(port)); ) {
    if (Date.now() > deadline || child.exitCode !== null) {
      await stop();
      throw new Error("etcd did not start; install it (Debian: etcd-server)");
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { endpoint, port, stop };
}

async function answers(port: number): Promise<boolean> {
  const { connect } = await import("node:net");
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    setTimeout(() => socket.destroy(), 200);
  });
}
