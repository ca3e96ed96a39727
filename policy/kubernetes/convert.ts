import type { EntityRule } from "../../datastore/model/entity-rule.ts";
import type { NetworkPolicy } from "../../datastore/model/network-policy.ts";
import { defaultTier, type PolicyType } from "../../datastore/model/policy-spec.ts";
import { apiVersion } from "../../datastore/model/resource.ts";
import type { Rule } from "../../datastore/model/rule.ts";
import { formatPrefix, masked, parsePrefix } from "../../net/prefix.ts";
import { parseSelector } from "../selector/parse.ts";
import type {
  ConversionFault,
  KubernetesNetworkPolicy,
  KubernetesPeer,
  KubernetesPolicySpec,
  KubernetesRule,
} from "./kubernetes-policy.ts";
import { portsByProtocol } from "./ports.ts";
import { namespaceSelectorText, podSelectorText } from "./selector.ts";

/** What stands before the name of a policy that was made from one of Kubernetes. */
export const kubernetesPolicyPrefix = "knp.default.";
/** Where such policies stand in their tier. */
const ORDER = 1000;
const LABELS = "operators In, NotIn, Exists and DoesNotExist, on labels and values without quotes";

/** A policy of Kubernetes as Calico's, and its rules that were left out. */
export interface ConvertedPolicy {
  readonly policy: NetworkPolicy;
  readonly faults: readonly ConversionFault[];
}

/**
 * A NetworkPolicy of Kubernetes as the NetworkPolicy that Calico makes of it: `knp.default.<name>` in its namespace, order
 * 1000, one rule for each protocol and peer. A rule that cannot be read is left out alone, which can only close; where
 * Calico would go on with a peer whose block it could not read, opening to everybody, the rule is left out here as well.
 * Source: Calico libcalico-go/lib/backend/k8s/conversion, kube-controllers/pkg/converter.
 */
export function convertNetworkPolicy({ metadata, spec }: KubernetesNetworkPolicy): ConvertedPolicy {
  const faults: ConversionFault[] = [];
  const { namespace } = metadata;
  const name = `${kubernetesPolicyPrefix}${metadata.name}`;
  const converted = convertSpec(spec ?? {}, faults);
  return { policy: { kind: "NetworkPolicy", apiVersion, metadata: { name, namespace }, spec: converted }, faults };
}

/** The spec alone; `faults` are added to. */
export function convertSpec(spec: KubernetesPolicySpec, faults: ConversionFault[]): NetworkPolicy["spec"] {
  const told = (["Ingress", "Egress"] as const).filter((type) => spec.policyTypes?.includes(type));
  const types: readonly PolicyType[] = told.length > 0 ? told : ["Ingress"];
  const rules = (direction: "ingress" | "egress"): readonly Rule[] =>
    (spec[direction] ?? []).flatMap((rule, i) => {
      const found = convertRule(rule, direction, `spec.${direction}[${i}]`);
      if (Array.isArray(found)) return found as Rule[];
      faults.push(found as ConversionFault);
      return [];
    });
  const selector = podSelectorText(spec.podSelector);
  if (!isSelector(selector)) faults.push({ field: "spec.podSelector", value: spec.podSelector, want: LABELS });
  const ingress = rules("ingress");
  const egress = rules("egress");
  return {
    tier: defaultTier,
    order: ORDER,
    ...(ingress.length > 0 && { ingress }),
    ...(egress.length > 0 && { egress }),
    selector,
    types,
  };
}

function convertRule(
  rule: KubernetesRule,
  direction: "ingress" | "egress",
  field: string,
): readonly Rule[] | ConversionFault {
  const side = direction === "ingress" ? "from" : "to";
  const ports = portsByProtocol(rule.ports ?? []);
  if ("want" in ports)
    return { field: `${field}.ports[${ports.index}]`, value: rule.ports![ports.index], want: ports.want };
  const peers: (EntityRule | undefined)[] = [];
  for (const [i, peer] of (rule[side] ?? []).entries()) {
    const found = convertPeer(peer);
    if ("want" in found) return { field: `${field}.${side}[${i}]`, value: peer, want: found.want };
    peers.push(found);
  }
  if (peers.length === 0) peers.push(undefined);
  const open: readonly { readonly protocol?: string; readonly ports: readonly (number | string)[] }[] =
    ports.length > 0 ? ports : [{ ports: [] }];
  return open.flatMap(({ protocol, ports }) =>
    peers.map((peer): Rule => {
      const there = ports.length > 0 ? { ports } : undefined;
      const source = direction === "ingress" ? peer : undefined;
      const destination = direction === "ingress" ? there : peer && there ? { ...peer, ...there } : (peer ?? there);
      return {
        action: "Allow",
        ...(protocol && { protocol }),
        ...(source && { source }),
        ...(destination && { destination }),
      };
    }),
  );
}

function convertPeer({ podSelector, namespaceSelector, ipBlock }: KubernetesPeer): EntityRule | { want: string } {
  if (!ipBlock) {
    const [selector, spaces] = [podSelectorText(podSelector), namespaceSelectorText(namespaceSelector)];
    if (!isSelector(selector) || !isSelector(spaces)) return { want: LABELS };
    return { selector, ...(spaces && { namespaceSelector: spaces }) };
  }
  const nets = maskedTexts([ipBlock.cidr]);
  const notNets = maskedTexts(ipBlock.except ?? []);
  if (!nets || !notNets) return { want: "CIDRs such as 10.0.0.0/8 in cidr and except" };
  return { nets, ...(notNets.length > 0 && { notNets }) };
}

function isSelector(text: string): boolean {
  return "selector" in parseSelector(text);
}

/** The same nets with their host bits cleared; undefined when one is none. */
function maskedTexts(texts: readonly string[]): readonly string[] | undefined {
  const nets = texts.map(parsePrefix);
  return nets.some((net) => !net) ? undefined : nets.map((net) => formatPrefix(masked(net!)));
}
