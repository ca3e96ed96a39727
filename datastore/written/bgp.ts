import type { BGPConfiguration } from "../model/bgp-configuration.ts";
import type { BGPFilter } from "../model/bgp-filter.ts";
import type { BGPPeer } from "../model/bgp-peer.ts";
import { isName, nameWant } from "../model/name.ts";
import type { Complain } from "./fault.ts";
import { checkMasked } from "./net.ts";

const interfacePattern = /^[a-zA-Z0-9_.*-]{1,15}$/;
const peerInterface = /^[a-zA-Z0-9_.*-]{1,15}$/;
const defaultOnly = ["nodeToNodeMeshEnabled", "asNumber"] as const;
const defaultOnlyLists = ["serviceExternalIPs", "serviceClusterIPs"] as const;

/** What would be right instead of a community, or undefined: `aa:nn` of 16 bits each, `aa:nn:mm` of 32 bits each (RFC 8092). */
export function communityFault(text: string): string | undefined {
  const parts = text.split(":");
  if (!/^[0-9]+(:[0-9]+){1,2}$/.test(text)) return "a community 'aa:nn' or 'aa:nn:mm' is wanted";
  const most = parts.length === 2 ? 0xffff : 0xffffffff;
  return parts.every((part) => Number(part) <= most) ? undefined : `numbers up to ${most} are wanted`;
}

/** Complains of what Calico does not let people write in a BGPConfiguration (validator/v3, clientv3/bgpconfig.go). */
export function checkBGPConfiguration({ metadata, spec }: BGPConfiguration, complain: Complain): void {
  for (const field of ["serviceLoadBalancerIPs", "serviceExternalIPs", "serviceClusterIPs"] as const) {
    const blocks = (spec[field] ?? []).map(({ cidr }) => cidr);
    checkMasked(blocks, ["spec", field], (path, want) => complain([...path, "cidr"], want));
  }
  const named = new Set((spec.communities ?? []).map(({ name }) => name));
  for (const [i, { name, value }] of (spec.communities ?? []).entries()) {
    const want = communityFault(value);
    if (want !== undefined) complain(["spec", "communities", i, "value"], want);
    if (!isName(name)) complain(["spec", "communities", i, "name"], nameWant);
  }
  for (const [i, { cidr, communities }] of (spec.prefixAdvertisements ?? []).entries()) {
    const at = ["spec", "prefixAdvertisements", i];
    checkMasked([cidr], at, (_, want) => complain([...at, "cidr"], want));
    if (!communities?.length) complain([...at, "communities"], "one community at least is wanted");
    for (const [j, text] of (communities ?? []).entries()) {
      const isNumbers = /^[0-9]+:/.test(text);
      const want = isNumbers ? communityFault(text) : "its name does not stand in communities";
      if (want !== undefined && !named.has(text)) complain([...at, "communities", j], want);
    }
  }
  for (const [i, text] of (spec.ignoredInterfaces ?? []).entries()) {
    if (text === "*" || !interfacePattern.test(text))
      complain(["spec", "ignoredInterfaces", i], "an interface's name, '*' for a part of it, is wanted");
  }
  if (metadata.name === "default") return;
  const want = "only BGPConfiguration(default) may say this; leave it out";
  for (const field of defaultOnly) if (spec[field] !== undefined) complain(["spec", field], want);
  for (const field of defaultOnlyLists) if (spec[field]?.length) complain(["spec", field], want);
}

/** Complains of what Calico does not let people write in a BGPFilter. */
export function checkBGPFilter({ spec }: BGPFilter, complain: Complain): void {
  for (const list of ["exportV4", "importV4", "exportV6", "importV6"] as const) {
    for (const [i, rule] of (spec[list] ?? []).entries()) {
      const at = ["spec", list, i];
      checkMasked([rule.cidr], at, (_, want) => complain([...at, "cidr"], want));
      if (rule.interface && !peerInterface.test(rule.interface))
        complain([...at, "interface"], "1 to 15 of letters, digits, '_', '.', '-' and '*' are wanted");
      const { min = 0, max = 128 } = rule.prefixLength ?? {};
      if (min > max) complain([...at, "prefixLength"], "min may not be more than max");
      for (const [j, text] of (rule.communities?.values ?? []).entries()) {
        const want = communityFault(text);
        if (want !== undefined) complain([...at, "communities", "values", j], want);
      }
      for (const [j, operation] of (rule.operations ?? []).entries()) {
        if (Object.keys(operation).length !== 1)
          complain([...at, "operations", j], "exactly one of addCommunity, prependASPath, setPriority is wanted");
        const want = operation.addCommunity && communityFault(operation.addCommunity.value);
        if (want !== undefined) complain([...at, "operations", j, "addCommunity", "value"], want);
      }
    }
  }
}

/** Complains of names in a BGPPeer that cannot be names. */
export function checkBGPPeer({ spec }: BGPPeer, complain: Complain): void {
  if (spec.node && !isName(spec.node)) complain(["spec", "node"], `no name: ${nameWant}`);
  for (const [i, filter] of (spec.filters ?? []).entries()) {
    if (!isName(filter)) complain(["spec", "filters", i], `no name: ${nameWant}`);
  }
}
