import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An etcd member on the loopback, its data in a temporary folder: for tests, demos and benches. */
export interface EtcdProcess {
  /** `http://127.0.0.1:port`, or `https:` when it was started with certificates. */
  readonly endpoint: string;
  readonly port: number;
  /** The member's process, while it runs. */
  readonly pid: number | undefined;
  /** Ends it as a crash does (SIGKILL); its data stays. */
  kill(): Promise<void>;
  /** Starts it again on its data, and waits until it answers. */
  revive(): Promise<void>;
  /** Ends it, and removes its data. */
  stop(): Promise<void>;
}

/** A port of the loopback that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server: Server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

/** A member, not started yet. */
class Member implements EtcdProcess {
  readonly endpoint: string;
  readonly port: number;
  readonly #flags: readonly string[];
  readonly #folder = mkdtempSync(join(tmpdir(), "manx-etcd-"));
  /** When our process ends without `stop`: nothing stays behind. */
  readonly #end = () => {
    this.#child?.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  };
  #child: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();

  constructor(port: number, endpoint: string, flags: readonly string[]) {
    this.port = port;
    this.endpoint = endpoint;
    this.#flags = ["--data-dir", this.#folder, "--logger", "zap", "--log-level", "error", ...flags];
    process.once("exit", this.#end);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async revive(): Promise<void> {
    // Before 3.5 there is no --unsafe-no-fsync.
    if (!(await this.#runs([...this.#flags, "--unsafe-no-fsync"]))) await this.#runs(this.#flags);
    for (const deadline = Date.now() + 10_000; !(await answers(this.port)); ) {
      if (Date.now() > deadline || this.#child?.exitCode !== null) {
        await this.stop();
        throw new Error("etcd did not start; install it (Debian: etcd-server)");
      }
      await pause(20);
    }
  }

  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#gone;
    this.#child = undefined;
  }

  async stop(): Promise<void> {
    await this.kill();
    process.removeListener("exit", this.#end);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Starts it; whether it still runs a moment later, when it would have complained about its flags. */
  async #runs(flags: readonly string[]): Promise<boolean> {
    const child = spawn("etcd", flags, { stdio: "ignore" });
    this.#child = child;
    this.#gone = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
    return Promise.race([this.#gone.then(() => false), pause(150).then(() => true)]);
  }
}

/**
 * Starts an etcd of one member and waits until it answers, ten seconds at most.
 * @throws Error when there is no etcd binary or it does not answer.
 */
export async function startEtcd(more: readonly string[] = [], scheme = "http"): Promise<EtcdProcess> {
  return (await startMembers(1, more, scheme))[0]!;
}

/**
 * Starts a cluster of `count` members and waits until all listen. Whether it has a leader yet is for its clients to find out.
 * @throws Error when there is no etcd binary or one does not answer.
 */
export async function startMembers(
  count: number,
  more: readonly string[] = [],
  scheme = "http",
): Promise<readonly EtcdProcess[]> {
  const ports = await Promise.all(Array.from({ length: count * 2 }, freePort));
  const [clients, peers] = [ports.slice(0, count), ports.slice(count).map((port) => `http://127.0.0.1:${port}`)];
  const cluster = peers.map((peer, i) => `m${i}=${peer}`).join(",");
  const members = clients.map((port, i) => {
    const [endpoint, peer] = [`${scheme}://127.0.0.1:${port}`, peers[i]!];
    const flags = ["--name", `m${i}`, "--listen-client-urls", endpoint, "--advertise-client-urls", endpoint];
    flags.push("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", cluster);
    return new Member(port, endpoint, [...flags, ...more]);
  });
  try {
    await Promise.all(members.map((member) => member.revive()));
    return members;
  } catch (error) {
    await Promise.all(members.map((member) => member.stop()));
    throw error;
  }
}

const pause = (span: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, span));

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    setTimeout(() => socket.destroy(), 200);
  });
}
