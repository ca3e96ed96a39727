import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry, Summary } from "prom-client";
import type { Fact, Tell } from "../../lib/fact.ts";
import type { PeerStatus } from "../api/status.ts";
import type { DataplaneKind, DataplaneSize } from "../dataplane/dataplane.ts";
import type { KernelCalls } from "../dataplane/kernel-calls.ts";
import type { PolicyHit } from "../policy-hits.ts";
import { type BgpReading, registerBgpMetrics } from "./bgp-metrics.ts";
import { firewallGauges, type GaugeTable, registerFirewallErrors, registerKernelCalls } from "./firewall-metrics.ts";

/** The figures of a moment, read when somebody scrapes. */
export interface MetricsView {
  readonly localEndpoints: number;
  readonly localPolicies: number;
  readonly localSelectors: number;
  readonly cluster: {
    readonly hosts: number;
    readonly workloadEndpoints: number;
    readonly policies: number;
    readonly profiles: number;
    readonly tiers: number;
  };
  /** 0 not ready, 1 waiting for the datastore, 2 resyncing, 3 in sync: Felix's felix_resync_state. */
  readonly resyncState: 0 | 1 | 2 | 3;
  readonly datastoreConnected: boolean;
  readonly routes: { readonly local: number; readonly bgp: number; readonly conflicts: number };
  /** How much of everything the firewall is to hold, and which firewall; undefined until it is chosen. */
  readonly firewall: (DataplaneSize & { readonly kind: DataplaneKind }) | undefined;
  /** What that firewall has asked of the kernel. */
  readonly calls: KernelCalls | undefined;
  readonly hits: readonly PolicyHit[];
  readonly policyFaults: number;
  readonly peers: readonly PeerStatus[];
  readonly ribBytes: number;
  /** The speaker, when there is one, and wall-clock milliseconds. */
  readonly bgp: BgpReading;
}

/** What the shell reports itself, beside the view. */
export interface Metrics {
  readonly registry: Registry;
  /** The page; everything on it is read once, at this moment. */
  page(): Promise<string>;
  /** Counts facts by name: `manx_facts_total{fact}`; the names are a closed list, so the label stays small. */
  readonly count: Tell<Fact>;
  /** An endpoint came up, so many seconds after the news of it. */
  arrived(seconds: number): void;
  /** One programming of the kernel took so long, seconds. */
  applied(seconds: number): void;
  /** From the datastore's change to the kernel's acknowledgement, seconds. */
  initialResync(seconds: number): void;
}

const peerLabels = ["peer", "family"];

const gauges: GaugeTable<MetricsView> = {
  felix_active_local_endpoints: ["Number of active endpoints on this host.", (v) => v.localEndpoints],
  felix_active_local_policies: ["Number of active policies on this host.", (v) => v.localPolicies],
  felix_active_local_selectors: ["Number of active selectors on this host.", (v) => v.localSelectors],
  felix_cluster_num_hosts: ["Total number of hosts in the cluster.", (v) => v.cluster.hosts],
  felix_cluster_num_workload_endpoints: [
    "Total number of workload endpoints cluster-wide.",
    (v) => v.cluster.workloadEndpoints,
  ],
  felix_cluster_num_policies: ["Total number of policies in the cluster.", (v) => v.cluster.policies],
  felix_cluster_num_profiles: ["Total number of profiles in the cluster.", (v) => v.cluster.profiles],
  felix_cluster_num_tiers: ["Total number of tiers in the cluster.", (v) => v.cluster.tiers],
  felix_resync_state: [
    "Current datastore state: 0 not ready, 1 waiting, 2 resyncing, 3 in sync.",
    (v) => v.resyncState,
  ],
  manx_datastore_connected: ["1 while the datastore answers.", (v) => Number(v.datastoreConnected)],
  felix_route_table_num_routes: [
    "Number of routes that we hold in the kernel, by owner.",
    (v) => [
      [{ table: "main", owner: "local" }, v.routes.local],
      [{ table: "main", owner: "bgp" }, v.routes.bgp],
    ],
    ["table", "owner"],
  ],
  manx_policy_faults: [
    "Fields of policies that cannot be read, so that they deny or do nothing.",
    (v) => v.policyFaults,
  ],
  manx_route_conflicts: ["Routes that another program holds under our key.", (v) => v.routes.conflicts],
  ...firewallGauges,
  bgp_rib_bytes: ["Memory that routes and attributes take.", (v) => v.ribBytes],
  bgp_peer_up: [
    "1 while the session is Established.",
    (v) => v.peers.map((p) => [{ peer: p.address, family: p.family, type: p.type }, Number(p.state === "Established")]),
    [...peerLabels, "type"],
  ],
  bgp_peer_prefixes_received: [
    "Prefixes received and kept.",
    (v) => v.peers.map((p) => [{ peer: p.address, family: p.family }, p.received]),
    peerLabels,
  ],
  bgp_peer_prefixes_advertised: [
    "Prefixes advertised.",
    (v) => v.peers.map((p) => [{ peer: p.address, family: p.family }, p.advertised]),
    peerLabels,
  ],
};

function gauge(registry: Registry, name: string, row: (typeof gauges)[string], view: () => MetricsView): void {
  const [help, reading, labelNames = []] = row;
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      const now = reading(view());
      this.reset();
      if (typeof now === "number") this.set(now);
      else for (const [labels, value] of now) this.set(labels, value);
    },
  });
}

/** A fresh registry with every series of ours; nothing global is touched. */
export function openMetrics(view: () => MetricsView): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // Asking a speaker with a million routes takes milliseconds, so a page asks once and not for every series.
  let scraped: MetricsView | undefined;
  const now = (): MetricsView => scraped ?? view();
  for (const [name, row] of Object.entries(gauges)) gauge(registry, name, row, now);
  registerBgpMetrics(registry, () => now().bgp);
  registerKernelCalls(registry, () => now().calls);
  const registers = [registry];
  const countErrors = registerFirewallErrors(registry);
  const facts = new Counter({
    name: "manx_facts_total",
    help: "Things that happened, by name.",
    labelNames: ["fact"],
    registers,
  });
  const apply = new Summary({
    name: "felix_int_dataplane_apply_time_seconds",
    help: "Time to program one batch into the kernel.",
    percentiles: [0.5, 0.9, 0.99],
    maxAgeSeconds: 600,
    ageBuckets: 5,
    registers,
  });
  const arrivals = new Histogram({
    name: "manx_endpoint_programming_seconds",
    help: "From the news of an endpoint until the kernel holds its rules and routes and its interface carries packets.",
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    registers,
  });
  const failures = new Counter({
    name: "felix_int_dataplane_failures",
    help: "Batches that failed and are retried.",
    registers,
  });
  const resync = new Gauge({
    name: "felix_int_dataplane_initial_resync_time_seconds",
    help: "From start until the kernel agreed with the datastore.",
    registers,
  });
  return {
    registry,
    async page() {
      scraped = view();
      try {
        return await registry.metrics();
      } finally {
        scraped = undefined;
      }
    },
    count(fact) {
      facts.inc({ fact: fact.fact });
      if (countErrors(fact.fact)) failures.inc();
    },
    arrived: (seconds) => arrivals.observe(seconds),
    applied: (seconds) => apply.observe(seconds),
    initialResync: (seconds) => resync.set(seconds),
  };
}
