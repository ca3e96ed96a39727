import { loadAll } from "js-yaml";
import { checkSelector } from "../../cli/input.ts";
import type { Resource } from "../../datastore/model/schemas.ts";
import { problemText } from "../../datastore/problem.ts";
import { validate } from "../../datastore/validate.ts";
import { parseAddress } from "../../net/address-text.ts";
import { PolicyGraph, type PolicyInput } from "../../policy/graph/policy-graph.ts";
import { convertNetworkPolicy } from "../../policy/kubernetes/convert.ts";
import type { KubernetesNetworkPolicy } from "../../policy/kubernetes/kubernetes-policy.ts";
import type { PolicyOutput } from "../../policy/output.ts";
import { cast, setting } from "./cast.ts";
import { type Probe, readProbe } from "./probe.ts";

/** A policy text, and what should become of some packets. */
export interface Scenario {
  readonly title: string;
  readonly inputs: readonly PolicyInput[];
  readonly probes: readonly Probe[];
}

/** An object of a text, as it was written. */
interface Written {
  readonly apiVersion?: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** What stands for a scenario in its file. */
interface WrittenScenario {
  readonly scenario: string;
  /** Pods of the cast that are not there. */
  readonly without?: readonly string[];
  /** Resources of Calico or NetworkPolicies of Kubernetes, as YAML. */
  readonly given: string;
  readonly probes: readonly string[];
}

const base = resourcesOf(setting);

/** The scenarios of a file: a YAML list of {scenario, given, probes}. @throws Error naming the scenario that cannot be read */
export function readScenarios(text: string): Scenario[] {
  return (loadAll(text) as WrittenScenario[][]).flat().map(({ scenario, without = [], given, probes }) => {
    try {
      return {
        title: scenario,
        inputs: [
          ...base.filter((input) => !without.some((pod) => input.change.key.endsWith(`-k8s-${pod}-eth0`))),
          ...resourcesOf(given),
        ],
        probes: probes.flatMap(readProbe),
      };
    } catch (error) {
      throw new Error(`scenario "${scenario}": ${(error as Error).message}`);
    }
  });
}

/** What the node of the scenarios puts out for it. */
export function outputOf({ inputs }: Scenario): PolicyOutput {
  const graph = new PolicyGraph("node-a");
  const { ipv4, ipv6 } = cast["node"]!;
  const value = [parseAddress(ipv4)!, parseAddress(ipv6)!];
  graph.on({ kind: "HostInterface", change: { kind: "set", key: "up0", value } });
  for (const input of inputs) graph.on(input);
  return graph.flush();
}

/** The later of two resources of one name counts, as with `apply`. */
function resourcesOf(text: string): PolicyInput[] {
  return loadAll(text)
    .filter((value) => value !== null && value !== undefined)
    .map((value) => inputOf(value as Written));
}

function inputOf(value: Written): PolicyInput {
  if (value.apiVersion === "discovery.k8s.io/v1") return told("KubernetesEndpointSlice", value);
  if (value.apiVersion === "networking.k8s.io/v1") {
    const { policy, faults } = convertNetworkPolicy(value as KubernetesNetworkPolicy);
    if (faults.length > 0) throw new Error(JSON.stringify(faults));
    return told(policy.kind, policy);
  }
  const checked = validate(value, checkSelector);
  if (!checked.ok) throw new Error(checked.problems.map(problemText).join("; "));
  return told(checked.resource.kind, checked.resource);
}

function told(kind: string, value: Written | Resource): PolicyInput {
  const { name, namespace } = value.metadata as Written["metadata"];
  const key = namespace === undefined ? name : `${namespace}/${name}`;
  return { kind, change: { kind: "set", key, value } } as unknown as PolicyInput;
}
