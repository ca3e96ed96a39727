import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedStore } from "../../datastore/io/embedded/store.ts";
import type { Resource } from "../../datastore/model/schemas.ts";
import { ResourceClient } from "../../datastore/resource-client.ts";
import { type ScratchNetns, scratchNetns } from "../../kernel/io/scratch-netns.ts";
import { dialTcp } from "../../kernel/io/tcp-socket.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import { ipv4 } from "../../net/address.ts";
import type { Failure, SocketRequest, WorkloadAnswer } from "../api/socket.ts";
import type { AgentStatus } from "../api/status.ts";

const program = new URL("../../bin/manx", import.meta.url).pathname;
const healthPort = 9099;
const deadlineMs = 10_000;

/** One line of an agent's log: the fact's name is `msg`. */
export type LoggedFact = Readonly<Record<string, unknown>> & { readonly msg: string };

/** A running agent, the real process. */
export interface AgentProcess {
  /** Every fact it logged so far. */
  readonly facts: readonly LoggedFact[];
  /** What it wrote to standard error so far. */
  readonly complaints: () => string;
  /** Sends the signal and answers the exit code once it has ended; -1 when the signal killed it. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number>;
  /** The exit code once it has ended by itself. */
  ended(): Promise<number>;
}

/** A machine for agents: a namespace, an embedded store of its own and a run folder, all gone with `close`. */
export class AgentLab {
  readonly netns: ScratchNetns;
  readonly folder: string;
  readonly client: ResourceClient;
  readonly store: EmbeddedStore;
  readonly #running = new Set<ChildProcess>();
  readonly #pods: ScratchNetns[] = [];

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "manx-agent-"));
    this.netns = scratchNetns("agent");
    this.netns.ip("address add 192.0.2.11/24 dev v0");
    this.store = new EmbeddedStore({ path: join(this.folder, "store.db") }, systemClock, systemRandom);
    this.client = new ResourceClient(this.store, systemClock, systemRandom);
  }

  /** Another namespace, to attach as a workload. */
  pod(): ScratchNetns {
    const pod = scratchNetns("agent");
    this.#pods.push(pod);
    return pod;
  }

  /** Starts `bin/manx agent` inside; variables given here beat the lab's, an empty one takes it away. */
  start(variables: Readonly<Record<string, string>> = {}): AgentProcess {
    const { PATH = "" } = process.env;
    const env = {
      PATH,
      DATASTORE_TYPE: "embedded",
      EMBEDDED_STORE: join(this.folder, "store.db"),
      NODENAME: "n1",
      IP: "192.0.2.11/24",
      IP6: "none",
      AS: "64512",
      MANX_RUN_DIR: this.folder,
      FELIX_HEALTHHOST: "127.0.0.1",
      FELIX_HEALTHPORT: String(healthPort),
      ...variables,
    };
    // `ip netns exec`, the shell and node are one process, one after the other: the pid is the agent's.
    const child = spawn("ip", ["netns", "exec", this.netns.name, program, "agent"], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#running.add(child);
    child.once("exit", () => this.#running.delete(child));
    return watched(child);
  }

  /** Starts an agent and waits until the kernel is as it wants. */
  async ready(variables: Readonly<Record<string, string>> = {}): Promise<AgentProcess> {
    const agent = this.start(variables);
    await this.until("the agent to be ready", async () => /^ok kernel/m.test(await this.readiness()));
    return agent;
  }

  /** Asks the agent's socket. */
  async ask(line: SocketRequest): Promise<WorkloadAnswer | AgentStatus | { readonly ok: true } | Failure> {
    const socket = connect(join(this.folder, "agent.sock"));
    socket.end(`${JSON.stringify(line)}\n`);
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    return JSON.parse(text) as WorkloadAnswer;
  }

  /** The page /readiness, or an empty text while nobody answers. */
  async readiness(): Promise<string> {
    const socket = await this.#dial();
    if (!socket) return "";
    socket.end("GET /readiness HTTP/1.0\r\n\r\n");
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    return text.slice(text.indexOf("\r\n\r\n") + 4);
  }

  /** Waits until a look at something answers true; a look that fails has not seen it yet. @throws Error naming it */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      if (await holds()) return;
      if (performance.now() > deadline) throw new Error(`waited in vain for ${what}\n${await this.readiness()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Runs a command inside; answers what it printed. */
  run(...command: readonly string[]): string {
    return execFileSync("ip", ["netns", "exec", this.netns.name, ...command], { encoding: "utf8", stdio: "pipe" });
  }

  /** Creates or replaces resources. */
  async apply(...resources: readonly Resource[]): Promise<void> {
    for (const resource of resources) await this.client.apply(resource);
  }

  /** A workload's interface as a container runtime would have left it, up, without an address; its far end is beside it. */
  addInterface(name: string): void {
    this.netns.ip(`link add ${name} type veth peer name far-${name}`);
    this.netns.ip(`link set ${name} up`);
    this.netns.ip(`link set far-${name} up`);
  }

  /** The routes of a protocol, one a line. */
  routes(protocol: number): readonly string[] {
    const lines = this.netns.ip(`route show proto ${protocol}`).split("\n");
    return lines.map((line) => line.trim()).filter((line) => line !== "");
  }

  /** Everything forwarded and filtered by, with handles: equal texts mean that nobody replaced anything. */
  kernel(): string {
    const settings = ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"].map((key) => this.run("sysctl", key));
    // The kernel makes routes of its own for link-local addresses, whenever those are ready.
    const all = this.netns.ip("route show table all") + this.netns.ip("-6 route show table main");
    const routes = all.replace(/^.*proto kernel.*\n/gm, "");
    const neighbours = this.netns.ip("neigh show nud permanent");
    return [...settings, routes, neighbours, this.run("nft", "-a", "list", "ruleset")].join("");
  }

  /** Ends what still runs and takes everything away. */
  async close(): Promise<void> {
    for (const child of this.#running) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await this.store.close();
    for (const netns of [...this.#pods, this.netns]) netns.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #dial(): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const remote = { address: ipv4(0x7f000001), port: healthPort };
      dialTcp({ remote, netns: this.netns.path }, { onConnect: resolve, onFail: () => resolve(undefined) });
    });
  }
}

function watched(child: ChildProcess): AgentProcess {
  const facts: LoggedFact[] = [];
  let rest = "";
  let complaints = "";
  child.stdout!.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop()!;
    facts.push(...lines.map((line) => JSON.parse(line) as LoggedFact));
  });
  child.stderr!.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
  // `close` comes once everything written has been read as well.
  const closed = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
  return {
    facts,
    complaints: () => complaints,
    ended: () => closed,
    end(signal) {
      child.kill(signal);
      return closed;
    },
  };
}
