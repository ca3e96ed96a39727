import { asNumberOf } from "../../datastore/model/as-number.ts";
import type { Node } from "../../datastore/model/node.ts";
import { parseAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { BgpSettings } from "./bgp-settings.ts";
import type { Self } from "./planned.ts";

/** Calico's AS number when nothing else is said. */
export const defaultAsn = 64512;

/** The AS number a node has: its own, else the cluster's, else Calico's default. */
export function nodeAsn(node: Node | undefined, settings: BgpSettings): number {
  const own = node?.spec.bgp?.asNumber ?? settings.asNumber;
  return own === undefined ? defaultAsn : asNumberOf(own) || defaultAsn;
}

/** The BGP address of a node in a family, with the length of its link's prefix, or undefined. */
export function nodeAddress(node: Node | undefined, family: Family): Prefix | undefined {
  const text = family === "ipv4" ? node?.spec.bgp?.ipv4Address : node?.spec.bgp?.ipv6Address;
  const prefix = text ? parsePrefix(text) : undefined;
  return prefix?.family === family ? prefix : undefined;
}

/** A BGP identifier made of a name: never 0, never multicast (classes D and E are refused by some peers). */
export function hashedRouterId(name: string): string {
  let hash = 0x811c9dc5;
  for (const char of name) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  const first = 1 + ((hash >>> 24) % 223);
  return `${first === 127 ? 126 : first}.${(hash >>> 16) & 255}.${(hash >>> 8) & 255}.${hash & 255}`;
}

/** Who this node is to its peers, from its Node resource and the cluster's settings. */
export function selfOf(
  name: string,
  node: Node | undefined,
  settings: BgpSettings,
  routerId: string | undefined,
): Self {
  const ipv4 = nodeAddress(node, "ipv4");
  const clusterId = node?.spec.bgp?.routeReflectorClusterID;
  return {
    name,
    asn: nodeAsn(node, settings),
    ipv4,
    ipv6: nodeAddress(node, "ipv6"),
    routerId:
      routerId ??
      (node?.spec.bgp?.ipv4Address ? dottedQuad(node.spec.bgp.ipv4Address) : undefined) ??
      hashedRouterId(name),
    clusterId: clusterId || undefined,
    labels: node?.metadata.labels ?? {},
  };
}

function dottedQuad(cidr: string): string | undefined {
  const text = cidr.split("/")[0]!;
  return parseAddress(text)?.family === "ipv4" ? text : undefined;
}
