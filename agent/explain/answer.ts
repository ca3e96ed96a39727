import { unreachable } from "../../lib/error.ts";
import { parseAddress } from "../../net/address-text.ts";
import { describeReason, evaluate, type NodePolicy } from "../../policy/evaluate.ts";
import type { Packet } from "../../policy/packet.ts";
import type {
  ExplainRequest,
  PolicyCountersAnswer,
  PolicyCountersRequest,
  PolicyTraceAnswer,
  PolicyTraceRequest,
  RuleCounter,
} from "../api/explain.ts";
import type { Dataplane } from "../dataplane/dataplane.ts";
import type { DropWatch } from "./drop-watch.ts";
import type { LivePolicy } from "./live-policy.ts";
import { ExplainError, readExplainRequest } from "./request.ts";

/** What answers need of a running agent. */
export interface ExplainSources {
  readonly node: string;
  readonly live: LivePolicy;
  readonly drops: DropWatch;
  /** RFC 3339 time before which nothing was counted. */
  readonly since: string;
  /** Absent until the firewall is chosen. */
  readonly dataplane: () => Pick<Dataplane, "kind" | "counters"> | undefined;
  readonly nodePolicy: () => NodePolicy;
}

/** Answers one `policy.…` line of the socket. @throws ExplainError, and KernelError when the kernel cannot be asked */
export async function answerExplain(line: unknown, sources: ExplainSources): Promise<object> {
  const request: ExplainRequest = readExplainRequest(line);
  switch (request.do) {
    case "policy.counters":
      return countersAnswer(request, sources);
    case "policy.trace":
      return traceAnswer(request, sources);
    case "policy.drops":
      return sources.drops.answer(request);
    default:
      return unreachable(request);
  }
}

async function countersAnswer(request: PolicyCountersRequest, sources: ExplainSources): Promise<PolicyCountersAnswer> {
  const { node, live, since } = sources;
  const dataplane = sources.dataplane();
  if (!dataplane) {
    throw new ExplainError("agent/no-firewall", "no firewall is programmed yet: `manxctl node status` says why", {});
  }
  const known = live.rules();
  const wanted = request.rules && new Set(request.rules);
  const ofEndpoint = request.endpoint === undefined ? undefined : live.rulesOf(request.endpoint);
  const rules: RuleCounter[] = [];
  for (const { name, packets, bytes } of await dataplane.counters()) {
    const { policy = "", endpoints = 0 } = known.get(name) ?? {};
    const isAsked =
      (!wanted || wanted.has(name)) &&
      (!ofEndpoint || ofEndpoint.has(name)) &&
      (request.policy === undefined || isCalled(policy, request.policy));
    if (isAsked) rules.push({ rule: name, policy, packets, bytes, endpoints });
  }
  rules.sort((x, y) => (x.rule < y.rule ? -1 : 1));
  return { ok: true, node, dataplane: dataplane.kind, since, rules };
}

/** `NetworkPolicy shop/db` is also called `shop/db` and `db`. */
function isCalled(policy: string, name: string): boolean {
  return policy === name || policy.endsWith(` ${name}`) || policy.endsWith(`/${name}`);
}

function traceAnswer(request: PolicyTraceRequest, { node, live, nodePolicy }: ExplainSources): PolicyTraceAnswer {
  const { do: _, source: from, destination: to, ...rest } = request;
  const [source, destination] = [parseAddress(from)!, parseAddress(to)!];
  if (source.family !== destination.family) {
    throw new ExplainError("agent/bad-policy-request", `${from} and ${to} are of two families`, {
      field: "destination",
    });
  }
  const packet: Packet = { ...rest, source, destination };
  const { verdict, reason, passed } = evaluate(live, nodePolicy(), packet);
  return { ok: true, node, verdict, by: describeReason(reason), passed: passed.map(describeReason) };
}
