import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { bgpLevels } from "../../bgp/fact.ts";
import { datastoreLevels } from "../../datastore/fact.ts";
import { openStore } from "../../datastore/io/open-store.ts";
import { readStoreSettings, type StoreSettings } from "../../datastore/store-settings.ts";
import { ipamLevels } from "../../ipam/fact.ts";
import { kernelLevels } from "../../kernel/fact.ts";
import { nftLevels } from "../../kernel/nftables/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import { seconds } from "../../lib/unit.ts";
import type { Environment } from "../config/environment.ts";
import type { FelixSettings } from "../config/felix.ts";
import { felixSettings, problemText, readEnvironment } from "../config/read.ts";
import { agentLevels } from "../fact.ts";
import { NodeCollection } from "../ipam-gc.ts";
import { NodeStatusReporter } from "../node-status/reporter.ts";
import { Agent, type NodeFact } from "./agent.ts";
import { collectOnce } from "./collect.ts";
import { servePages } from "./http.ts";
import { serveLines } from "./line-socket.ts";
import { logFacts, openLog, severityOf } from "./log.ts";
import { openMetrics } from "./metrics.ts";
import { requestAnswers } from "./requests.ts";
import { currentMetrics, currentNodeStatus, healthPages, type ViewOptions } from "./views.ts";
import { interfaceOf, openAllocator, Workloads } from "./workloads.ts";

const levels = { ...agentLevels, ...bgpLevels, ...datastoreLevels, ...ipamLevels, ...kernelLevels, ...nftLevels };
const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** Ends the process with these lines as the reason. */
export function fail(lines: readonly string[]): never {
  for (const line of lines) process.stderr.write(`manx agent: ${line}\n`);
  process.exit(2);
}

/** Felix's names for how the datastore is reached count where ours are absent. */
function storeVariables(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const names = {
    DATASTORE_TYPE: "FELIX_DATASTORETYPE",
    ETCD_ENDPOINTS: "FELIX_ETCDENDPOINTS",
    ETCD_CA_CERT_FILE: "FELIX_ETCDCAFILE",
    ETCD_CERT_FILE: "FELIX_ETCDCERTFILE",
    ETCD_KEY_FILE: "FELIX_ETCDKEYFILE",
  };
  const aliases = Object.entries(names).map(([name, felix]) => [name, env[name] || env[felix]]);
  return { ...env, ...Object.fromEntries(aliases) };
}

function nameOf(settings: StoreSettings): string {
  return settings.type === "embedded" ? settings.path : settings.endpoints.join(",");
}

/** What the environment says; every mistake in it, told at once, ends the process. */
function readStart(): {
  readonly environment: Environment;
  readonly settings: FelixSettings;
  readonly datastore: string;
} {
  const { environment: read, problems } = readEnvironment(process.env);
  const { settings, problems: felixProblems } = felixSettings(process.env, []);
  const mistakes = [...problems, ...felixProblems].map(problemText);
  if (settings.nftablesMode === "Disabled")
    mistakes.push("FELIX_NFTABLESMODE = 'Disabled': Auto or Enabled would be right; there is no iptables driver yet");
  const stored = readStoreSettings(storeVariables(process.env));
  if (!stored.ok) mistakes.push(stored.why);
  if (mistakes.length > 0 || !stored.ok) fail(mistakes);
  const datastore = nameOf(stored.settings);
  const environment = { ...read, nodeName: read.nodeName || hostname().toLowerCase() };
  return { environment, settings, datastore };
}

/** The pages that the settings ask for: health, and metrics. */
async function openPages(
  settings: FelixSettings,
  view: ViewOptions,
  metrics: ReturnType<typeof openMetrics>,
): Promise<void> {
  if (settings.healthEnabled) await servePages(settings.healthHost, settings.healthPort, healthPages(view));
  if (!settings.prometheusMetricsEnabled) return;
  const page = async () => ({ code: 200, type: "text/plain", body: await metrics.page() }) as const;
  await servePages(settings.prometheusMetricsHost, settings.prometheusMetricsPort, { "/metrics": page });
}

/** Counts what the kernel took of each turn; the first ends the start, after which memory is collected once. */
function firstAndEvery(metrics: ReturnType<typeof openMetrics>): (seconds: number) => void {
  const began = performance.now();
  let isFirst = true;
  return (took) => {
    metrics.applied(took);
    if (!isFirst) return;
    isFirst = false;
    metrics.initialResync((performance.now() - began) / 1000);
    systemClock.after(seconds(1), collectOnce);
  };
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
  const { environment, settings, datastore } = readStart();
  const severity = environment.debugFacts ? "Debug" : settings.logSeverityScreen;
  const log = openLog(environment.nodeName, severity);
  const bgpLog = log.child({});
  const toLog = logFacts<NodeFact>(log, levels);
  const toBgpLog = logFacts<NodeFact>(bgpLog, levels);
  const metrics = openMetrics(() => currentMetrics(view));
  const tell = (fact: NodeFact): void => {
    if (fact.fact.startsWith("bgp.")) toBgpLog(fact);
    else toLog(fact);
    metrics.count(fact);
  };
  const store = await openStore(storeVariables(process.env), systemClock, systemRandom);
  const allocator = openAllocator(environment.nodeName, store, tell);
  const startedAt = systemClock.wall();
  const agent = new Agent({
    environment,
    variables: process.env,
    store,
    tell,
    onPools: () => allocator.settingsChanged(),
    onNodeStatus: (change) => reporter.on(change),
    onBgpSeverity: environment.debugFacts ? () => {} : severityOf(bgpLog, severity),
    applied: firstAndEvery(metrics),
  });
  const view: ViewOptions = { agent, environment, version, startedAt, datastore };
  const reporter = openReporter(view, tell);
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
    collection.stop();
    return agent.stop();
  });
  await agent.start();
  collection.start();
}
