import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("../..", import.meta.url).pathname;

/**
 * Two hosts on one link, for tests against other people's daemons: namespaces `manx-bgp-PID-N-us` (10.99.0.1, fd99::1) and
 * `manx-bgp-PID-N-them` (10.99.0.2, fd99::2). Needs root. `close` leaves nothing behind.
 */
export class TwoHosts {
  static #count = 0;
  readonly us: string;
  readonly them: string;
  readonly folder: string = mkdtempSync(join(tmpdir(), "manx-bgp-"));
  readonly #children = new Set<ChildProcess>();
  #log = "";

  constructor() {
    const name = `manx-bgp-${process.pid}-${TwoHosts.#count++}`;
    this.us = `${name}-us`;
    this.them = `${name}-them`;
    chmodSync(this.folder, 0o777);
    for (const [i, netns] of [this.us, this.them].entries()) {
      ip(["netns", "add", netns]);
      if (i === 0) ip(["-n", netns, "link", "add", "eth0", "type", "veth", "peer", "name", "eth1"]);
    }
    ip(["-n", this.us, "link", "set", "eth1", "netns", this.them, "name", "eth0"]);
    for (const [i, netns] of [this.us, this.them].entries()) {
      ip(["-n", netns, "addr", "add", `10.99.0.${i + 1}/24`, "dev", "eth0"]);
      ip(["-n", netns, "addr", "add", `fd99::${i + 1}/64`, "dev", "eth0", "nodad"]);
      for (const dev of ["lo", "eth0"]) ip(["-n", netns, "link", "set", dev, "up"]);
    }
  }

  /** Everything the children said. */
  get log(): string {
    return this.#log;
  }

  /** Writes a file into the hosts' folder; its path. */
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Starts a program in a namespace; it ends with `close` at the latest. */
  start(netns: string, command: readonly string[]): ChildProcess {
    const child = spawn("ip", ["netns", "exec", netns, ...command], { stdio: ["ignore", "pipe", "pipe"] });
    const keep = (chunk: Buffer): void => {
      this.#log = (this.#log + chunk.toString()).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    this.#children.add(child);
    child.once("close", () => this.#children.delete(child));
    return child;
  }

  /** `manx speaker` on our host, by a configuration that is also JSON. */
  startSpeaker(config: object): ChildProcess {
    const path = this.file("speaker.yaml", JSON.stringify(config));
    return this.start(this.us, [join(root, "bin/manx"), "speaker", "--config", path]);
  }

  /** What a program in a namespace prints; empty when it fails. */
  output(netns: string, command: readonly string[]): string {
    const { stdout } = spawnSync("ip", ["netns", "exec", netns, ...command], { encoding: "utf8", timeout: 5000 });
    return stdout ?? "";
  }

  /** Waits until `look` finds what it wants. @throws Error with the children's last words when it never does */
  async until(what: string, look: () => boolean, deadlineMs = 20_000): Promise<void> {
    const end = Date.now() + deadlineMs;
    while (!look()) {
      if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}\n${this.#log.slice(-4000)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends a program and waits until it is gone. */
  async end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (!this.#children.has(child)) return;
    await new Promise<void>((resolve) => {
      child.once("close", () => resolve());
      child.kill(signal);
    });
  }

  async close(): Promise<void> {
    for (const child of [...this.#children]) await this.end(child, "SIGKILL");
    for (const netns of [this.us, this.them]) spawnSync("ip", ["netns", "del", netns]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function ip(args: readonly string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}
