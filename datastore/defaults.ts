import type { CalicoNodeStatusStatus } from "./model/calico-node-status.ts";
import type { IPPool } from "./model/ip-pool.ts";
import { type PolicyType, policyTypes } from "./model/policy-spec.ts";
import type { Profile } from "./model/profile.ts";
import type { Rule } from "./model/rule.ts";
import type { Resource } from "./model/schemas.ts";

type NodeRoute = NonNullable<NonNullable<CalicoNodeStatusStatus["routes"]>["routesV4"]>[number];

/** A rule as Calico 3.31 and later writes it: both sides present, empty when they match anything. */
function wholeRule(rule: Rule): Rule {
  const { source = {}, destination = {} } = rule;
  return { ...rule, source, destination };
}

function wholeRules(spec: Profile["spec"]): Pick<Profile["spec"], "ingress" | "egress"> {
  return {
    ...(spec.ingress && { ingress: spec.ingress.map(wholeRule) }),
    ...(spec.egress && { egress: spec.egress.map(wholeRule) }),
  };
}

type PolicySpec = Profile["spec"] & { readonly types?: readonly PolicyType[] };

function wholePolicy(spec: PolicySpec): PolicySpec {
  return { ...spec, ...wholeRules(spec), types: policyTypes(spec) };
}

/** A status as Go writes it: its structs and counters are there also when they hold nothing yet. */
function wholeNodeStatus(status: CalicoNodeStatusStatus = {}): CalicoNodeStatusStatus {
  const { lastUpdated = null, agent, bgp, routes } = status;
  const route = (one: NodeRoute): NodeRoute => ({ ...one, learnedFrom: one.learnedFrom ?? {} });
  return {
    lastUpdated,
    agent: { birdV4: agent?.birdV4 ?? {}, birdV6: agent?.birdV6 ?? {} },
    bgp: {
      numberEstablishedV4: 0,
      numberNotEstablishedV4: 0,
      numberEstablishedV6: 0,
      numberNotEstablishedV6: 0,
      ...bgp,
    },
    routes: {
      ...(routes?.routesV4 && { routesV4: routes.routesV4.map(route) }),
      ...(routes?.routesV6 && { routesV6: routes.routesV6.map(route) }),
    },
  };
}

/** Whether a field of a pool says no more than its absence: there 0, an empty text and an empty list mean the default. */
function isBlank(value: unknown): boolean {
  return value === "" || value === 0 || (Array.isArray(value) && value.length === 0);
}

/** What Calico's client fills in before it writes (clientv3): older readers count on it. */
export function withDefaults(resource: Resource): Resource {
  switch (resource.kind) {
    case "IPPool": {
      const { spec } = resource;
      const filled = {
        vxlanMode: "Never" as const,
        ipipMode: "Never" as const,
        blockSize: spec.cidr.includes(":") ? 122 : 26,
        nodeSelector: "all()",
        allowedUses: ["Workload", "Tunnel"] as const,
        assignmentMode: "Automatic" as const,
      };
      const said = Object.fromEntries(Object.entries(spec).filter(([, value]) => !isBlank(value))) as IPPool["spec"];
      return { ...resource, spec: { ...filled, ...said } };
    }
    case "NetworkPolicy":
    case "GlobalNetworkPolicy":
      return { ...resource, spec: wholePolicy(resource.spec) } as Resource;
    case "StagedNetworkPolicy":
    case "StagedGlobalNetworkPolicy": {
      const { spec } = resource;
      return spec.stagedAction === "Delete" ? resource : ({ ...resource, spec: wholePolicy(spec) } as Resource);
    }
    case "StagedKubernetesNetworkPolicy":
      return { ...resource, spec: { ...resource.spec, podSelector: resource.spec.podSelector ?? {} } };
    case "Node":
      return { ...resource, status: resource.status ?? {} };
    case "FelixConfiguration":
      return { ...resource, spec: { ...resource.spec, bpfLogLevel: resource.spec.bpfLogLevel ?? "" } };
    case "KubeControllersConfiguration":
      return {
        ...resource,
        spec: { ...resource.spec, controllers: resource.spec.controllers ?? {} },
        status: resource.status ?? {},
      };
    case "CalicoNodeStatus":
      return { ...resource, status: wholeNodeStatus(resource.status) };
    case "Profile":
      return { ...resource, spec: { ...resource.spec, ...wholeRules(resource.spec) } };
    case "WorkloadEndpoint":
      return { ...resource, metadata: { ...resource.metadata, labels: endpointLabels(resource) } };
    default:
      return resource;
  }
}

/** The labels of an endpoint together with those that Calico's client adds, so that selectors can name them. */
function endpointLabels(resource: Extract<Resource, { kind: "WorkloadEndpoint" }>): Readonly<Record<string, string>> {
  const { orchestrator, serviceAccountName } = resource.spec;
  return {
    ...resource.metadata.labels,
    "projectcalico.org/namespace": resource.metadata.namespace,
    ...(orchestrator && { "projectcalico.org/orchestrator": orchestrator }),
    ...(serviceAccountName && { "projectcalico.org/serviceaccount": serviceAccountName }),
  };
}
