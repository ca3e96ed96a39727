import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("../..", import.meta.url).pathname;
const far = ["10.77.0.0/16", "10.78.0.0/16"];

/** A speaker with a kernel between two routers, each of them a speaker too, that announce the same networks. */
class Fork {
  readonly #folder = mkdtempSync(join(tmpdir(), "manx-fork-"));
  readonly #names = ["us", "left", "right"].map((part) => `manx-agent-${process.pid}-ecmp-${part}`);
  readonly #children = new Map<number, ChildProcess>();
  #log = "";

  constructor() {
    const ip = (words: string): void => void execFileSync("ip", words.split(" "), { stdio: "pipe" });
    const [us] = this.#names;
    for (const name of this.#names) ip(`netns add ${name}`);
    for (const name of this.#names) ip(`-n ${name} link set lo up`);
    for (const i of [1, 2]) {
      const netns = this.#names[i]!;
      ip(`-n ${us} link add g${i} type veth peer name up0 netns ${netns}`);
      ip(`-n ${us} addr add 10.9.${i}.1/24 dev g${i}`);
      ip(`-n ${netns} addr add 10.9.${i}.2/24 dev up0`);
      ip(`-n ${netns} addr add 10.77.0.1/16 dev lo`);
      ip(`-n ${us} link set g${i} up`);
      ip(`-n ${netns} link set up0 up`);
    }
  }

  startUs(): void {
    const peers = [1, 2].map((i) => ({ address: `10.9.${i}.2`, asn: 65000 + i, connectRetrySeconds: 1 }));
    this.#start(0, { asn: 65000, routerId: "10.9.1.1", maxPaths: 4, kernel: { table: "main", metric: 1024 }, peers });
  }

  /** Starts router 1 or 2; it announces these networks. */
  startRouter(i: number, networks: readonly string[]): void {
    const peers = [{ address: `10.9.${i}.1`, asn: 65000, connectRetrySeconds: 1 }];
    const routes = networks.map((prefix) => ({ prefix }));
    this.#start(i, { asn: 65000 + i, routerId: `10.9.${i}.2`, gracefulRestart: false, peers, routes });
  }

  async stopRouter(i: number): Promise<void> {
    const child = this.#children.get(i);
    this.#children.delete(i);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise((resolve) => child.once("close", resolve).kill("SIGTERM"));
  }

  via(prefix: string): string {
    const shown = execFileSync("ip", ["-n", this.#names[0]!, "route", "show", prefix], { encoding: "utf8" });
    return [...shown.matchAll(/via (\S+)/g)]
      .map(([, address]) => address)
      .sort()
      .join(" ");
  }

  answers(): boolean {
    const command = ["netns", "exec", this.#names[0]!, "ping", "-c", "3", "-i", "0.05", "-W", "1", "10.77.0.1"];
    return spawnSync("ip", command).status === 0;
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const end = performance.now() + 20_000;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`not in time: ${what}\n${this.#log.slice(-4000)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async close(): Promise<void> {
    for (const i of [...this.#children.keys()]) await this.stopRouter(i);
    for (const name of this.#names) spawnSync("ip", ["netns", "del", name]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #start(i: number, config: object): void {
    const path = join(this.#folder, `${i}.yaml`);
    writeFileSync(path, JSON.stringify({ ebgpRequiresPolicy: false, ...config }));
    const command = ["netns", "exec", this.#names[i]!, `${root}bin/manx`, "speaker", "--config", path];
    const child = spawn("ip", command, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, MANX_RUN_DIR: join(this.#folder, `${i}`) },
    });
    const keep = (chunk: Buffer): void => {
      this.#log = (this.#log + chunk.toString()).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    this.#children.set(i, child);
  }
}

describe("a speaker with several equal paths and a kernel", function () {
  this.timeout(60_000);
  let fork: Fork;
  beforeEach(() => {
    fork = new Fork();
  });
  afterEach(() => fork.close());

  it("forwards by both routers while both announce, and by the one that is left", async () => {
    const all = (vias: string): boolean => far.every((prefix) => fork.via(prefix) === vias);
    fork.startUs();
    fork.startRouter(1, far);
    await fork.until("the first router's routes", () => all("10.9.1.2"));
    fork.startRouter(2, far);
    await fork.until("both routers' routes", () => all("10.9.1.2 10.9.2.2"));
    assert.ok(fork.answers());
    await fork.stopRouter(1);
    await fork.until("the second router's routes", () => all("10.9.2.2"));
    assert.ok(fork.answers());
    fork.startRouter(1, [far[0]!]);
    await fork.until("both ways to one network", () => fork.via(far[0]!) === "10.9.1.2 10.9.2.2");
    assert.equal(fork.via(far[1]!), "10.9.2.2");
    await fork.stopRouter(2);
    await fork.until("no way to the other", () => fork.via(far[1]!) === "" && fork.via(far[0]!) === "10.9.1.2");
  });
});
