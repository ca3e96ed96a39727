import { parsePrefix } from "../../net/prefix.ts";
import type { CalicoNodeStatus } from "../model/calico-node-status.ts";
import type { IPPool } from "../model/ip-pool.ts";
import type { KubeControllersConfiguration } from "../model/kube-controllers-configuration.ts";
import { isName, nameWant } from "../model/name.ts";
import type { GlobalNetworkSet, NetworkSet } from "../model/network-set.ts";
import type { Node } from "../model/node.ts";
import type { Tier } from "../model/tier.ts";
import type { Complain } from "./fault.ts";

/** Orders that belong to names (Calico api tier.go): everybody counts on where these tiers stand. */
const builtInOrders: Readonly<Record<string, number>> = {
  default: 1_000_000,
  adminnetworkpolicy: 1_000,
  baselineadminnetworkpolicy: 10_000_000,
  "kube-admin": 1_000,
  "kube-baseline": 10_000_000,
};
const controllerLevels = ["None", "Debug", "Info", "Warning", "Error", "Fatal", "Panic"];
const addressTypes = ["CalicoNodeIP", "InternalIP", "ExternalIP"];

/** Complains of another order for a built-in tier. */
export function checkTier({ metadata, spec }: Tier, complain: Complain): void {
  const order = builtInOrders[metadata.name];
  if (order !== undefined && spec.order !== order)
    complain(["spec", "order"], `it is built in; ${order} would be right`);
}

/** Complains of the label that Calico adds by itself. */
export function checkNetworkSet({ metadata }: NetworkSet | GlobalNetworkSet, complain: Complain): void {
  const label = "projectcalico.org/namespace";
  if (metadata.labels?.[label] !== undefined)
    complain(["metadata", "labels", label], "Calico adds it by itself; leave it out");
}

/** Complains of what a pool's namespaceSelector may not say. */
export function checkPool({ spec }: IPPool, complain: Complain): void {
  if (/(^|[^a-zA-Z0-9_./-])global\s*\(\s*\)/.test((spec.namespaceSelector ?? "").replace(/"[^"]*"|'[^']*'/g, "''")))
    complain(["spec", "namespaceSelector"], "a pod always has a namespace: global() selects nothing");
}

/** Complains of a request for status that asks nobody, nothing, or never says how often. */
export function checkNodeStatus({ spec }: CalicoNodeStatus, complain: Complain): void {
  if (!spec.node || !isName(spec.node)) complain(["spec", "node"], `the name of a node is wanted: ${nameWant}`);
  const classes = spec.classes ?? [];
  if (classes.length === 0) complain(["spec", "classes"], "one at least of Agent, BGP, Routes is wanted");
  if (new Set(classes).size < classes.length) complain(["spec", "classes"], "each class may stand once");
  if (spec.updatePeriodSeconds === undefined)
    complain(["spec", "updatePeriodSeconds"], "0 to 86400 seconds is wanted, 0 for never");
}

/** Complains of addresses of unknown types, and of what is no address. */
export function checkNode({ spec }: Node, complain: Complain): void {
  for (const [i, { address, type }] of (spec.addresses ?? []).entries()) {
    if (!parsePrefix(address)) complain(["spec", "addresses", i, "address"], "an address or a CIDR is wanted");
    if (type && !addressTypes.includes(type))
      complain(["spec", "addresses", i, "type"], `one of ${addressTypes.join(", ")} is wanted`);
  }
}

/** Complains of what the Kubernetes controllers would not take. */
export function checkControllers({ spec }: KubeControllersConfiguration, complain: Complain): void {
  const level = spec.logSeverityScreen;
  if (level && !controllerLevels.includes(level))
    complain(["spec", "logSeverityScreen"], `one of ${controllerLevels.join(", ")} is wanted`);
  for (const [i, template] of (spec.controllers?.node?.hostEndpoint?.templates ?? []).entries()) {
    const at = ["spec", "controllers", "node", "hostEndpoint", "templates", i];
    const { generateName, interfaceCIDRs, interfacePattern } = template;
    if (generateName && !isName(generateName)) complain([...at, "generateName"], `no name: ${nameWant}`);
    if (!interfaceCIDRs?.length && !interfacePattern)
      complain([...at, "interfaceCIDRs"], "this or interfacePattern is wanted");
    if (interfacePattern && !isRegexp(interfacePattern))
      complain([...at, "interfacePattern"], "a regular expression is wanted");
  }
}

function isRegexp(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
