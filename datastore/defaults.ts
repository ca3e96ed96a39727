import { policyTypes } from "./model/policy-spec.ts";
import type { Profile } from "./model/profile.ts";
import type { Rule } from "./model/rule.ts";
import type { Resource } from "./model/schemas.ts";

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
      return { ...resource, spec: { ...filled, ...spec } };
    }
    case "NetworkPolicy":
      return {
        ...resource,
        spec: { ...resource.spec, ...wholeRules(resource.spec), types: policyTypes(resource.spec) },
      };
    case "GlobalNetworkPolicy":
      return {
        ...resource,
        spec: { ...resource.spec, ...wholeRules(resource.spec), types: policyTypes(resource.spec) },
      };
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
