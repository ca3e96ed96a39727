import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { formatTimestamp } from "../../datastore/timestamp.ts";
import { Allocator } from "../../ipam/allocator.ts";
import type { IpamFact } from "../../ipam/fact.ts";
import { openInterfaces } from "../../kernel/io/interfaces.ts";
import { openSysctls } from "../../kernel/io/sysctl.ts";
import { ManxError } from "../../lib/error.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import { seconds } from "../../lib/unit.ts";
import { matches } from "../../policy/selector/evaluate.ts";
import { parseSelector } from "../../policy/selector/parse.ts";
import type { Failure, WorkloadAnswer, WorkloadRequest } from "../api/socket.ts";
import type { AgentFact } from "../fact.ts";
import { workloadAddresses } from "../workload/addresses.ts";
import { attach, BadWorkloadRequest, detach, type WorkloadPorts } from "../workload/attach.ts";
import { workloadEndpoints } from "../workload/endpoints.ts";
import { podLinks } from "../workload/pod-links.ts";
import type { PodLinks } from "../workload/ports.ts";
import type { Agent } from "./agent.ts";

/** How long a workload may wait for the kernel. */
const patience = seconds(10);

/** The node's allocator; `selects` is policy's evaluator. */
export function openAllocator(
  node: string,
  store: ConstructorParameters<typeof Allocator>[0]["store"],
  tell: Tell<IpamFact>,
): Allocator {
  const selects = (selector: string, labels: Readonly<Record<string, string>>): boolean => {
    const parsed = parseSelector(selector);
    return "selector" in parsed && matches(parsed.selector, labels);
  };
  return new Allocator({ node, store, clock: systemClock, random: systemRandom, selects, tell });
}

/** A workload's interface takes the place of one of the same name: never of the host's. @throws BadWorkloadRequest */
function refuseOwnNetns(netns: string | undefined): void {
  const theirs = netns === undefined ? undefined : statSync(netns, { throwIfNoEntry: false });
  const ours = statSync("/proc/self/ns/net");
  if (theirs?.ino !== ours.ino || theirs.dev !== ours.dev) return;
  const why = `netns = '${netns}': that is the host's own; the path of the workload's network namespace would be right`;
  throw new BadWorkloadRequest("agent/bad-workload", why, { field: "netns" });
}

function shortHash(text: string): string {
  return createHash("sha1").update(text).digest("hex").slice(0, 11);
}

/** The host end of a pod's interface, as Calico's plugin names it. */
export function interfaceOf(namespace: string, pod: string): string {
  return `cali${shortHash(`${namespace}.${pod}`)}`;
}

/** What workloads are attached with. */
export interface WorkloadsOptions {
  readonly agent: Pick<Agent, "blocked" | "settings" | "graph" | "datastore" | "waiters" | "isUp">;
  readonly allocator: Pick<Allocator, "assign" | "addressesOf" | "releaseByHandle">;
  readonly nodeName: string;
  readonly tell: Tell<AgentFact>;
  /** Default: this machine's kernel. */
  readonly links?: PodLinks;
}

/** Answers what CNI ADD and DEL and `manxctl workload` ask; one request of a workload at a time. */
export class Workloads {
  readonly #agent: WorkloadsOptions["agent"];
  readonly #ports: WorkloadPorts;
  readonly #tell: Tell<AgentFact>;
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(options: WorkloadsOptions) {
    const { agent, allocator, nodeName: node, tell, links = podLinks(openInterfaces, openSysctls) } = options;
    this.#agent = agent;
    this.#tell = tell;
    this.#ports = {
      addresses: workloadAddresses({
        allocator,
        node,
        pools: () => agent.graph.pools,
        ipv6: () => agent.settings.ipv6Support,
        timestamp: () => formatTimestamp(systemClock.wall()),
      }),
      links,
      endpoints: workloadEndpoints(agent.datastore.client, node),
      programmed: (endpoint) =>
        agent.waiters.wait(
          endpoint,
          () => agent.isUp(endpoint),
          patience,
          () => this.#why(endpoint),
        ),
      shortHash,
    };
  }

  async answer(request: WorkloadRequest): Promise<WorkloadAnswer | { readonly ok: true } | Failure> {
    const workload = `${request.namespace}/${request.name}`;
    const began = performance.now();
    const before = this.#running.get(workload);
    const work = (async () => {
      await before?.catch(() => {});
      if (this.#agent.blocked !== "")
        return { ok: false, code: "agent/not-ready", message: this.#agent.blocked } as const;
      if (request.do === "workload.del") return await detach(request, this.#ports);
      refuseOwnNetns(request.netns);
      return await attach(request, this.#ports);
    })();
    this.#running.set(workload, work);
    try {
      const answer = await work;
      this.#told(request, workload, began, answer.ok ? "done" : answer.message);
      return answer;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#told(request, workload, began, message);
      if (error instanceof ManxError)
        return { ok: false, code: error.code, message, facts: error.facts as Record<string, unknown> };
      return { ok: false, code: "agent/bug", message };
    } finally {
      if (this.#running.get(workload) === work) this.#running.delete(workload);
    }
  }

  #told(request: WorkloadRequest, workload: string, began: number, outcome: string): void {
    const millis = Math.round(performance.now() - began);
    this.#tell({ fact: "agent.workload", request: request.do, workload, millis, outcome });
  }

  #why(endpoint: string): string {
    if (this.#agent.datastore.lost !== "") return `the datastore is out of reach: ${this.#agent.datastore.lost}`;
    if (!this.#agent.graph.endpoints.has(endpoint)) return "the datastore has not told us of the endpoint in time";
    return "the kernel did not take its routes and rules in time";
  }
}
