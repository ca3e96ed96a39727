import type { Family } from "../net/family.ts";

/**
 * The name of a set of members: `s:…` of a selector, `n:…` of a selector's named port (both Calico's own ids), `svc:…` of
 * a service, or one of the fixed names below. Printable ASCII without blanks.
 */
export type SetId = string;

/** The pools whose workloads' traffic is masqueraded when it leaves all pools (Calico's names of both sets). */
export const MASQUERADE_POOLS: SetId = "masq-ipam-pools";
/** Every pool, disabled ones too: destinations towards which nothing is masqueraded. */
export const ALL_POOLS: SetId = "all-ipam-pools";

/** Every node's own addresses (Calico's name), towards which nothing is masqueraded with IPPoolsAndHostIPs. */
export const ALL_HOSTS: SetId = "all-hosts-net";
/** The ranges of service addresses that this cluster announces: what is forwarded to one of them goes in circles. */
export const SERVICE_RANGES: SetId = "service-ranges";

/**
 * What the members of a set look like. `host`: single addresses. `net`: addresses and prefixes, none inside another.
 * `port`: address, protocol and port. A set turns from `host` to `net` while a member that is a prefix is in it.
 */
export type SetKind = "host" | "net" | "port";

/** What a set is, without its members; both families' members live under one id. */
export interface SetSpec {
  readonly id: SetId;
  readonly kind: SetKind;
  /** What its members are, in words: `role == "web"`, `service shop/db`. One id has one such text. */
  readonly about?: string;
}

/**
 * A member as text: `10.0.0.1` (host length left out), `10.0.0.0/8` (host bits cleared), or of kind `port`
 * `10.0.0.1,tcp:80`. One member has one text.
 */
export type SetMember = string;

/** The family of a member: only IPv6 has a colon before the first comma. */
export function memberFamily(member: SetMember): Family {
  const comma = member.indexOf(",");
  const colon = member.indexOf(":");
  return colon >= 0 && (comma < 0 || colon < comma) ? "ipv6" : "ipv4";
}
