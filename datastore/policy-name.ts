import { type CalicoVersion, isAtLeast } from "./calico-version.ts";
import type { Metadata } from "./model/metadata.ts";
import { defaultTier } from "./model/policy-spec.ts";
import type { Kind } from "./model/resource.ts";

/** The annotation in which Calico 3.30 and later keeps the name that a person gave, as JSON `{"name":"…"}`. */
export const metadataAnnotation = "projectcalico.org/metadata";
const defaultPrefix = `${defaultTier}.`;
const policyKinds: ReadonlySet<Kind> = new Set([
  "NetworkPolicy",
  "GlobalNetworkPolicy",
  "StagedNetworkPolicy",
  "StagedGlobalNetworkPolicy",
]);

/** Whether a kind's objects are policies, whose stored names depend on Calico's version. */
export function isPolicyKind(kind: Kind): boolean {
  return policyKinds.has(kind);
}

/** Whether a name was made from Kubernetes' or OpenStack's policies; such names are stored as they are. */
export function isConvertedName(name: string): boolean {
  return name.startsWith("knp.") || name.startsWith("ossg.") || name.startsWith("kcnp.") || name.startsWith("kanp.");
}

function annotatedName(annotations: Metadata["annotations"]): string | undefined {
  const text = annotations?.[metadataAnnotation];
  if (text === undefined || text.length > 65536) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const name = typeof value === "object" && value !== null && "name" in value ? value.name : undefined;
    return typeof name === "string" && name !== "" ? name : undefined;
  } catch {
    return undefined;
  }
}

/** One spelling of a policy's name for all: the `default.` of the default tier is left away. */
export function canonicalPolicyName(name: string): string {
  return name.startsWith(defaultPrefix) ? name.slice(defaultPrefix.length) : name;
}

/**
 * The name that people call a stored policy by, in canonical spelling: the annotation's when it names the same policy,
 * else the stored name. An annotation copied onto another policy is not believed.
 */
export function policyNameFromStore(stored: string, annotations: Metadata["annotations"]): string {
  const given = annotatedName(annotations);
  const canonical = canonicalPolicyName(stored);
  return given !== undefined && canonicalPolicyName(given) === canonical ? canonicalPolicyName(given) : canonical;
}

/** Every spelling under which a policy may be stored, the newest first. */
export function storedPolicyNames(name: string): readonly string[] {
  const canonical = canonicalPolicyName(name);
  return isConvertedName(canonical) ? [canonical] : [canonical, `${defaultPrefix}${canonical}`];
}

/**
 * The name to store a policy under. Default tier: `foo` from Calico 3.32 on, `default.foo` before and when the cluster's
 * version is not known (every version reads that). Other tiers and converted names are stored as they are.
 */
export function policyNameToStore(name: string, tier: string, version: CalicoVersion | undefined): string {
  const canonical = canonicalPolicyName(name);
  if (tier !== defaultTier || isConvertedName(canonical)) return name;
  return version && isAtLeast(version, 3, 32) ? canonical : `${defaultPrefix}${canonical}`;
}

/** Whether Calico of this version keeps the name that a person gave in an annotation; an unknown version counts as new. */
export function annotatesPolicies(version: CalicoVersion | undefined): boolean {
  return version === undefined || isAtLeast(version, 3, 30);
}

/** Whether a stored policy carries the name that people call it by; where it does not, an update does not add it. */
export function isAnnotatedPolicy(text: string): boolean {
  return text.includes(`"${metadataAnnotation}"`);
}

/** The annotations of a policy as stored: its own, and the name that people call it by. */
export function annotatePolicyName(name: string, annotations: Metadata["annotations"]): Record<string, string> {
  return { ...annotations, [metadataAnnotation]: JSON.stringify({ name }) };
}
