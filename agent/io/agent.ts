import type { BgpFact } from "../../bgp/fact.ts";
import { Speaker } from "../../bgp/speaker/speaker.ts";
import type { DatastoreFact } from "../../datastore/fact.ts";
import type { Store } from "../../datastore/store.ts";
import type { IpamFact } from "../../ipam/fact.ts";
import type { KernelFact } from "../../kernel/fact.ts";
import { openFib } from "../../kernel/io/fib.ts";
import { watchLinks } from "../../kernel/io/links.ts";
import type { LinkWatch } from "../../kernel/links.ts";
import type { NftFact } from "../../kernel/nftables/fact.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import { seconds } from "../../lib/unit.ts";
import { families } from "../../net/family.ts";
import { PolicyGraph } from "../../policy/graph/policy-graph.ts";
import { BgpService } from "../bgp/bgp-service.ts";
import { KernelRoutes } from "../bgp/kernel-routes.ts";
import { NextHopFeed } from "../bgp/next-hop-feed.ts";
import { PeeringAddresses } from "../bgp/peering-addresses.ts";
import { ReachRoutes } from "../bgp/reach-routes.ts";
import type { Environment } from "../config/environment.ts";
import type { FelixSettings } from "../config/felix.ts";
import { felixSettings, problemText } from "../config/read.ts";
import { NftablesLowering } from "../dataplane/nftables/lowering.ts";
import { defaultOptions, marksOf } from "../dataplane/options.ts";
import type { AgentFact } from "../fact.ts";
import { isIgnoredInterface } from "../graph/ignored-interfaces.ts";
import { NextHopResolver } from "../graph/next-hop-resolver.ts";
import { NodeGraph, type NodeOutput } from "../graph/node-graph.ts";
import { HostLinks } from "../host-links.ts";
import { Intake, type IntakeTargets } from "../intake.ts";
import { Programming } from "../programming.ts";
import { secretFiles } from "../secrets/io/secret-files.ts";
import { Secrets } from "../secrets/secrets.ts";
import { Waiters } from "../waiters.ts";
import { BfdThread } from "./bfd.ts";
import { Datastore } from "./datastore.ts";
import { bgpProtocol, type Kernel, openKernel } from "./kernel.ts";
import { KernelWire } from "./kernel-wire.ts";

/** Everything that can be heard from a node. */
export type NodeFact = AgentFact | BgpFact | DatastoreFact | IpamFact | KernelFact | NftFact;

/** What an agent is started with. */
export interface AgentOptions {
  readonly environment: Environment;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly store: Store;
  readonly tell: Tell<NodeFact>;
  /** The kernel took a turn's outcome, in so many seconds. */
  readonly applied: (seconds: number) => void;
  /** IPAM should read pools and our node again. */
  readonly onPools: () => void;
  /** A CalicoNodeStatus, of whatever node, came, changed or went. */
  readonly onNodeStatus: NonNullable<IntakeTargets["onNodeStatus"]>;
  /** How loud BGP is to be from now on (BGPConfiguration logSeverityScreen); undefined: as everything else. */
  readonly onBgpSeverity: (severity: string | undefined) => void;
}

/**
 * One node's agent: follows the datastore and the links, works out a turn whenever something changed, and hands it to the
 * kernel's drivers and the speaker. Nothing is written before the datastore was seen whole.
 */
export class Agent {
  readonly graph: NodeGraph;
  readonly policy: PolicyGraph;
  readonly intake: Intake;
  readonly links: HostLinks;
  readonly waiters = new Waiters(systemClock);
  readonly datastore: Datastore;
  readonly #options: AgentOptions;
  readonly #resolver = new NextHopResolver();
  readonly #bfd: BfdThread;
  readonly #secrets: Secrets;
  #kernel: Kernel | undefined;
  #watch: LinkWatch | undefined;
  #feed: NextHopFeed | undefined;
  #routes: KernelRoutes | undefined;
  #reach: ReachRoutes | undefined;
  #ignored: readonly string[] = [];
  #addresses: PeeringAddresses | undefined;
  #programming: Programming | undefined;
  #bgp: BgpService | undefined;
  #settings: FelixSettings;
  #isLinked = false;
  #isAwake = false;
  #isStopped = false;
  #isPaused = false;
  /** Settings whose refusal was told. */
  readonly #toldSettings = new Set<string>();
  /** In which turn each endpoint of this node was last worked out. */
  readonly #seenIn = new Map<string, number>();
  #turns = 0;
  #programmedTurns = 0;

