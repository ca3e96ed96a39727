import type { BgpFact } from "../../bgp/fact.ts";
import { Speaker } from "../../bgp/speaker/speaker.ts";
import type { KernelFact } from "../../kernel/fact.ts";
import { openFib } from "../../kernel/io/fib.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import { families } from "../../net/family.ts";
import { BgpService } from "../bgp/bgp-service.ts";
import { KernelRoutes } from "../bgp/kernel-routes.ts";
import { NextHopFeed } from "../bgp/next-hop-feed.ts";
import { PeeringAddresses } from "../bgp/peering-addresses.ts";
import { ReachRoutes } from "../bgp/reach-routes.ts";
import type { Environment } from "../config/environment.ts";
import type { AgentFact } from "../fact.ts";
import { isIgnoredInterface } from "../graph/ignored-interfaces.ts";
import { NextHopResolver } from "../graph/next-hop-resolver.ts";
import type { NodeGraph, NodeOutput } from "../graph/node-graph.ts";
import type { HostLinks } from "../host-links.ts";
import { BfdThread } from "./bfd.ts";
import { bgpProtocol, type Kernel } from "./kernel.ts";
import { KernelWire } from "./kernel-wire.ts";

/** What BGP's side of an agent works with. */
export interface BgpSideOptions {
  readonly environment: Environment;
  readonly kernel: Kernel;
  readonly links: HostLinks;
  readonly graph: NodeGraph;
  readonly tell: Tell<AgentFact | BgpFact | KernelFact>;
  /** How loud BGP is to be from now on (BGPConfiguration logSeverityScreen); undefined: as everything else. */
  readonly onSeverity: (severity: string | undefined) => void;
}

/** Everything of an agent that is BGP's: next hops, the speaker, its routes, and the addresses by which workloads are peers. */
export class BgpSide {
  readonly #options: BgpSideOptions;
  readonly #resolver = new NextHopResolver();
  readonly #bfd: BfdThread;
  readonly #feed: NextHopFeed;
  readonly #routes: KernelRoutes;
  readonly #reach: ReachRoutes;
  readonly #addresses: PeeringAddresses;
  #ignored: readonly string[] = [];
  #service: BgpService | undefined;

  constructor(options: BgpSideOptions) {
    this.#options = options;
    const { kernel, links, tell } = options;
    const ifindexOf = (name: string): number | undefined => links.ifindexOf(name);
    this.#bfd = new BfdThread(tell);
    this.#routes = new KernelRoutes(this.#resolver, kernel.fib, ifindexOf);
    this.#addresses = new PeeringAddresses(kernel.addresses, ifindexOf);
    this.#reach = new ReachRoutes(this.#resolver, kernel.fib);
    this.#feed = new NextHopFeed({
      open: openFib,
      clock: systemClock,
      tell,
      resolver: this.#resolver,
      bgpProtocol,
      isIgnored: (ifindex) => isIgnoredInterface(this.#ignored, links.nameOf(ifindex)),
      changed: () => {
        this.#reach.changed();
        this.#routes.changed();
      },
    });
  }

  /** Begins to follow the kernel's routes, by which next hops are reached. */
  start(): Promise<void> {
    return this.#feed.start();
  }

  get service(): BgpService | undefined {
    return this.#service;
  }

  /** Routes in the kernel that BGP wants. */
  get size(): number {
    return this.#routes.size;
  }

  /** The first turn is known: from here on sessions may open. */
  begin(): void {
    const { environment, kernel, tell } = this.#options;
    kernel.addresses.allowDeletes();
    if (environment.backend === "bird") this.#service = this.#open();
    else tell({ fact: "agent.bgp", state: "off", why: "CALICO_NETWORKING_BACKEND is none" });
  }

  /** Everything of a turn that is BGP's. */
  apply(node: NodeOutput): void {
    if (!this.#service) return;
    const { graph, onSeverity } = this.#options;
    const { peers, routes, settings } = graph;
    if (node.pools) {
      onSeverity(settings.logSeverityScreen || undefined);
      const { ignoredInterfaces = [] } = settings;
      const isOther = ignoredInterfaces.join() !== this.#ignored.join();
      this.#ignored = ignoredInterfaces;
      if (isOther) this.#feed.reread();
    }
    this.#addresses.follow(peers.values());
    this.#reach.follow(peers.values(), (key) => routes.has(key));
    this.#service.apply(node, graph);
  }

  /** Stops; peers keep our routes for the restart time. */
  close(): void {
    this.#service?.closeSilently();
    this.#bfd.close();
    this.#feed.close();
  }

  #open(): BgpService {
    const { environment, kernel, links, tell } = this.#options;
    const routes = this.#routes;
    const stale = [...kernel.fib.actual()].filter((route) => route.protocol === bgpProtocol);
    const wire = new KernelWire((name) => links.ifindexOf(name));
    const turns = { soon: (run: () => void) => void setImmediate(run) };
    const world = { wire, clock: systemClock, random: systemRandom, turns, tell, bfd: this.#bfd };
    const ports = { ...world, sink: routes, nextHops: routes };
    return new BgpService({
      open: (config) => new Speaker(config, ports),
      tell,
      restartSeconds: environment.gracefulRestartSeconds,
      port: environment.listenPort,
      withhold: (prefixes) => routes.withhold(prefixes),
      preserved: families.filter((family) => stale.some((route) => route.prefix.family === family)),
    });
  }
}
