import type { Failure } from "../../agent/api/socket.ts";
import type { AgentStatus } from "../../agent/api/status.ts";
import type { ReadinessSeen } from "../scenario/driver.ts";
import type { NodeSpec, Topology } from "../scenario/topology.ts";
import { ask } from "./ask.ts";
import { LabError } from "./error.ts";
import type { Ground } from "./ground.ts";
import { isRunning, type Processes, type ProcessId } from "./processes.ts";
import { run } from "./run.ts";
import type { StoreAccess } from "./store-access.ts";

const root = new URL("../..", import.meta.url).pathname;

/** The agents of a lab, one a node, each in its node's namespace with a run folder of its own. */
export class Agents {
  readonly #topology: Topology;
  readonly #ground: Ground;
  readonly #processes: Processes;
  readonly #access: StoreAccess;
  readonly #running = new Map<string, ProcessId>();

  constructor(topology: Topology, ground: Ground, processes: Processes, access: StoreAccess) {
    this.#topology = topology;
    this.#ground = ground;
    this.#processes = processes;
    this.#access = access;
  }

  /** Starts an agent; it is up when its status says so, which the caller waits for. */
  start(node: string): void {
    if (this.isUp(node)) return;
    const spec = this.#topology.nodes.find((each) => each.name === node);
    if (!spec) throw new LabError(node, "is no node of the topology");
    const command = [`${root}bin/manx`, "agent"];
    const id = this.#processes.start(`agent-${node}`, this.#ground.netns(node), command, this.#environment(spec));
    this.#running.set(node, id);
  }

  /** Asks an agent to end and waits, or kills it. */
  async end(node: string, how: "SIGTERM" | "SIGKILL"): Promise<void> {
    const id = this.#running.get(node);
    if (id) await this.#processes.end(`agent-${node}`, id, how);
    this.#running.delete(node);
  }

  isUp(node: string): boolean {
    const id = this.#running.get(node);
    return id !== undefined && isRunning(id);
  }

  /** The last lines of an agent's log. */
  lastWords(node: string): string {
    return this.#processes.lastWords(`agent-${node}`);
  }

  /** The agent's status, or undefined while it does not answer. */
  async status(node: string): Promise<AgentStatus | undefined> {
    if (!this.isUp(node)) return undefined;
    try {
      const answer = (await ask(`${this.runDir(node)}/agent.sock`, { do: "status" })) as AgentStatus | Failure;
      return answer.ok ? answer : undefined;
    } catch (error) {
      if (error instanceof LabError) return undefined;
      throw error;
    }
  }

  /** The page /readiness of an agent. */
  async readiness(node: string): Promise<ReadinessSeen> {
    const page = await this.page(node, "http://localhost:9099/readiness");
    return { ready: page.status === 200, text: page.text };
  }

  /** A page as it is seen from inside the node's namespace; status 0 when nobody answers. */
  async page(node: string, url: string): Promise<{ readonly status: number; readonly text: string }> {
    const args = [`${root}e2e/lab/http-get.ts`, url];
    const output = await run(process.execPath, args, { netns: this.#ground.netns(node) });
    const [status, ...text] = output.split("\n");
    return { status: Number(status), text: text.join("\n").trim() };
  }

  /** MANX_RUN_DIR of a node. */
  runDir(node: string): string {
    return this.#ground.folderOf(node);
  }

  #environment(node: NodeSpec): Record<string, string> {
    return {
      ...this.#access,
      NODENAME: node.name,
      IP: `${node.addresses.ipv4}/24`,
      IP6: `${node.addresses.ipv6}/64`,
      AS: String(this.#topology.asn),
      MANX_RUN_DIR: this.runDir(node.name),
      MANX_SECRETS_DIR: `${this.runDir(node.name)}/secrets`,
      FELIX_PROMETHEUSMETRICSENABLED: "true",
      FELIX_HEALTHENABLED: "true",
      FELIX_DEFAULTENDPOINTTOHOSTACTION: "ACCEPT", // as Calico's own manifests have it: pods may reach their node
    };
  }
}
