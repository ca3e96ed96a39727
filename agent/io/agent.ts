import { watchLinks } from "../../kernel/io/links.ts";
import type { LinkWatch } from "../../kernel/links.ts";
import type { Cancel } from "../../lib/clock.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { seconds } from "../../lib/unit.ts";
import type { Address } from "../../net/address.ts";
import { formatPrefix } from "../../net/prefix.ts";
import type { HostGates } from "../../policy/chain.ts";
import type { NodePolicy } from "../../policy/evaluate.ts";
import { PolicyGraph } from "../../policy/graph/policy-graph.ts";
import { isEmpty } from "../../policy/output.ts";
import type { BgpService } from "../bgp/bgp-service.ts";
import type { FelixSettings } from "../config/felix.ts";
import { felixSettings } from "../config/read.ts";
import type { FlowWorld } from "../conntrack/judged-flow.ts";
import type { Standing } from "../endpoint-status/endpoint-state.ts";
import { LivePolicy } from "../explain/live-policy.ts";
import { endpointAddresses, flowWorld } from "../flow-world.ts";
import { NodeGraph, type NodeOutput } from "../graph/node-graph.ts";
import { HostLinks } from "../host-links.ts";
import { Intake } from "../intake.ts";
import { LiveSettings } from "../live-settings.ts";
import { isWorkloadName, OwnInterfaces } from "../own-interfaces.ts";
import { PolicyFaults } from "../policy-faults.ts";
import { PolicyHits } from "../policy-hits.ts";
import { Programming } from "../programming.ts";
import { Progress } from "../progress.ts";
import { secretFiles } from "../secrets/io/secret-files.ts";
import { Secrets } from "../secrets/secrets.ts";
import { Waiters } from "../waiters.ts";
import type { AgentOptions } from "./agent-options.ts";
import { BgpSide } from "./bgp-side.ts";
import { Datastore } from "./datastore.ts";
import { type Firewall, leaveOthers, openFirewall, optionsFor } from "./firewall.ts";
import { type Kernel, openKernel } from "./kernel.ts";
import { Traffic } from "./traffic.ts";

/**
 * One node's agent: follows the datastore and the links, works out a turn whenever something changed, and hands it to the
 * kernel's drivers and the speaker. Nothing is written before the datastore was seen whole.
 */
export class Agent {
  readonly graph: NodeGraph;
  readonly policy: PolicyGraph;
  readonly intake: Intake;
  readonly links: HostLinks;
  /** Policy as it was last worked out, to be asked. */
  readonly live: LivePolicy;
  readonly hits = new PolicyHits(() => this.live.chains.values());
  /** What of the policies cannot be read. */
  readonly policyFaults: PolicyFaults;
  readonly waiters = new Waiters(systemClock);
  readonly datastore: Datastore;
  readonly #options: AgentOptions;
  readonly #secrets: Secrets;
  readonly #settings: LiveSettings;
  readonly #progress = new Progress();
  readonly #host: OwnInterfaces;
  #conflicts: readonly string[] = [];
  #recheck: Cancel = () => {};
  #lookAgain: Cancel = () => {};
  #kernel: Kernel | undefined;
  #bgp: BgpSide | undefined;
  #traffic: Traffic | undefined;
  #firewall: Firewall | undefined;
  #programming: Programming | undefined;
  #watch: LinkWatch | undefined;
  #isLinked = false;
  #isAwake = false;
  #isStopped = false;
  #isPaused = false;
  #isPreparing = false;
  /** When the first news of the coming turn came, milliseconds. */
  #newsAt: number | undefined;
  /** Settings whose refusal was told. */
  readonly #toldSettings = new Set<string>();

