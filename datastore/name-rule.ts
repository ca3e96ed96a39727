import { isName, nameWant } from "./model/name.ts";
import { defaultTier } from "./model/policy-spec.ts";
import type { Resource } from "./model/schemas.ts";
import { isConvertedName, isPolicyKind } from "./policy-name.ts";
import { idsOf, workloadEndpointName } from "./workload-endpoint-name.ts";

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const policyName = new RegExp(`^(${label}\\.)?${label}$`);
const tierName = new RegExp(`^${label}$`);
const singletons: ReadonlySet<string> = new Set([
  "ClusterInformation",
  "IPAMConfiguration",
  "KubeControllersConfiguration",
]);

function policyFault(name: string, tier: string): string | undefined {
  if (isConvertedName(name)) return isName(name) ? undefined : nameWant;
  if (!policyName.test(name))
    return "lower case letters, digits and '-', the tier and a '.' in front at most, are wanted";
  const dot = name.indexOf(".");
  if (dot < 0) return tier === defaultTier ? undefined : `it is in tier '${tier}': '${tier}.${name}' would be right`;
  const inTier = name.slice(0, dot);
  return inTier === tier ? undefined : `it is in tier '${tier}': '${tier}.${name.slice(dot + 1)}' would be right`;
}

function endpointFault(resource: Extract<Resource, { kind: "WorkloadEndpoint" }>): string | undefined {
  const expected = workloadEndpointName(idsOf(resource.spec));
  if (expected === undefined) return "its spec needs node, orchestrator, endpoint, and pod, containerID or workload";
  return expected === resource.metadata.name ? undefined : `'${expected}' would be right, after its spec`;
}

/** What is wrong with an object's name, or undefined: each kind has its own rule (Calico validator/v3, names). */
export function nameFault(resource: Resource): string | undefined {
  const name = resource.metadata.name;
  if (!isName(name)) return nameWant;
  if (singletons.has(resource.kind) && name !== "default") return "there is only one, 'default'";
  if (resource.kind === "Tier")
    return tierName.test(name) && name.length <= 63 ? undefined : "one label without dots is wanted";
  if (resource.kind === "Profile" && name === "projectcalico-default-allow")
    return "it is built in and cannot be written";
  if (resource.kind === "WorkloadEndpoint") return endpointFault(resource);
  if (!isPolicyKind(resource.kind)) return undefined;
  const tier = "tier" in resource.spec ? resource.spec.tier : undefined;
  return policyFault(name, typeof tier === "string" && tier !== "" ? tier : defaultTier);
}