  constructor(options: AgentOptions) {
    this.#options = options;
    const { environment, variables, tell } = options;
    const { nodeName, routerId } = environment;
    this.graph = new NodeGraph({ nodeName, routerId });
    this.policy = new PolicyGraph(nodeName);
    this.links = new HostLinks(this.graph);
    this.intake = new Intake({
      nodeName,
      graph: this.graph,
      policy: this.policy,
      tell,
      onPools: options.onPools,
      onNodeStatus: options.onNodeStatus,
    });
    this.#settings = felixSettings(variables, []).settings;
    this.#bfd = new BfdThread(tell);
    const changed = (): void => this.#wake();
    this.#secrets = new Secrets({
      files: secretFiles(environment.secretsDir),
      tell,
      onSecret: (change) => this.graph.onSecret(change),
      changed,
    });
    this.datastore = new Datastore({ environment, store: options.store, tell, intake: this.intake, changed });
  }

  /** Opens the kernel, reads what is there and begins to follow the datastore. @throws KernelError */
  async start(): Promise<void> {
    const { tell } = this.#options;
    const isWorkload = (ifindex: number): boolean => this.#isWorkload(this.links.nameOf(ifindex));
    const kernel = openKernel({ localProtocol: this.#settings.deviceRouteProtocol, isWorkload }, tell);
    this.#kernel = kernel;
    this.#routes = new KernelRoutes(this.#resolver, kernel.fib, (name) => this.links.ifindexOf(name));
    this.#addresses = new PeeringAddresses(kernel.addresses, (name) => this.links.ifindexOf(name));
    this.#reach = new ReachRoutes(this.#resolver, kernel.fib);
    kernel.fib.start();
    await kernel.fib.settled();
    this.#feed = new NextHopFeed({
      open: openFib,
      clock: systemClock,
      tell,
      resolver: this.#resolver,
      bgpProtocol,
      isIgnored: (ifindex) => isIgnoredInterface(this.#ignored, this.links.nameOf(ifindex)),
      changed: () => {
        this.#reach?.changed();
        this.#routes?.changed();
      },
    });
    await this.#feed.start();
    await new Promise<void>((resolve) => this.#watchLinks(resolve));
    this.datastore.start(() => this.links.addresses());
  }

  /** Stops following and writing. The kernel keeps forwarding, peers keep our routes for the restart time. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#bgp?.closeSilently();
    this.#bfd.close();
    this.#secrets.close();
    this.#watch?.close();
    this.#feed?.close();
    this.#kernel?.close();
    await this.datastore.stop();
  }

  get settings(): FelixSettings {
    return this.#settings;
  }

  get kernel(): Kernel | undefined {
    return this.#kernel;
  }

  get bgp(): BgpService | undefined {
    return this.#bgp;
  }

  /** Routes in the kernel that BGP wants. */
  get bgpRoutes(): number {
    return this.#routes?.size ?? 0;
  }

  /** The kernel holds everything that was worked out so far. */
  get isProgrammed(): boolean {
    return this.#programmedTurns > 0 && this.#programmedTurns === this.#turns;
  }

  /** Why nothing is being programmed, or empty. */
  get blocked(): string {
    if (!this.datastore.isInSync) return "the datastore has not been seen whole yet";
    if (!this.#isLinked) return "interfaces have not been read yet";
    return this.intake.isReady ? "" : "ClusterInformation(default): datastoreReady is false";
  }

  /** Whether the kernel holds rules and routes of an endpoint (`namespace/name`). */
  isUp(endpoint: string): boolean {
    const local = this.graph.endpoints.get(endpoint);
    const { fib } = this.#kernel ?? {};
    if (!local || !fib || (this.#seenIn.get(endpoint) ?? Number.POSITIVE_INFINITY) > this.#programmedTurns)
      return false;
    const routed = local.addresses.filter(({ family }) => family === "ipv4" || this.#settings.ipv6Support);
    return routed.every((prefix) => fib.holdsLocal(prefix));
  }

  #isWorkload(name: string): boolean {
    return this.#settings.interfacePrefix.some((prefix) => name.startsWith(prefix));
  }

  #watchLinks(synced: () => void): void {
    const done = (): void => {
      this.#isLinked = true;
      synced();
      this.#wake();
    };
    const failed = (error: Error): void => {
      this.#options.tell({ fact: "agent.links-lost", why: error.message });
      systemClock.after(seconds(1), () => this.#isStopped || this.#watchLinks(() => {}));
    };
    this.#watch = watchLinks(
      {},
      this.links.listener(() => this.#wake(), done, failed),
    );
  }

  #wake(): void {
    if (this.#isAwake || this.#isStopped) return;
    this.#isAwake = true;
    setImmediate(() => {
      this.#isAwake = false;
      this.#tellPause();
      if (!this.#isStopped && this.blocked === "") this.#turn();
    });
  }

  /** Says once that the datastore wants programming to stop, and once that it goes on. */
  #tellPause(): void {
    const isPaused = !this.intake.isReady;
    if (isPaused === this.#isPaused || !this.datastore.isInSync) return;
    this.#isPaused = isPaused;
    this.#options.tell(isPaused ? { fact: "agent.paused", why: this.blocked } : { fact: "agent.resumed" });
  }

  /** Says once of each setting below /proc/sys that it cannot be written; nothing works as it should then. */
  #tellSettings(): void {
    const refused = this.#kernel!.sysctls.refused();
    for (const setting of this.#toldSettings) if (!refused.has(setting)) this.#toldSettings.delete(setting);
    for (const [setting, { message }] of refused) {
      if (this.#toldSettings.has(setting)) continue;
      this.#toldSettings.add(setting);
      this.#options.tell({ fact: "agent.setting-failed", setting, why: message });
    }
  }

  #turn(): void {
    this.#readSettings();
    const programming = this.#programming ?? this.#begin();
    const began = performance.now();
    const turn = ++this.#turns;
    this.#secrets.follow(this.graph.secretFiles);
    const node = this.graph.turn();
    for (const change of node.endpoints) {
      if (change.kind === "set") this.#seenIn.set(change.key, turn);
      else this.#seenIn.delete(change.key);
    }
    const done = programming.apply(node, this.policy.flush(), () => this.#peer(node));
    void done.then(() => {
      this.#programmedTurns = turn;
      this.#tellSettings();
      const took = performance.now() - began;
      this.#options.applied(took / 1000);
      const { routes, interfaces } = node;
      if (turn === 1 || took > 1000) {
        this.#options.tell({
          fact: "agent.programming",
          millis: Math.round(took),
          routes: routes.length,
          endpoints: interfaces.length,
        });
      }
      this.waiters.look();
    });
  }

  /** Everything of a turn that is BGP's. */
  #peer(node: NodeOutput): void {
    if (!this.#bgp) return;
    const { peers, routes, settings } = this.graph;
    if (node.pools) {
      this.#options.onBgpSeverity(settings.logSeverityScreen || undefined);
      const { ignoredInterfaces = [] } = settings;
      const isOther = ignoredInterfaces.join() !== this.#ignored.join();
      this.#ignored = ignoredInterfaces;
      if (isOther) this.#feed?.reread();
    }
    this.#addresses?.follow(peers.values());
    this.#reach?.follow(peers.values(), (key) => routes.has(key));
    this.#bgp.apply(node, this.graph);
  }

  /** The first turn: everything that should be is known, so what should not may go; then sessions open. */
  #begin(): Programming {
    const kernel = this.#kernel!;
    const { interfacePrefix, defaultEndpointToHostAction, workloadSourceSpoofing, nftablesMarkMask } = this.#settings;
    const lowering = new NftablesLowering(kernel.ruleset, {
      ...defaultOptions,
      interfacePrefixes: interfacePrefix,
      endpointToHost: defaultEndpointToHostAction,
      sourceSpoofing: workloadSourceSpoofing,
      marks: marksOf(nftablesMarkMask) ?? defaultOptions.marks,
    });
    const programming = new Programming({ ...kernel, lowering });
    programming.begin(this.#settings.ipv6Support);
    kernel.addresses.allowDeletes();
    this.#programming = programming;
    if (this.#options.environment.backend === "bird") this.#bgp = this.#openBgp(kernel);
    else this.#options.tell({ fact: "agent.bgp", state: "off", why: "CALICO_NETWORKING_BACKEND is none" });
    return programming;
  }

  #openBgp(kernel: Kernel): BgpService {
    const { environment, tell } = this.#options;
    const routes = this.#routes!;
    const stale = [...kernel.fib.actual()].filter((route) => route.protocol === bgpProtocol);
    const wire = new KernelWire((name) => this.links.ifindexOf(name));
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

  #readSettings(): void {
    const { resources, changed } = this.intake.felix();
    if (!changed) return;
    const specs = resources.map(({ metadata, spec }) => ({ name: metadata.name, spec }));
    const { settings, problems } = felixSettings(this.#options.variables, specs);
    for (const problem of problems) this.#options.tell({ fact: "agent.configuration", problem: problemText(problem) });
    if (this.#programming && JSON.stringify(settings) !== JSON.stringify(this.#settings)) {
      const problem = "FelixConfiguration changed: it takes effect when the agent restarts";
      this.#options.tell({ fact: "agent.configuration", problem });
      return;
    }
    this.#settings = settings;
    this.graph.setIpv6(settings.ipv6Support);
  }
}
