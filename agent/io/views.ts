import type { RouteQuery } from "../../bgp/speaker/route-query.ts";
import { systemClock } from "../../lib/io/clock.ts";
import type { AgentStatus, Condition } from "../api/status.ts";
import type { Environment } from "../config/environment.ts";
import { nodeStatus, type StatusClass } from "../node-status/status.ts";
import { agentStatus, readinessText } from "../status.ts";
import type { Agent } from "./agent.ts";
import { jsonPage, type Page, type Pages } from "./http.ts";
import type { MetricsView } from "./metrics.ts";

/** What looks at a running agent need. */
export interface ViewOptions {
  readonly agent: Agent;
  readonly environment: Environment;
  readonly version: string;
  readonly startedAt: number;
  /** Where the datastore is, for messages. */
  readonly datastore: string;
}

function datastoreCondition({ agent, datastore }: ViewOptions): Condition {
  const { isInSync, lost } = agent.datastore;
  const name = "datastore";
  if (!isInSync)
    return { name, holds: false, why: lost === "" ? `waiting for ${datastore}` : `cannot be reached: ${lost}` };
  if (lost !== "") return { name, holds: false, why: `contact lost, the kernel stays as it is: ${lost}` };
  const invalid = agent.intake.invalidCount;
  const faults = agent.policyFaults.count;
  const notes = [
    "in sync",
    ...(invalid > 0 ? [`${invalid} objects cannot be read, see the log`] : []),
    ...(faults > 0 ? [`${faults} fields of policies cannot be read and deny or do nothing, see /status`] : []),
  ];
  return { name, holds: true, why: notes.join("; ") };
}

function kernelCondition(agent: Agent): Condition {
  const name = "kernel";
  if (agent.blocked !== "") return { name, holds: false, why: agent.blocked };
  if (!agent.isProgrammed) return { name, holds: false, why: "routes and rules are being programmed" };
  const conflicts = agent.kernel?.fib.conflicts() ?? [];
  const waiting = agent.kernel?.fib.pending ?? 0;
  const settings = agent.kernel?.sysctls.refused().size ?? 0;
  const notes = [
    ...(conflicts.length > 0 ? [`held by another program: ${conflicts.slice(0, 5).join(", ")}`] : []),
    ...(settings > 0 ? [`${settings} settings cannot be written, see the log`] : []),
    ...agent.conflicts,
    ...(waiting > 0 ? [`${waiting} routes wait`] : []),
  ];
  return { name, holds: true, why: notes.length === 0 ? "as wanted" : notes.join("; ") };
}

function bgpOff({ agent, environment }: ViewOptions): string {
  if (environment.backend === "none") return "off: CALICO_NETWORKING_BACKEND is none";
  return agent.bgp?.isDrained ? "off: drained; `manxctl node resume` opens the sessions again" : "";
}

/** What a CalicoNodeStatus is told, as of now (RFC 3339). */
export function currentNodeStatus(
  options: ViewOptions,
  classes: readonly StatusClass[],
  now: string,
): ReturnType<typeof nodeStatus> {
  const { agent } = options;
  const { speaker } = agent.bgp ?? {};
  const sources = {
    status: currentStatus(options),
    isRouting: speaker?.status().isDeciding ?? false,
    graph: agent.graph,
    listRoutes: speaker && ((query: RouteQuery) => speaker.listRoutes(query)),
    addresses: agent.links.addresses(),
  };
  return nodeStatus(sources, classes, now);
}

/** The agent's status as of now. */
export function currentStatus(options: ViewOptions, speaker = options.agent.bgp?.status()): AgentStatus {
  const { agent, environment, version, startedAt } = options;
  const { unregistered } = agent.datastore;
  const { graph, policy } = agent;
  return agentStatus({
    version,
    node: environment.nodeName,
    startedAt,
    graph,
    speaker,
    bgpOff: bgpOff(options),
    datastore: datastoreCondition(options),
    kernel: kernelCondition(agent),
    registration: { name: "node", holds: unregistered === "", why: unregistered || "registered" },
    routes: { local: graph.routes.size, bgp: agent.bgpRoutes, conflicts: agent.kernel?.fib.conflicts().length ?? 0 },
    policies: policy.stats.policies,
    sets: policy.stats.sets,
    standing: agent.standing,
    firewall: agent.firewall && { kind: agent.firewall.kind, why: agent.firewall.why },
    waitingSettings: agent.waitingSettings,
    policyFaults: agent.policyFaults.status,
  });
}

/** The figures of this moment. */
export function currentMetrics(options: ViewOptions): MetricsView {
  const { agent } = options;
  const { graph, policy, intake, datastore } = agent;
  const speaker = agent.bgp?.status();
  const status = currentStatus(options, speaker);
  const { stats } = policy;
  const resyncState = datastore.lost !== "" ? 1 : datastore.isInSync ? 3 : 2;
  const { firewall } = agent;
  return {
    localEndpoints: graph.endpoints.size,
    localPolicies: stats.policies,
    localSelectors: stats.sets,
    cluster: {
      hosts: graph.nodes.size,
      workloadEndpoints: stats.endpoints,
      policies: intake.policyCount,
      profiles: stats.profiles,
      tiers: stats.tiers,
    },
    resyncState,
    datastoreConnected: datastore.isInSync && datastore.lost === "",
    routes: status.routes,
    firewall: firewall && { kind: firewall.kind, ...firewall.dataplane.size },
    calls: firewall?.calls,
    hits: agent.hits.hits,
    policyFaults: agent.policyFaults.count,
    peers: status.peers,
    ribBytes: Object.values(speaker?.memory ?? {}).reduce((sum, bytes) => sum + bytes, 0),
    bgp: { status: speaker, now: systemClock.wall() },
  };
}

/** /liveness, /readiness and /status. That a page is answered at all is liveness: the loop turns. */
export function healthPages(options: ViewOptions): Pages {
  const text = (code: number, body: string): Page => ({ code, type: "text/plain", body });
  return {
    "/liveness": () => text(200, "live\n"),
    "/readiness": () => {
      const status = currentStatus(options);
      return text(status.ready ? 200 : 503, readinessText(status));
    },
    "/status": () => jsonPage(currentStatus(options)),
  };
}
