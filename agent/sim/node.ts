import type { Entry } from "../../datastore/store.ts";
import { FibDriver } from "../../kernel/fib-driver.ts";
import { formatRoute } from "../../kernel/fib-route.ts";
import { sameNeighbour } from "../../kernel/neighbour.ts";
import { RulesetDriver } from "../../kernel/nftables/ruleset-driver.ts";
import { SimNftables } from "../../kernel/nftables/sim/nftables.ts";
import { manxTable } from "../../kernel/nftables/table.ts";
import { Reconciler } from "../../kernel/reconciler.ts";
import { simFib } from "../../kernel/sim/fib.ts";
import { SimKernel } from "../../kernel/sim/kernel.ts";
import { simNeighbours } from "../../kernel/sim/kernel-sets.ts";
import { simLinks } from "../../kernel/sim/links.ts";
import { simSysctls } from "../../kernel/sim/sysctls.ts";
import { SysctlDriver } from "../../kernel/sysctl-driver.ts";
import { invariant } from "../../lib/error.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { PolicyGraph } from "../../policy/graph/policy-graph.ts";
import { NftablesLowering } from "../dataplane/nftables/lowering.ts";
import { defaultOptions } from "../dataplane/options.ts";
import type { AgentFact } from "../fact.ts";
import { interfaceSettings } from "../graph/interface-settings.ts";
import { NodeGraph, type NodeOutput } from "../graph/node-graph.ts";
import { HostLinks } from "../host-links.ts";
import { Intake } from "../intake.ts";
import { Programming } from "../programming.ts";

/** Protocol number of local routes in the simulation. */
export const simLocalProtocol = 77;

/**
 * A node in memory: entries of a datastore and links in, the kernel's routes, neighbours, settings and rules out. Everything
 * between is the real thing; the kernel is simulated, and there is no BGP.
 */
export class SimNode {
  readonly kernel = new SimKernel();
  readonly nftables = new SimNftables();
  readonly clock = new SimClock();
  readonly facts: AgentFact[] = [];
  readonly graph: NodeGraph;
  readonly intake: Intake;
  readonly #policy: PolicyGraph;
  readonly #fib: FibDriver;
  readonly #programming: Programming;
  readonly outputs: NodeOutput[] = [];
  #working: Promise<void> = Promise.resolve();

  constructor(nodeName: string) {
    this.graph = new NodeGraph({ nodeName, routerId: undefined });
    this.#policy = new PolicyGraph(nodeName);
    const { clock, kernel, graph } = this;
    const policy = this.#policy;
    this.intake = new Intake({ nodeName, graph, policy, tell: (fact) => this.facts.push(fact), onPools: () => {} });
    const links = new HostLinks(graph);
    const fail = (error: Error): never => {
      throw error;
    };
    simLinks(kernel)(
      {},
      links.listener(
        () => {},
        () => {},
        fail,
      ),
    );
    const tell = (): void => {};
    this.#fib = new FibDriver({ open: simFib(kernel), clock, tell, protocols: { local: simLocalProtocol, bgp: 78 } });
    this.#fib.start();
    const neighbours = new Reconciler({
      name: "neighbours",
      set: simNeighbours(kernel),
      same: sameNeighbour,
      owns: ({ ifindex }) => links.nameOf(ifindex).startsWith("cali"),
      clock,
      tell,
    });
    const ruleset = new RulesetDriver({ port: this.nftables, clock, table: manxTable, tell });
    const lowering = new NftablesLowering(ruleset, defaultOptions);
    const sysctls = new SysctlDriver(simSysctls(kernel)({}));
    this.#programming = new Programming({
      fib: this.#fib,
      neighbours,
      sysctls,
      dataplane: {
        apply: (output) => lowering.apply(output),
        commit: () => ruleset.apply(),
        allowDeletes: () => ruleset.allowDeletes(),
      },
    });
    for (const path of ["net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"]) kernel.sysctls.set(path, "0");
    this.#programming.begin(true);
  }

  /** An interface appears, with its settings as the kernel makes them. Answers its ifindex. */
  addLink(name: string, up = true): number {
    for (const { path } of interfaceSettings(name, true)) this.kernel.sysctls.set(path.join("/"), "0");
    return this.kernel.addLink({ name, up });
  }

  removeLink(name: string): void {
    const link = this.kernel.linkNamed(name);
    invariant(link, `the simulated kernel has no link ${name}`);
    for (const { path } of interfaceSettings(name, true)) this.kernel.sysctls.delete(path.join("/"));
    this.kernel.deleteLink(link.ifindex);
  }

  /** A key of the store has this value now, or is gone. */
  put(key: string, value: object | undefined): void {
    const entry: Entry = { key, value: JSON.stringify(value) ?? "", revision: 1 };
    this.intake.on(value === undefined ? { kind: "delete", key } : { kind: "set", key, value: entry });
  }

  /** One turn, and everything it leads to. */
  async turn(): Promise<void> {
    // News of links are told in microtasks of their own, as a real kernel tells them after the fact.
    for (let i = 0; i < 10; i++) await null;
    const output = this.graph.turn();
    this.outputs.push(output);
    this.#working = this.#programming.apply(output, this.#policy.flush(), () => {});
    await this.#working;
    await this.#fib.settled();
  }

  /** What the kernel holds of ours, as text, sorted: routes, neighbours, settings that are not 0, rules. */
  async holds(): Promise<readonly string[]> {
    const routes = [...this.kernel.routes.values()].map((route) => `route ${formatRoute(route)}`);
    const neighbours = [...this.kernel.neighbours].map(([key, { mac }]) => `neighbour ${key} ${mac}`);
    const settings = [...this.kernel.sysctls]
      .filter(([, value]) => value !== "0")
      .map(([key, value]) => `${key} = ${value}`);
    const { table } = await this.nftables.dump();
    const chains = [...(table?.chains ?? [])].flatMap(([name, { rules }]) => [
      `chain ${name}`,
      ...rules.map((rule, i) => `${name} ${i} ${rule.identity}`),
    ]);
    const sets = [...(table?.sets ?? [])].map(([name, state]) => `set ${name} ${contentOf(state)}`);
    return [...routes, ...neighbours, ...settings, ...chains, ...sets].sort();
  }
}

type SetState =
  NonNullable<Awaited<ReturnType<SimNftables["dump"]>>["table"]>["sets"] extends ReadonlyMap<string, infer S>
    ? S
    : never;

function contentOf(state: SetState): string {
  if (state.kind === "set") return JSON.stringify([...state.keys].map((key) => JSON.stringify(key)).sort());
  return state.kind === "map" ? JSON.stringify([...state.entries].sort(([x], [y]) => (x < y ? -1 : 1))) : state.kind;
}