  constructor(options: AgentOptions) {
    this.#options = options;
    const { environment, layers, tell } = options;
    const { nodeName, routerId } = environment;
    this.graph = new NodeGraph({ nodeName, routerId });
    this.policy = new PolicyGraph(nodeName, felixSettings(layers, []).settings.interfacePrefix);
    this.policyFaults = new PolicyFaults(tell);
    this.live = new LivePolicy(this.policy.sets);
    this.links = new HostLinks(this.graph);
    this.#host = new OwnInterfaces(this.links);
    this.intake = new Intake({
      nodeName,
      graph: this.graph,
      policy: this.policy,
      tell,
      onPools: options.onPools,
      onNodeStatus: options.onNodeStatus,
      onEndpoint: (change) => this.#traffic?.onEndpoint(change),
    });
    this.#settings = new LiveSettings(layers, tell);
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
    const { environment, tell, onBgpSeverity: onSeverity } = this.#options;
    const localProtocol = this.settings.deviceRouteProtocol;
    const isWorkload = (name: string): boolean => this.#isWorkload(name);
    const nameOf = (ifindex: number): string => this.links.nameOf(ifindex);
    const kernel = openKernel({ localProtocol, isWorkload, nameOf }, tell);
    this.#kernel = kernel;
    const { nodeName } = environment;
    const world = environment.reevaluateFlows ? () => this.#flowWorld() : undefined;
    const addresses = (): readonly Address[] => endpointAddresses(this.graph.endpoints.values());
    const changed = (): void => this.#look();
    const translates = (): boolean => this.settings.floatingIPs === "Enabled";
    const resyncSeconds = (): number => this.settings.ipsetsRefreshInterval;
    const known = { nodeName, kernel, localProtocol, translates, resyncSeconds };
    this.#traffic = new Traffic({ ...known, tell, changed, world, addresses });
    this.#bgp = new BgpSide({ environment, kernel, links: this.links, graph: this.graph, tell, onSeverity });
    kernel.fib.start();
    await kernel.fib.settled();
    await this.#bgp.start();
    await new Promise<void>((resolve) => this.#watchLinks(resolve));
    this.datastore.start(() => this.links.addresses());
  }

  /** Stops following and writing. The kernel keeps forwarding, peers keep our routes for the restart time. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#lookAgain();
    this.#recheck();
    this.#bgp?.close();
    this.#secrets.close();
    this.#watch?.close();
    this.#firewall?.dataplane.close();
    this.#traffic?.close();
    this.#kernel?.close();
    await this.datastore.stop();
  }

  get settings(): FelixSettings {
    return this.#settings.current;
  }

  /** Fields of FelixConfiguration that wait for the next start, with commas; or empty. */
  get waitingSettings(): string {
    return this.#settings.waiting;
  }

  get kernel(): Kernel | undefined {
    return this.#kernel;
  }

  get firewall(): Firewall | undefined {
    return this.#firewall;
  }

  /** What decides beside the policy. */
  get nodePolicy(): NodePolicy {
    return optionsFor(this.settings, this.#firewall?.kind ?? "nftables", undefined);
  }

  get bgp(): BgpService | undefined {
    return this.#bgp?.service;
  }

  /** Routes in the kernel that BGP wants. */
  get bgpRoutes(): number {
    return this.#bgp?.size ?? 0;
  }

  /** What is set on this machine so that packets are lost, as sentences. */
  get conflicts(): readonly string[] {
    return this.#conflicts;
  }

  /** The kernel holds everything that was worked out so far. */
  get isProgrammed(): boolean {
    return this.#progress.isComplete;
  }

  /** Why nothing is being programmed, or empty. */
  get blocked(): string {
    if (!this.datastore.isInSync) return "the datastore has not been seen whole yet";
    if (!this.#isLinked) return "interfaces have not been read yet";
    return this.intake.isReady ? "" : "ClusterInformation(default): datastoreReady is false";
  }

  /** Whether the kernel holds rules and routes of an endpoint (`namespace/name`), and its interface carries packets. */
  isUp(endpoint: string): boolean {
    const local = this.graph.endpoints.get(endpoint);
    const { fib } = this.#kernel ?? {};
    if (!local || !fib || this.#trouble(endpoint) !== "") return false;
    if (!this.#progress.covers(endpoint) || !this.links.isRunning(local.interfaceName)) return false;
    const routed = local.addresses.filter(({ family }) => family === "ipv4" || this.settings.ipv6Support);
    return routed.every((prefix) => fib.holdsLocal(prefix)) && this.#traffic!.areFree(routed);
  }

  /** How an endpoint (`namespace/name`) stands; one that is not there is down. */
  readonly standing = (endpoint: string): Standing => {
    const why = this.#trouble(endpoint);
    if (why !== "") return { state: "error", why };
    return { state: this.isUp(endpoint) ? "up" : "down", why: "" };
  };

  /** Whether the kernel holds the rules of a host endpoint, and its interface carries packets. */
  isHostUp({ interfaceName }: Pick<HostGates, "interfaceName">): boolean {
    return this.isProgrammed && (interfaceName === "*" || this.links.isRunning(interfaceName));
  }

  /** What of an endpoint the kernel refuses, or what is in its way; empty when nothing. */
  #trouble(endpoint: string): string {
    const local = this.graph.endpoints.get(endpoint);
    if (!local || !this.#firewall || !this.#progress.covers(endpoint)) return "";
    const blocked = local.addresses.find((prefix) => this.#kernel?.fib.isInConflict(prefix));
    if (blocked) return `another program's route to ${formatPrefix(blocked)} is in the way`;
    const gates = this.live.endpoints.get(local.interfaceName);
    return gates ? this.#firewall.dataplane.refused(gates) : "";
  }

  #isWorkload(name: string): boolean {
    return isWorkloadName(this.settings, name);
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
      this.links.listener(
        () => this.#wake(),
        done,
        failed,
        (change) => this.#traffic?.onLink(change),
      ),
    );
  }

  #wake(): void {
    this.#newsAt ??= performance.now();
    if (this.#isAwake || this.#isStopped) return;
    this.#isAwake = true;
    setImmediate(() => {
      this.#isAwake = false;
      this.#tellPause();
      if (this.#isStopped || this.blocked !== "") return;
      if (this.#programming) this.#turn(this.#programming);
      else if (!this.#isPreparing) void this.#prepare();
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

  /** Everything that should be is known, so what should not may go: the firewall is chosen, and sessions may open. */
  async #prepare(): Promise<void> {
    this.#isPreparing = true;
    this.#readSettings();
    this.#settings.freeze();
    try {
      this.#firewall = await openFirewall(this.settings, this.#options.environment.runDir, this.#options.tell);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.tell({ fact: "agent.firewall-failed", why, retrySeconds: 1 });
      systemClock.after(seconds(1), () => this.#isStopped || void this.#prepare());
      return;
    }
    const programming = new Programming({ ...this.#kernel!, dataplane: this.#firewall.dataplane });
    programming.begin(this.settings.ipv6Support);
    this.#bgp!.begin();
    this.#programming = programming;
    this.#recheckLater();
    this.#wake();
  }

  /** Looks at the firewall from time to time, in case that a change of others went unheard. */
  #recheckLater(): void {
    const { dataplane, kind } = this.#firewall!;
    const { nftablesRefreshInterval, iptablesRefreshInterval, ipsetsRefreshInterval } = this.settings;
    const asked = kind === "nftables" ? [nftablesRefreshInterval] : [iptablesRefreshInterval, ipsetsRefreshInterval];
    const [soonest] = asked.filter((interval) => interval > 0).sort((x, y) => x - y);
    if (soonest === undefined) return;
    this.#recheck = systemClock.after(seconds(soonest), () => {
      const again = (): void => void (this.#isStopped || this.#recheckLater());
      void dataplane.recheck().then(again, again);
    });
  }

  #turn(programming: Programming): void {
    this.#readSettings();
    const began = performance.now();
    this.#secrets.follow(this.graph.secretFiles);
    const isNewHost = this.#host.turn(this.settings, (change) => this.policy.on({ kind: "HostInterface", change }));
    const node = this.graph.turn();
    const turn = this.#progress.begin(node, this.#newsAt ?? began, (name) => this.#endpointsOn(name));
    this.#newsAt = undefined;
    if (node.endpoints.length > 0 || isNewHost) this.#lookAtSources();
    const policy = this.policy.flush();
    const gone = this.#traffic!.turn(node, policy, this.graph.routes);
    this.live.apply(policy);
    this.policyFaults.look(this.policy.faults);
    const done = programming.apply(node, policy, () => this.#bgp!.apply(node));
    void done.then(() => {
      gone();
      if (!isEmpty(policy)) this.#traffic!.policyChanged();
      this.#progress.done(turn);
      this.#tellSettings();
      this.#tellTurn(turn, node, performance.now() - began);
      this.#look();
    });
  }

  #flowWorld(): FlowWorld {
    const host = [...this.links.byInterface().values()].flat();
    return flowWorld({ view: this.live, node: this.nodePolicy, endpoints: this.graph.endpoints.values(), host });
  }

  /** Settings of the kernel by which packets would be lost before any rule sees them. */
  #lookAtSources(): void {
    const conflicts = this.#kernel!.reversePath.look(this.#host.sources(this.settings, this.graph.endpoints.values()));
    for (const why of conflicts)
      if (!this.#conflicts.includes(why)) this.#options.tell({ fact: "agent.setting-conflict", why });
    this.#conflicts = conflicts;
  }

  /** Looks again at who is up; and again soon, as long as somebody is not: a route may find its place without a turn. */
  #look(): void {
    if (this.#isStopped) return;
    const { arrived, onEndpoints } = this.#options;
    for (const took of this.#progress.arrivals((endpoint) => this.isUp(endpoint), performance.now()))
      arrived(took / 1000);
    this.waiters.look();
    onEndpoints();
    this.#lookAgain();
    const isTroubled = [...this.graph.endpoints.keys()].some((endpoint) => this.#trouble(endpoint) !== "");
    const isOpen = this.#progress.isWaiting || isTroubled;
    this.#lookAgain = isOpen ? systemClock.after(seconds(1), () => this.#look()) : () => {};
  }

  #tellTurn(turn: number, { routes, interfaces }: NodeOutput, took: number): void {
    if (turn === 1) void leaveOthers(this.#firewall!.kind, this.#options.environment.runDir, this.#options.tell);
    this.#options.applied(took / 1000);
    if (turn !== 1 && took <= 1000) return;
    const millis = Math.round(took);
    this.#options.tell({ fact: "agent.programming", millis, routes: routes.length, endpoints: interfaces.length });
  }

  #endpointsOn(interfaceName: string): readonly string[] {
    const all = [...this.graph.endpoints.values()];
    return all.flatMap((endpoint) => (endpoint.interfaceName === interfaceName ? endpoint.key : []));
  }

  #readSettings(): void {
    const { resources, changed } = this.intake.felix();
    if (!changed || (!this.#settings.read(resources) && this.#programming)) return;
    const { settings } = this;
    this.graph.setIpv6(settings.ipv6Support);
    this.policy.setInterfacePrefixes(settings.interfacePrefix);
    if (this.#firewall) {
      const { dataplane, kind, dropGroup } = this.#firewall;
      dataplane.setOptions(optionsFor(settings, kind, dropGroup));
    }
    this.#options.onSettings(settings);
  }
}
