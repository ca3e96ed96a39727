import { readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { join } from "node:path";
import { bgpLevels } from "../../bgp/fact.ts";
import { datastoreLevels } from "../../datastore/fact.ts";
import { openStore } from "../../datastore/io/open-store.ts";
import { ipamLevels } from "../../ipam/fact.ts";
import { kernelLevels } from "../../kernel/fact.ts";
import { ipsetLevels } from "../../kernel/ipset/fact.ts";
import { iptablesLevels } from "../../kernel/iptables/fact.ts";
import { nftLevels } from "../../kernel/nftables/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import { seconds } from "../../lib/unit.ts";
import type { FelixSettings } from "../config/felix.ts";
import { conntrackLevels } from "../conntrack/fact.ts";
import type { EndpointState } from "../endpoint-status/endpoint-state.ts";
import { agentLevels } from "../fact.ts";
import { NodeCollection } from "../ipam-gc.ts";
import { NodeStatusReporter } from "../node-status/reporter.ts";
import { Agent } from "./agent.ts";
import type { NodeFact } from "./agent-options.ts";
import { collectLeftovers } from "./collect.ts";
import { EndpointReports } from "./endpoint-reports.ts";
import { servePages } from "./http.ts";
import { serveLines } from "./line-socket.ts";
import { openLogs } from "./log.ts";
import { openMetrics } from "./metrics.ts";
import { requestAnswers } from "./requests.ts";
import { readStart } from "./start.ts";
import { currentMetrics, currentNodeStatus, healthPages, type ViewOptions } from "./views.ts";
import { interfaceOf, openAllocator, Workloads } from "./workloads.ts";

const levels = {
  ...agentLevels,
  ...conntrackLevels,
  ...bgpLevels,
  ...datastoreLevels,
  ...ipamLevels,
  ...kernelLevels,
  ...nftLevels,
  ...iptablesLevels,
  ...ipsetLevels,
};
const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** The pages that the settings ask for: health, and metrics. */
async function openPages(
  settings: FelixSettings,
  view: ViewOptions,
  metrics: ReturnType<typeof openMetrics>,
): Promise<void> {
  if (settings.healthEnabled) await servePages(settings.healthHost, settings.healthPort, healthPages(view));
  if (!settings.prometheusMetricsEnabled) return;
  const page = async () => {
    const { hits, firewall } = view.agent;
    // A page without hits is better than none.
    if (firewall) await hits.read(() => firewall.dataplane.counters(), systemClock.now()).catch(() => {});
    return { code: 200, type: "text/plain", body: await metrics.page() } as const;
  };
  await servePages(settings.prometheusMetricsHost, settings.prometheusMetricsPort, { "/metrics": page });
}

/** Counts what the kernel took of each turn; the first ends the start, after which memory is given back. */
function firstAndEvery(metrics: ReturnType<typeof openMetrics>): (seconds: number) => void {
  const began = performance.now();
  let isFirst = true;
  return (took) => {
    metrics.applied(took);
    if (!isFirst) return;
    isFirst = false;
    metrics.initialResync((performance.now() - began) / 1000);
    systemClock.after(seconds(1), () => {
      collectLeftovers();
      // An agent that is killed later has not lost what it compiled.
      flushCompileCache();
      collectNowAndThen();
    });
  };
}

/** Gives back the memory that a burst has left, every five minutes. */
function collectNowAndThen(): void {
  systemClock.after(seconds(300), () => {
    collectLeftovers();
    collectNowAndThen();
  });
}

/** Every endpoint of this node, how it stands, and by which BGPPeer it is a peer. */
function endpointStates({ graph, standing }: Agent): readonly EndpointState[] {
  const peers = new Map(
    [...graph.peers.values()].map(({ workload, origin }) => [workload, /^BGPPeer\((.*)\)$/.exec(origin)?.[1]]),
  );
  return [...graph.endpoints.values()].map((endpoint) => ({
    endpoint,
    state: standing(endpoint.key).state,
    bgpPeer: peers.get(endpoint.interfaceName),
  }));
}

/** Answers the CalicoNodeStatuses about this node. */
function openReporter(view: ViewOptions, tell: (fact: NodeFact) => void): NodeStatusReporter {
  return new NodeStatusReporter({
    node: view.environment.nodeName,
    clock: systemClock,
    tell,
    look: (classes, now) => currentNodeStatus(view, classes, now),
    write: (resource) => view.agent.datastore.client.update(resource),
  });
}

/** Ends the process on SIGTERM and SIGINT, once everything has stopped. */
function endOnSignals(tell: (fact: NodeFact) => void, stop: () => Promise<void>): void {
  const end = (signal: string): void => {
    tell({ fact: "agent.stopping", signal });
    // Connections are closed and what waits in sockets has left before the process ends.
    void stop().finally(() => setTimeout(() => process.exit(0), 50));
  };
  process.once("SIGTERM", () => end("SIGTERM"));
  process.once("SIGINT", () => end("SIGINT"));
}

/** The node agent, from its environment: starts, serves its socket and pages, ends on SIGTERM and SIGINT. */
export async function run(): Promise<void> {
  const { environment, settings, layers, storeVariables, datastore } = readStart();
  const logs = openLogs<NodeFact>(environment.nodeName, settings.logSeverityScreen, levels, environment.debugFacts);
  const metrics = openMetrics(() => currentMetrics(view));
  const tell = (fact: NodeFact): void => {
    logs.tell(fact);
    metrics.count(fact);
  };
  const store = await openStore(storeVariables, systemClock, systemRandom);
  const allocator = openAllocator(environment.nodeName, store, tell);
  const startedAt = systemClock.wall();
  const agent = new Agent({
    environment,
    layers,
    store,
    tell,
    onPools: () => allocator.settingsChanged(),
    onNodeStatus: (change) => reporter.on(change),
    onBgpSeverity: logs.setBgpSeverity,
    applied: firstAndEvery(metrics),
    arrived: (took) => metrics.arrived(took),
    onSettings: ({ logSeverityScreen }) => logs.setSeverity(logSeverityScreen),
    onEndpoints: () => reports.look(),
  });
  const view: ViewOptions = { agent, environment, version, startedAt, datastore };
  const reporter = openReporter(view, tell);
  const reports = new EndpointReports({
    environment,
    store,
    tell,
    settings: () => agent.settings,
    states: () => endpointStates(agent),
    hosts: () => [...agent.live.hosts.values()].map((one) => ({ endpoint: one.endpoint, isUp: agent.isHostUp(one) })),
  });
  tell({ fact: "agent.starting", version, datastore });
  const collection = new NodeCollection({
    node: environment.nodeName,
    store,
    client: agent.datastore.client,
    allocator,
    clock: systemClock,
    random: systemRandom,
    tell,
    isReady: () => agent.blocked === "" && agent.datastore.lost === "",
    endpoints: () => agent.graph.endpoints.values(),
    hasInterface: (name) => agent.links.ifindexOf(name) !== undefined,
    interfaceOf,
  });
  const workloads = new Workloads({ agent, allocator, nodeName: environment.nodeName, tell });
  await serveLines(join(environment.runDir, "agent.sock"), requestAnswers(view, workloads));
  await openPages(settings, view, metrics);
  endOnSignals(tell, () => {
    reporter.stop();
    reports.stop();
    collection.stop();
    return agent.stop();
  });
  await agent.start();
  collection.start();
}
