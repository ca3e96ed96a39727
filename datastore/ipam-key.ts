import type { Family } from "../net/family.ts";
import { formatPrefix, isMasked, type Prefix, parsePrefix } from "../net/prefix.ts";

/** Where everything about addresses lies. */
export const ipamPrefix = "/calico/ipam/v2/";
/** Where the settings of IPAM lie. */
export const ipamConfigPath = `${ipamPrefix}config`;
/** Under which all handles lie. */
export const handlesPrefix = `${ipamPrefix}handle/`;
/** Under which all blocks lie, of both families. */
export const blocksPrefix = `${ipamPrefix}assignment/`;
/** Under which the affinities and markers of all hosts lie. */
export const hostsPrefix = `${ipamPrefix}host/`;

/** Who may own a block: a host, or something virtual such as a load balancer. */
export type AffinityOwner = "host" | "virtual";

/** What lies at a path of IPAM. */
export type IpamKey =
  | { readonly kind: "block"; readonly cidr: Prefix }
  | { readonly kind: "affinity"; readonly owner: AffinityOwner; readonly name: string; readonly cidr: Prefix }
  | { readonly kind: "handle"; readonly id: string }
  | { readonly kind: "host"; readonly name: string }
  | { readonly kind: "config" };

function cidrSegment(cidr: Prefix): string {
  return formatPrefix(cidr).replace("/", "-");
}

/** The path of a block, e.g. `…/assignment/ipv4/block/10.0.0.0-26`. */
export function blockPath(cidr: Prefix): string {
  return `${blocksPrefix}${cidr.family}/block/${cidrSegment(cidr)}`;
}

/** The path of an owner's claim to a block. */
export function affinityPath(owner: AffinityOwner, name: string, cidr: Prefix): string {
  return `${affinitiesPrefix(owner, name, cidr.family)}${cidrSegment(cidr)}`;
}

/** The prefix of all claims of one owner in one family. Ends in a slash. */
export function affinitiesPrefix(owner: AffinityOwner, name: string, family: Family): string {
  return `${ipamPrefix}${owner}/${name}/${family}/block/`;
}

/** The prefix of all blocks of one family. Ends in a slash. */
export function familyBlocksPrefix(family: Family): string {
  return `${blocksPrefix}${family}/block/`;
}

/** The path of a handle. */
export function handlePath(id: string): string {
  return `${handlesPrefix}${id}`;
}

/** The path of the marker that says a host has IPAM state. */
export function hostPath(name: string): string {
  return `${hostsPrefix}${name}`;
}

function parseCidr(family: string, segment: string): Prefix | undefined {
  const dash = segment.lastIndexOf("-");
  const cidr = dash < 0 ? undefined : parsePrefix(`${segment.slice(0, dash)}/${segment.slice(dash + 1)}`);
  return cidr && cidr.family === family && isMasked(cidr) ? cidr : undefined;
}

/** What lies at a path of IPAM, or undefined when the path is none of these or does not spell a masked CIDR. */
export function parseIpamPath(path: string): IpamKey | undefined {
  if (!path.startsWith(ipamPrefix)) return undefined;
  const parts = path.slice(ipamPrefix.length).split("/");
  const [first, second, third, fourth, fifth] = parts;
  if (first === "config" && parts.length === 1) return { kind: "config" };
  if (first === "handle" && parts.length === 2 && second) return { kind: "handle", id: second };
  if (first === "host" && parts.length === 2 && second) return { kind: "host", name: second };
  if (first === "assignment" && parts.length === 4 && third === "block") {
    const cidr = parseCidr(second!, fourth!);
    return cidr && { kind: "block", cidr };
  }
  if ((first !== "host" && first !== "virtual") || parts.length !== 5 || fourth !== "block" || !second)
    return undefined;
  const cidr = parseCidr(third!, fifth!);
  return cidr && { kind: "affinity", owner: first, name: second, cidr };
}
