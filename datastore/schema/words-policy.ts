import type { Kind } from "../model/resource.ts";
import type { Words } from "./words.ts";

/** One side of a rule, under `source` or `destination`. */
function sideWords(side: "source" | "destination", who: string): Words {
  return {
    [side]: `The ${who} of the traffic; all that is said must match, nothing said matches anything.`,
    [`${side}.nets`]: `CIDRs that the ${who} is in; at most 256.`,
    [`${side}.selector`]: `Endpoints and network sets that the ${who} belongs to, by labels.`,
    [`${side}.namespaceSelector`]: `Namespaces that the ${who} is in, by labels; global() means what has no namespace.`,
    [`${side}.services`]: "A Kubernetes service whose endpoints are meant; stands alone.",
    [`${side}.services.name`]: "The service's name.",
    [`${side}.services.namespace`]: "The service's namespace. Default: the policy's own.",
    [`${side}.ports`]:
      "Ports: a number, 'first:last', or a name that endpoints declare; at most 50. Needs TCP, UDP or SCTP.",
    [`${side}.notNets`]: `CIDRs that the ${who} is not in; at most 256.`,
    [`${side}.notSelector`]: `Endpoints that the ${who} is not, by labels.`,
    [`${side}.notPorts`]: "Ports that do not match; at most 50.",
    [`${side}.serviceAccounts`]: `Service accounts that the ${who} runs under.`,
    [`${side}.serviceAccounts.names`]: "The accounts, by name.",
    [`${side}.serviceAccounts.selector`]: "The accounts, by labels.",
  };
}

const ruleWords: Words = {
  ingress: "Rules for traffic to the endpoints, the first that matches decides; at most 1024.",
  egress: "Rules for traffic from the endpoints, the first that matches decides; at most 1024.",
  action: "Allow, Deny, Log (and go on) or Pass (to the next tier).",
  ipVersion: "4 or 6: only packets of this family match.",
  protocol: "TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number 1 to 255.",
  notProtocol: "A protocol that does not match.",
  icmp: "ICMP messages that match; needs protocol ICMP or ICMPv6.",
  "icmp.type": "The type, 0 to 254.",
  "icmp.code": "The code, 0 to 255; needs a type.",
  notICMP: "ICMP messages that do not match.",
  "notICMP.type": "The type, 0 to 254.",
  "notICMP.code": "The code, 0 to 255; needs a type.",
  ...sideWords("source", "sender"),
  ...sideWords("destination", "receiver"),
  http: "HTTP requests that match; only for ingress, Allow and TCP.",
  "http.methods": "Methods, such as GET.",
  "http.paths": "Paths, one of which must match.",
  "paths.exact": "The whole path, beginning with '/'.",
  "paths.prefix": "The beginning of the path, itself beginning with '/'.",
  "ingress.metadata": "Notes on the rule.",
  "egress.metadata": "Notes on the rule.",
  "ingress.metadata.annotations": "Any texts under keys.",
  "egress.metadata.annotations": "Any texts under keys.",
};

const policyFields: Words = {
  ...ruleWords,
  tier: "The tier that the policy is in. Default: default.",
  order: "Lower comes first within the tier; without it the policy comes last.",
  selector: "The endpoints that the policy is for, by labels. Default: all().",
  types:
    "Ingress, Egress or both: the directions that the policy is about. Default: Ingress, and Egress if there are egress rules (then Ingress only if there are ingress rules).",
  serviceAccountSelector: "Only endpoints whose service account has these labels.",
  performanceHints: "AssumeNeededOnEveryNode: program the policy before an endpoint needs it.",
};

const globalFields: Words = {
  ...policyFields,
  doNotTrack: "Act before connection tracking; for host endpoints, needs applyOnForward. Default: false.",
  preDNAT: "Act before destinations are translated; for host endpoints, needs applyOnForward. Default: false.",
  applyOnForward: "Act also on traffic that the host only forwards. Default: false.",
  namespaceSelector: "Only endpoints in namespaces with these labels.",
};

const staged: Words = {
  stagedAction: "What enforcing the policy would do: Set, Delete, Learn or Ignore. Default: Set.",
};

/** The kinds about policy. */
export const policyWords: { readonly [K in Kind]?: Words } = {
  GlobalNetworkPolicy: { "": "A policy for endpoints of the whole cluster, workloads' and hosts'.", ...globalFields },
  NetworkPolicy: { "": "A policy for the endpoints of its namespace.", ...policyFields },
  StagedGlobalNetworkPolicy: {
    "": "A GlobalNetworkPolicy on trial: it gives verdicts, never acts.",
    ...globalFields,
    ...staged,
  },
  StagedNetworkPolicy: { "": "A NetworkPolicy on trial: it gives verdicts, never acts.", ...policyFields, ...staged },
  Profile: {
    "": "Rules and labels for the endpoints that name the profile, after all policies.",
    ...ruleWords,
    labelsToApply: "Labels that the endpoints have besides their own.",
  },
  StagedKubernetesNetworkPolicy: {
    "": "A Kubernetes NetworkPolicy on trial: it gives verdicts, never acts.",
    ...staged,
    podSelector: "Pods that are meant, by labels; empty means all pods of the namespace.",
    namespaceSelector: "Namespaces whose pods are meant, by labels; empty means all.",
    ingress: "What may come to the pods; a list of what is allowed.",
    egress: "What may leave the pods; a list of what is allowed.",
    from: "Senders; none means any.",
    to: "Receivers; none means any.",
    ports: "Ports of the receiver; none means any.",
    "ports.protocol": "TCP, UDP or SCTP. Default: TCP.",
    "ports.port": "A port's number or name; none means any.",
    "ports.endPort": "The last port of a range that begins with port.",
    ipBlock: "Addresses outside the cluster.",
    "ipBlock.cidr": "A CIDR.",
    "ipBlock.except": "CIDRs within it that are not meant.",
    policyTypes: "Ingress, Egress or both. Default: Ingress, and Egress if there are egress rules.",
  },
  Tier: {
    "": "A layer of policies.",
    order: "Lower comes first; without it the tier comes last. The default tier has 1000000.",
    defaultAction: "Pass or Deny: for traffic that the tier's policies select and none decides. Default: Deny.",
  },
  GlobalNetworkSet: {
    "": "Nets of nobody's namespace under labels, for selectors to find.",
    nets: "CIDRs and addresses.",
  },
  NetworkSet: { "": "Nets of a namespace under labels, for selectors to find.", nets: "CIDRs and addresses." },
};
