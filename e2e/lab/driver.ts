import type { AgentStatus } from "../../agent/api/status.ts";
import { unreachable } from "../../lib/error.ts";
import type { Family } from "../../net/family.ts";
import type { Action } from "../scenario/action.ts";
import type * as port from "../scenario/driver.ts";
import type { Topology } from "../scenario/topology.ts";
import { LabError } from "./error.ts";
import { setCable } from "./fabric.ts";
import { type Direction, directions, type Party } from "./flows.ts";
import { Ground } from "./ground.ts";
import { machineOf } from "./pods.ts";
import { Prober } from "./prober.ts";
import { type Raised, raiseLab } from "./raise.ts";
import { claimsOf } from "./seen/claims.ts";
import { reachOf } from "./seen/reach.ts";
import { type FrrRoutes, frrRoutes } from "./seen/routes.ts";
import { agentSessions, type FrrSummary, frrSessions } from "./seen/sessions.ts";
import { tracesOf } from "./traces.ts";
import { waitFor } from "./wait.ts";

/** How long a try may take before it did not pass, how late answers of a stream may come, how long an agent may start. */
const deadlineMs = { try: 800, drain: 3000, start: 30_000 };

/** Plays scenarios in network namespaces of this machine, with real agents, a real FRR and, where asked, a real etcd. */
export class NamespaceDriver implements port.Driver {
  #ground: Ground | undefined;
  #prober: Prober | undefined;
  #raised: Raised | undefined;
  #streaming: readonly Direction[] = [];
  #losses: readonly port.LossSeen[] = [];

  async raise(topology: Topology): Promise<void> {
    this.#ground = await Ground.make();
    this.#prober = await Prober.start();
    this.#raised = await raiseLab(topology, this.#ground, this.#prober);
  }

  /** The parts of the raised lab, for tests that look closer than the port does. */
  get parts(): Raised {
    if (!this.#raised) throw new LabError("the lab", "is not raised");
    return this.#raised;
  }

  async act(action: Action): Promise<void> {
    const { topology, ground, manxctl } = this.parts;
    switch (action.do) {
      case "apply":
      case "delete":
        return manxctl.resources(action.do, action.yaml);
      case "attach": {
        const machine = await this.parts.pods.attach(action.pod);
        return this.parts.prober.enter(machine, ground.netnsPath(machine));
      }
      case "detach":
        await this.parts.prober.leave(machineOf(action.pod));
        return this.parts.pods.detach(action.pod);
      case "agent":
        return action.how === "start" ? this.#startAgent(action.node) : this.#endAgent(action.node, action.how);
      case "datastore":
        if (topology.datastore === "embedded") throw new LabError("the datastore", "is a file: it cannot be stopped");
        return action.how === "start" ? this.parts.etcd.start() : this.parts.etcd.stop();
      case "link":
        return setCable(topology, ground, action.of, action.how === "mend");
      case "stream":
        return action.how === "start" ? this.#startStream(action.everyMs) : this.#stopStream();
      case "pass":
        return new Promise((resolve) => setTimeout(resolve, action.seconds * 1000));
      default:
        return unreachable(action);
    }
  }

  async sessions(): Promise<readonly port.SessionSeen[]> {
    const { routers, nameOf } = this.parts;
    const ofNodes = (await this.#statuses()).flatMap((status) => agentSessions(status.node, status, nameOf));
    const ofRouters = [...routers].map(async ([name, frr]) =>
      frrSessions(name, (await frr.show("show bgp summary json")) as FrrSummary, nameOf),
    );
    const all = [...ofNodes, ...(await Promise.all(ofRouters)).flat()];
    const key = (s: port.SessionSeen): string => `${s.at} ${s.peer} ${s.family}`;
    return all.sort((x, y) => (key(x) < key(y) ? -1 : 1));
  }

  async pods(): Promise<readonly port.PodSeen[]> {
    return this.parts.pods.seen();
  }

  async routes(at: string, family: Family): Promise<readonly port.RouteSeen[]> {
    const frr = this.parts.routers.get(at);
    if (!frr) throw new LabError(at, "is no router of the topology");
    const command = `show ${family === "ipv4" ? "ip" : "ipv6"} route bgp json`;
    const routes = frrRoutes((await frr.show(command)) as FrrRoutes, this.parts.nameOf);
    return routes.sort((x, y) => (x.prefix < y.prefix ? -1 : 1));
  }

  async claims(): Promise<readonly port.ClaimSeen[]> {
    return claimsOf(await this.#statuses(), this.parts.pods.seen());
  }

  async reach(): Promise<readonly port.ReachSeen[]> {
    const all = directions(this.#parties());
    return reachOf(all, await this.parts.prober.once(all, deadlineMs.try));
  }

  traces(address: string): Promise<readonly string[]> {
    return tracesOf(address, this.parts.topology, this.parts.ground, this.parts.manxctl);
  }

  async readiness(node: string): Promise<port.ReadinessSeen> {
    if (!this.parts.agents.isUp(node)) return { ready: false, text: "no agent runs" };
    return this.parts.agents.readiness(node);
  }

  async losses(): Promise<readonly port.LossSeen[]> {
    return this.#losses;
  }

  async close(): Promise<void> {
    this.#prober?.stop();
    await this.#ground?.clear();
    this.#prober = undefined;
    this.#ground = undefined;
    this.#raised = undefined;
  }

  async #startAgent(node: string): Promise<void> {
    const { agents } = this.parts;
    agents.start(node);
    await waitFor(`the agent of ${node} answers`, deadlineMs.start, async () => {
      if (!agents.isUp(node)) throw new LabError(`the agent of ${node}`, `ended: ${agents.lastWords(node)}`);
      return agents.status(node);
    });
  }

  #endAgent(node: string, how: "stop" | "kill"): Promise<void> {
    return this.parts.agents.end(node, how === "stop" ? "SIGTERM" : "SIGKILL");
  }

  async #startStream(everyMs: number): Promise<void> {
    this.#streaming = directions(this.#parties());
    this.#losses = [];
    await this.parts.prober.stream(this.#streaming, everyMs);
  }

  async #stopStream(): Promise<void> {
    const seen = await this.parts.prober.halt(deadlineMs.drain);
    this.#losses = this.#streaming.map((each) => {
      const { sent, lost, longestGapMs } = seen.get(each.id)!;
      return { from: each.from.name, to: each.to.name, family: each.family, sent, lost, longestGapMs };
    });
  }

  /** Nodes, clients, pods: everyone who sends and is sent to. */
  #parties(): Party[] {
    const { topology, pods } = this.parts;
    return [
      ...[...topology.nodes, ...topology.clients].map(({ name, addresses }) => ({ name, space: name, addresses })),
      ...pods.seen().map(({ pod, addresses }) => ({ name: pod, space: machineOf(pod), addresses })),
    ];
  }

  async #statuses(): Promise<AgentStatus[]> {
    const { topology, agents } = this.parts;
    const all = await Promise.all(topology.nodes.map((node) => agents.status(node.name)));
    return all.filter((status) => status !== undefined);
  }
}
