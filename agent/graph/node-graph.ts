import type { BGPConfiguration } from "../../datastore/model/bgp-configuration.ts";
import type { BGPFilter } from "../../datastore/model/bgp-filter.ts";
import type { BGPPeer } from "../../datastore/model/bgp-peer.ts";
import type { IPPool } from "../../datastore/model/ip-pool.ts";
import type { Node } from "../../datastore/model/node.ts";
import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import type { Change } from "../../lib/change.ts";
import { type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { Secret } from "../secrets/secret.ts";
import { advertisements } from "./advertisements.ts";
import { bgpPeers } from "./bgp-peers.ts";
import { type BgpSettings, listenPorts, settingsOf } from "./bgp-settings.ts";
import { diff } from "./diff.ts";
import { localEndpoint } from "./local-endpoint.ts";
import { localNeighbours, localRoutes, samePlannedRoute } from "./local-routes.ts";
import { passwordFiles } from "./password.ts";
import type {
  LinkState,
  LocalEndpoint,
  PlannedAnnouncement,
  PlannedNeighbour,
  PlannedPeer,
  PlannedRoute,
  Pool,
  Self,
} from "./planned.ts";
import { selfOf } from "./self.ts";
import { serviceRanges } from "./service-ranges.ts";

/** What changed in what this node should have, since the last turn. */
export interface NodeOutput {
  /** Endpoints of this node, by `namespace/name`. */
  readonly endpoints: readonly Change<string, LocalEndpoint>[];
  readonly routes: readonly Change<string, PlannedRoute>[];
  readonly neighbours: readonly Change<string, PlannedNeighbour>[];
  /** Workload interfaces that are there, by name; their kernel settings are due when they appear or get a new index. */
  readonly interfaces: readonly Change<string, LinkState>[];
  readonly announcements: readonly Change<string, PlannedAnnouncement>[];
  readonly peers: readonly Change<string, PlannedPeer>[];
  /** Every pool, when one of them changed, or the configuration that says how their routes leave. */
  readonly pools: readonly Pool[] | undefined;
  /** Set when who we are has changed. */
  readonly self: Self | undefined;
}

/** What of the configuration the graph depends on. */
export interface GraphOptions {
  readonly nodeName: string;
  readonly routerId: string | undefined;
}

/**
 * From resources and links to what this node should have: tables of what is, and functions of them that are worked out anew,
 * whole, once a turn and only when something they depend on changed. So the output cannot depend on the order of the inputs.
 *
 *   WorkloadEndpoint ─┐
 *   links ────────────┼─▶ localRoutes ─┬─▶ localNeighbours
 *   own blocks ───────┘                └─▶ advertisements ◀── IPPool
 *   Node, BGPConfiguration, BGPPeer, BGPFilter, secrets ─▶ bgpPeers
 */
export class NodeGraph {
  readonly #options: GraphOptions;
  readonly #endpoints = new Map<string, LocalEndpoint>();
  readonly #links = new Map<string, LinkState>();
  readonly #blocks = new Map<string, Prefix>();
  readonly #pools = new Map<string, Pool>();
  readonly #nodes = new Map<string, Node>();
  readonly #peerings = new Map<string, BGPPeer>();
  readonly #filters = new Map<string, BGPFilter>();
  readonly #configurations = new Map<string, BGPConfiguration>();
  readonly #secrets = new Map<string, Secret>();
  #told: ReadonlyMap<string, LocalEndpoint> = new Map();
  #routes: ReadonlyMap<string, PlannedRoute> = new Map();
  #neighbours: ReadonlyMap<string, PlannedNeighbour> = new Map();
  #interfaces: ReadonlyMap<string, LinkState> = new Map();
  #announcements: ReadonlyMap<string, PlannedAnnouncement> = new Map();
  #peers: ReadonlyMap<string, PlannedPeer> = new Map();
  #self: Self | undefined;
  #ipv6 = true;
  #localDirty = false;
  #poolsDirty = false;
  #peersDirty = true;

  constructor(options: GraphOptions) {
    this.#options = options;
  }

  /** Endpoints of other nodes are not ours to route; one that moves away counts as deleted. */
  onEndpoint(change: Change<string, WorkloadEndpoint>): void {
    const ours = change.kind === "set" && change.value.spec.node === this.#options.nodeName;
    const endpoint = ours ? localEndpoint(change.value) : undefined;
    if (!endpoint && !this.#endpoints.has(change.key)) return;
    if (endpoint) this.#endpoints.set(change.key, endpoint);
    else this.#endpoints.delete(change.key);
    this.#localDirty = true;
  }

  onLink(change: Change<string, LinkState>): void {
    put(this.#links, change);
    this.#localDirty = true;
  }

  /** A confirmed affinity of ours, by the block's canonical text. */
  onBlock(change: Change<string, Prefix>): void {
    put(this.#blocks, change);
    this.#localDirty = true;
  }

  onPool(change: Change<string, IPPool>): void {
    const spec = change.kind === "set" ? change.value.spec : undefined;
    const prefix = spec && parsePrefix(spec.cidr);
    if (spec && prefix) {
      const { disableBGPExport = false, disabled = false, assignmentMode = "Automatic" } = spec;
      const automatic = !disabled && assignmentMode === "Automatic";
      this.#pools.set(change.key, { name: change.key, prefix, exported: !disableBGPExport, automatic });
    } else this.#pools.delete(change.key);
    this.#localDirty = true;
    this.#poolsDirty = true;
  }

  onNode(change: Change<string, Node>): void {
    put(this.#nodes, change);
    this.#peersDirty = true;
    // Its labels decide whether it announces addresses of load balancers.
    if (change.key === this.#options.nodeName) this.#localDirty = true;
  }

  onPeering(change: Change<string, BGPPeer>): void {
    put(this.#peerings, change);
    this.#peersDirty = true;
  }

  onFilter(change: Change<string, BGPFilter>): void {
    put(this.#filters, change);
    this.#peersDirty = true;
  }

  onConfiguration(change: Change<string, BGPConfiguration>): void {
    put(this.#configurations, change);
    this.#peersDirty = true;
    this.#poolsDirty = true;
    this.#localDirty = true;
  }

  /** What is known of a secret, by `name/key`. */
  onSecret(change: Change<string, Secret>): void {
    put(this.#secrets, change);
    this.#peersDirty = true;
  }

  /** Whether IPv6 is programmed at all (FelixConfiguration ipv6Support). */
  setIpv6(supported: boolean): void {
    if (this.#ipv6 === supported) return;
    this.#ipv6 = supported;
    this.#localDirty = true;
    this.#peersDirty = true;
  }

  /** Works out what changed since the last turn. */
  turn(): NodeOutput {
    // A workload may be a peer.
    this.#peersDirty ||= this.#localDirty && this.#hasWorkloadPeers;
    const local = this.#localDirty ? this.#localTurn() : nothingLocal;
    const peering = this.#peersDirty ? this.#peersTurn() : nothingPeered;
    const pools = this.#poolsDirty ? this.pools : undefined;
    this.#localDirty = false;
    this.#peersDirty = false;
    this.#poolsDirty = false;
    return { ...local, ...peering, pools };
  }

  get self(): Self | undefined {
    return this.#self;
  }

  get endpoints(): ReadonlyMap<string, LocalEndpoint> {
    return this.#endpoints;
  }

  get routes(): ReadonlyMap<string, PlannedRoute> {
    return this.#routes;
  }

  get neighbours(): ReadonlyMap<string, PlannedNeighbour> {
    return this.#neighbours;
  }

  get peers(): ReadonlyMap<string, PlannedPeer> {
    return this.#peers;
  }

  get blocks(): ReadonlyMap<string, Prefix> {
    return this.#blocks;
  }

  /** In the order of their names. */
  get pools(): readonly Pool[] {
    return [...this.#pools.values()].sort((x, y) => (x.name < y.name ? -1 : 1));
  }

  get announcements(): ReadonlyMap<string, PlannedAnnouncement> {
    return this.#announcements;
  }

  get links(): ReadonlyMap<string, LinkState> {
    return this.#links;
  }

  get nodes(): ReadonlyMap<string, Node> {
    return this.#nodes;
  }

  /** The cluster's BGP settings, with what this node's own configuration overrides. */
  get settings(): BgpSettings {
    return settingsOf(this.#configurations, this.#options.nodeName);
  }

  /** Secrets, `name/key`, that have to be known before sessions can be worked out. */
  get secretFiles(): ReadonlySet<string> {
    return passwordFiles(this.#peerings.values(), this.settings);
  }

  get #hasWorkloadPeers(): boolean {
    for (const { spec } of this.#peerings.values()) if (spec.localWorkloadSelector) return true;
    return false;
  }

  #localTurn(): Omit<NodeOutput, "peers" | "self" | "pools"> {
    const all = localRoutes(this.#endpoints, this.#links, [...this.#blocks.values()]);
    const routes = this.#ipv6 ? all : new Map([...all].filter(([, { prefix }]) => prefix.family === "ipv4"));
    const neighbours = localNeighbours(routes, this.#endpoints);
    const labels = this.#nodes.get(this.#options.nodeName)?.metadata.labels ?? {};
    const services = serviceRanges(this.settings, labels).announced;
    const announced = this.#ipv6 ? services : services.filter(({ family }) => family === "ipv4");
    const announcements = advertisements(routes, [...this.#pools.values()], announced);
    const interfaces = new Map<string, LinkState>();
    for (const { interfaceName } of this.#endpoints.values()) {
      const link = this.#links.get(interfaceName);
      if (link) interfaces.set(interfaceName, link);
    }
    const endpoints = new Map(this.#endpoints);
    const output = {
      endpoints: diff(this.#told, endpoints, (x, y) => x === y),
      routes: diff(this.#routes, routes, samePlannedRoute),
      neighbours: diff(this.#neighbours, neighbours, (x, y) => x.mac === y.mac),
      interfaces: diff(this.#interfaces, interfaces, (x, y) => x.ifindex === y.ifindex && x.up === y.up),
      announcements: diff(this.#announcements, announcements, sameAnnouncement),
    };
    this.#told = endpoints;
    this.#routes = routes;
    this.#neighbours = neighbours;
    this.#announcements = announcements;
    this.#interfaces = interfaces;
    return output;
  }

  #peersTurn(): Pick<NodeOutput, "peers" | "self"> {
    const settings = this.settings;
    const { nodeName, routerId } = this.#options;
    const self = selfOf(nodeName, this.#nodes.get(nodeName), settings, routerId);
    const all = bgpPeers({
      self,
      nodes: this.#nodes,
      peerings: this.#peerings,
      settings,
      filters: this.#filters,
      secrets: this.#secrets,
      listenPort: listenPorts(this.#configurations),
      workloads: this.#endpoints.values(),
    });
    const peers = this.#ipv6 ? all : new Map([...all].filter(([, peer]) => peer.family === "ipv4"));
    const same = (x: object, y: object): boolean => JSON.stringify(x) === JSON.stringify(y);
    const output = {
      peers: diff(this.#peers, peers, same),
      self: this.#self && same(this.#self, self) ? undefined : self,
    };
    this.#peers = peers;
    this.#self = self;
    return output;
  }
}

const nothingLocal = { endpoints: [], routes: [], neighbours: [], interfaces: [], announcements: [] } as const;
const nothingPeered = { peers: [], self: undefined } as const;

function sameAnnouncement(x: PlannedAnnouncement, y: PlannedAnnouncement): boolean {
  return x.kind === y.kind && x.interfaceName === y.interfaceName;
}

function put<V>(table: Map<string, V>, change: Change<string, V>): void {
  if (change.kind === "set") table.set(change.key, change.value);
  else table.delete(change.key);
}
