import { unreachable } from "../../../lib/error.ts";
import type { Family } from "../../../net/family.ts";
import { families } from "../../../net/family.ts";
import type { Action } from "../action.ts";
import type * as port from "../driver.ts";
import { pairs } from "../judge/sessions.ts";
import { type Addresses, type PodSpec, podName, type Topology } from "../topology.ts";

/**
 * The smallest cluster that keeps the driver's promises, in memory: agents that are up hold their sessions, pods get the next
 * address of their node's only block, what is forwarded stays forwarded while agents are down, a cut cable cuts.
 * Kept: names, order, what must not change by looking. Left out: time, policies, a datastore that matters.
 */
export class SimDriver implements port.Driver {
  #topology: Topology | undefined;
  readonly #up = new Set<string>();
  readonly #cut = new Set<string>();
  readonly #pods = new Map<string, { spec: PodSpec; addresses: Addresses }>();
  #given = 0;
  #losses: port.LossSeen[] = [];
  #applied: string[] = [];

  async raise(topology: Topology): Promise<void> {
    this.#topology = topology;
  }

  /** Texts applied so far, for tests of players. */
  get applied(): readonly string[] {
    return this.#applied;
  }

  async act(action: Action): Promise<void> {
    switch (action.do) {
      case "apply":
      case "delete":
        this.#applied.push(`${action.do}: ${action.yaml}`);
        return;
      case "attach":
        this.#pods.set(podName(action.pod), { spec: action.pod, addresses: this.#nextAddresses(action.pod.node) });
        return;
      case "detach":
        this.#pods.delete(action.pod);
        return;
      case "agent":
        if (action.how === "start") this.#up.add(action.node);
        else this.#up.delete(action.node);
        return;
      case "link":
        if (action.how === "cut") this.#cut.add(action.of);
        else this.#cut.delete(action.of);
        return;
      case "stream":
        if (action.how === "stop") this.#losses = this.#count();
        return;
      case "datastore":
      case "pass":
        return;
      default:
        return unreachable(action);
    }
  }

  async sessions(): Promise<readonly port.SessionSeen[]> {
    const all = pairs(this.#world).flatMap(([one, other]) => [
      [one, other],
      [other, one],
    ]);
    return all
      .filter(([at]) => this.#speaks(at!))
      .flatMap(([at, peer]) => families.map((family) => this.#session(at!, peer!, family)))
      .sort((x, y) => (`${x.at} ${x.peer} ${x.family}` < `${y.at} ${y.peer} ${y.family}` ? -1 : 1));
  }

  async pods(): Promise<readonly port.PodSeen[]> {
    return [...this.#pods]
      .map(([pod, { spec, addresses }]) => ({ pod, node: spec.node, addresses }))
      .sort((x, y) => (x.pod < y.pod ? -1 : 1));
  }

  async routes(_at: string, family: Family): Promise<readonly port.RouteSeen[]> {
    const isOurs = (prefix: string): boolean => prefix.includes(":") === (family === "ipv6");
    return (await this.claims()).filter((c) => isOurs(c.prefix)).map((c) => ({ prefix: c.prefix, via: c.node }));
  }

  async claims(): Promise<readonly port.ClaimSeen[]> {
    const used = new Set([...this.#pods.values()].map(({ spec }) => spec.node));
    return [...used]
      .flatMap((node) => blocksOf(this.#number(node)).map((prefix) => ({ prefix, node })))
      .sort((x, y) => (x.prefix < y.prefix ? -1 : 1));
  }

  async reach(): Promise<readonly port.ReachSeen[]> {
    return this.#directions().flatMap(({ from, to, family, source }) =>
      (["ping", "tcp"] as const).map((probe) => {
        const passed = !this.#cut.has(from.home) && !this.#cut.has(to.home);
        const kept = { sourceKept: passed, source: passed ? source : "" };
        return { from: from.name, to: to.name, family, probe, passed, ...kept };
      }),
    );
  }

  async traces(address: string): Promise<readonly string[]> {
    const holders = [...this.#pods].filter(([, pod]) => Object.values(pod.addresses).includes(address));
    return holders.map(([name, { spec }]) => `${spec.node} route: ${address} of ${name}`);
  }

  async readiness(node: string): Promise<port.ReadinessSeen> {
    return this.#up.has(node) ? { ready: true, text: "ready" } : { ready: false, text: "no agent runs" };
  }

  async losses(): Promise<readonly port.LossSeen[]> {
    return this.#losses;
  }

  async close(): Promise<void> {
    this.#pods.clear();
    this.#up.clear();
  }

  get #world(): Topology {
    if (!this.#topology) throw new Error("raise a topology first");
    return this.#topology;
  }

  #speaks(machine: string): boolean {
    return this.#up.has(machine) || this.#world.routers.some((router) => router.name === machine);
  }

  #session(at: string, peer: string, family: Family): port.SessionSeen {
    const established = this.#speaks(peer) && !this.#cut.has(at) && !this.#cut.has(peer);
    return { at, peer, family, established, state: established ? "Established" : "Active" };
  }

  #number(node: string): number {
    return this.#world.nodes.findIndex((each) => each.name === node);
  }

  #nextAddresses(node: string): Addresses {
    const ordinal = ++this.#given;
    return { ipv4: `10.244.${this.#number(node)}.${ordinal}`, ipv6: `fd00:244:0:${this.#number(node)}::${ordinal}` };
  }

  #count(): port.LossSeen[] {
    const isCut = (party: { home: string }): boolean => this.#cut.has(party.home);
    return this.#directions().map(({ from, to, family }) => {
      const lost = isCut(from) || isCut(to) ? 100 : 0;
      return { from: from.name, to: to.name, family, sent: 100, lost, longestGapMs: lost * 10 };
    });
  }

  #directions() {
    const { nodes, clients } = this.#world;
    const parties = [
      ...[...nodes, ...clients].map(({ name, addresses }) => ({ name, home: name, addresses })),
      ...[...this.#pods].map(([name, pod]) => ({ name, home: pod.spec.node, addresses: pod.addresses })),
    ];
    return parties.flatMap((from) =>
      parties
        .filter((to) => to !== from)
        .flatMap((to) => families.map((family) => ({ from, to, family, source: from.addresses[family] }))),
    );
  }
}

function blocksOf(node: number): string[] {
  return [`10.244.${node}.0/24`, `fd00:244:0:${node}::/64`];
}
