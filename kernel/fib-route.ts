import { type Address, compareAddresses, sameAddress } from "../net/address.ts";
import { formatAddress } from "../net/address-text.ts";
import { formatPrefix, masked, type Prefix } from "../net/prefix.ts";

/** What happens to a packet that takes the route (linux/rtnetlink.h RTN_*): forwarded, or dropped with which answer. */
export type RouteType =
  | "unicast"
  | "local"
  | "broadcast"
  | "multicast"
  | "blackhole"
  | "unreachable"
  | "prohibit"
  | "throw";

/** How far away the destination is (linux/rtnetlink.h RT_SCOPE_*). The kernel keeps it for IPv4 only. */
export type RouteScope = "universe" | "site" | "link" | "host" | "nowhere";

/** One way out of a route. */
export interface NextHop {
  /** The gateway; absent means that the destination is on the link. May be IPv6 for an IPv4 route (RFC 8950). */
  readonly via?: Address;
  /** Interface index; 0 lets the kernel look for the interface by which `via` is reached. */
  readonly ifindex: number;
  /** Believe that `via` is on the link although no address of ours says so. */
  readonly onlink?: boolean;
  /** Share of the flows, 1..256; absent means 1. */
  readonly weight?: number;
  /** Its link is down, so the kernel does not use it now (RTNH_F_DEAD). Only ever read, and no part of what a route is. */
  readonly isDown?: boolean;
}

/** A route as the kernel forwards by. One (table, prefix, metric) has one of them. */
export interface FibRoute {
  readonly table: number;
  /** Host bits are ignored. */
  readonly prefix: Prefix;
  /** Lower wins among routes of one prefix (RTA_PRIORITY). */
  readonly metric: number;
  /** Who made it (RTPROT_*): the stamp by which we know our own. */
  readonly protocol: number;
  readonly type: RouteType;
  readonly scope: RouteScope;
  /** A set: order says nothing. Empty for every type but unicast. */
  readonly nexthops: readonly NextHop[];
  /** Source address of packets this host itself sends that way. */
  readonly prefSrc?: Address;
}

/** RT_TABLE_MAIN of linux/rtnetlink.h. */
export const mainTable = 254;

/** The metric of every route of ours: Calico's NormalRoutePriority since 3.32. */
export const routeMetric = 1024;

/** The key of a route in the kernel: of two routes with one key only one can be there. */
export function routeKey(route: Pick<FibRoute, "table" | "prefix" | "metric">): string {
  return `${formatPrefix(masked(route.prefix))} table ${route.table} metric ${route.metric}`;
}

/** Total order of next hops: interface, gateway (none first), weight. */
export function compareNextHops(x: NextHop, y: NextHop): number {
  if (x.ifindex !== y.ifindex) return x.ifindex - y.ifindex;
  if (x.via && y.via) return compareAddresses(x.via, y.via) || (x.weight ?? 1) - (y.weight ?? 1);
  if (x.via || y.via) return x.via ? 1 : -1;
  return (x.weight ?? 1) - (y.weight ?? 1);
}

/** What a route comes down to once the kernel has taken it: next hops in order, and no field that it does not keep. */
export function canonicalRoute(route: FibRoute): FibRoute {
  const { table, metric, protocol, type, prefSrc } = route;
  const forwards = type === "unicast";
  return {
    table,
    prefix: masked(route.prefix),
    metric,
    protocol,
    type,
    scope: forwards && route.prefix.family === "ipv4" ? route.scope : "universe",
    nexthops: forwards ? [...route.nexthops].sort(compareNextHops) : [],
    ...(prefSrc && { prefSrc }),
  };
}

/**
 * The text of everything in a route but where it leads to (table, prefix and metric): two routes of one key are the same
 * exactly when these are. Shared by thousands of routes, which is why it is worth interning.
 */
export function routeShape(route: FibRoute): string {
  const { protocol, type, scope, nexthops, prefSrc } = canonicalRoute(route);
  const hops = nexthops.map((hop) => formatNextHop(hop)).join(" ");
  return `${type} proto ${protocol} scope ${scope}${prefSrc ? ` src ${formatAddress(prefSrc)}` : ""} ${hops}`.trimEnd();
}

/** Whether the kernel could not tell two routes apart. */
export function sameRoute(x: FibRoute, y: FibRoute): boolean {
  return (
    x.table === y.table && x.metric === y.metric && samePrefix(x.prefix, y.prefix) && routeShape(x) === routeShape(y)
  );
}

function samePrefix(x: Prefix, y: Prefix): boolean {
  return x.length === y.length && sameAddress(masked(x), masked(y));
}

/** A route in one line, near to how `ip route` prints it; interfaces by number. */
export function formatRoute(route: FibRoute): string {
  return `${routeKey(route)} ${routeShape(route)}`;
}

function formatNextHop(hop: NextHop): string {
  const via = hop.via ? `via ${formatAddress(hop.via)} ` : "";
  const weight = (hop.weight ?? 1) === 1 ? "" : ` weight ${hop.weight}`;
  return `nexthop ${via}dev ${hop.ifindex}${weight}${hop.onlink ? " onlink" : ""}`;
}
