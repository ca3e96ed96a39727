import { type Address, addressFromBytes } from "../../net/address.ts";
import { addressBits, type Family } from "../../net/family.ts";
import { prefixOf } from "../../net/prefix.ts";
import { malformed } from "../error.ts";
import type { FibFilter } from "../fib.ts";
import { canonicalRoute, type FibRoute, type NextHop, type RouteScope, type RouteType } from "../fib-route.ts";
import type { Message } from "../netlink/message-reader.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { k } from "./constants.ts";
import { addressFamily, familyOf } from "./family.ts";
import { decodeNextHops, encodeAddressAttribute, encodeMultipath, encodeNextHop } from "./nexthop.ts";

/** RTN_* by name. */
const typeNumbers: Readonly<Record<RouteType, number>> = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
};

/** RT_SCOPE_* by name. */
const scopeNumbers: Readonly<Record<RouteScope, number>> = {
  universe: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
};

const typeNames = new Map(Object.entries(typeNumbers).map(([name, value]) => [value, name as RouteType]));
const scopeNames = new Map(Object.entries(scopeNumbers).map(([name, value]) => [value, name as RouteScope]));

/**
 * The route of an RTM_NEWROUTE or RTM_DELROUTE, canonical; undefined when it is not ours to know: not IP, cached, with a
 * type of service (such routes have keys of their own), or of a type or scope without a name above.
 *
 *      struct rtmsg: family u8, dst length u8, src length u8, tos u8,
 *                    table u8, protocol u8, scope u8, type u8, flags u32
 */
export function decodeRoute(message: Message): FibRoute | undefined {
  const family = familyOf(message.u8(0));
  const length = message.u8(1);
  const scope = scopeNames.get(message.u8(6));
  const type = typeNames.get(message.u8(7));
  const flags = message.u32(8);
  if (!family || !scope || !type || message.u8(3) !== 0 || (flags & k.RTM_F_CLONED) !== 0) return undefined;
  if (length > addressBits[family]) throw malformed(`${family} route of length ${length}`);
  const fields = decodeFields(message, family, flags);
  if (fields.destination && fields.destination.family !== family)
    throw malformed(`${family} route with another family`);
  const destination = fields.destination ?? { family, a: 0, b: 0, c: 0, d: 0 };
  return canonicalRoute({
    table: fields.table || message.u8(4),
    prefix: prefixOf(destination, length),
    metric: fields.metric,
    protocol: message.u8(5),
    type,
    scope,
    nexthops: fields.nexthops,
    ...(fields.prefSrc && { prefSrc: fields.prefSrc }),
  });
}

interface RouteFields {
  table: number;
  metric: number;
  destination: Address | undefined;
  prefSrc: Address | undefined;
  nexthops: readonly NextHop[];
}

function decodeFields(message: Message, family: Family, flags: number): RouteFields {
  const fields: RouteFields = { table: 0, metric: 0, destination: undefined, prefSrc: undefined, nexthops: [] };
  const row = message.attributes(k.SIZEOF_RTMSG);
  let ifindex = 0;
  let via: Address | undefined;
  let paths: readonly NextHop[] | undefined;
  while (row.next()) {
    if (row.type === k.RTA_DST) fields.destination = addressFromBytes(row.bytes());
    else if (row.type === k.RTA_OIF) ifindex = row.u32();
    else if (row.type === k.RTA_GATEWAY) via = addressFromBytes(row.bytes());
    else if (row.type === k.RTA_VIA) via = addressFromBytes(row.bytes().subarray(2));
    else if (row.type === k.RTA_PRIORITY) fields.metric = row.u32();
    else if (row.type === k.RTA_PREFSRC) fields.prefSrc = addressFromBytes(row.bytes());
    else if (row.type === k.RTA_TABLE) fields.table = row.u32();
    else if (row.type === k.RTA_MULTIPATH) paths = decodeNextHops(row.bytes());
  }
  // IPv6 calls itself a gateway of `::` when there is none.
  if (via?.family === "ipv6" && family === "ipv6" && (via.a | via.b | via.c | via.d) === 0) via = undefined;
  const onlink = (flags & k.RTNH_F_ONLINK) !== 0;
  const single = { ifindex, ...(via && { via }), ...(onlink && { onlink }) };
  fields.nexthops = paths ?? (ifindex !== 0 || via ? [single] : []);
  return fields;
}

/** Body of an RTM_NEWROUTE. */
export function encodeRoute(w: MessageWriter, route: FibRoute): void {
  const [only, second] = route.nexthops;
  const forwards = route.type === "unicast";
  const onlink = forwards && only?.onlink && !second;
  encodeHeader(w, route, typeNumbers[route.type], onlink ? k.RTNH_F_ONLINK : 0);
  encodeKey(w, route);
  if (route.prefSrc) encodeAddressAttribute(w, k.RTA_PREFSRC, route.prefSrc);
  if (!forwards || !only) return;
  if (second) encodeMultipath(w, route.prefix.family, route.nexthops);
  else encodeNextHop(w, route.prefix.family, only);
}

/** Body of an RTM_DELROUTE: key and protocol only, so that it hits the route whatever it has become, if it is ours. */
export function encodeRouteDelete(w: MessageWriter, route: FibRoute): void {
  const { family } = route.prefix;
  const table = route.table < 256 ? route.table : k.RT_TABLE_UNSPEC;
  // Type 0 matches any type, RT_SCOPE_NOWHERE any scope (net/ipv4/fib_trie.c fib_table_delete).
  w.u8(addressFamily[family]).u8(route.prefix.length).u8(0).u8(0);
  w.u8(table).u8(route.protocol).u8(scopeNumbers.nowhere).u8(0).u32(0);
  encodeKey(w, route);
}

/** Body of a dump; with strict checking the kernel filters by table and protocol itself. */
export function encodeRouteDump(w: MessageWriter, filter: FibFilter): void {
  w.u8(addressFamily[filter.family]).u8(0).u8(0).u8(0);
  w.u8(k.RT_TABLE_UNSPEC)
    .u8(filter.protocol ?? 0)
    .u8(0)
    .u8(0)
    .u32(0);
  w.attrU32(k.RTA_TABLE, filter.table);
}

function encodeHeader(w: MessageWriter, route: FibRoute, type: number, flags: number): void {
  const { family } = route.prefix;
  const table = route.table < 256 ? route.table : k.RT_TABLE_UNSPEC;
  const scope = family === "ipv4" && route.type === "unicast" ? scopeNumbers[route.scope] : scopeNumbers.universe;
  w.u8(addressFamily[family]).u8(route.prefix.length).u8(0).u8(0);
  w.u8(table).u8(route.protocol).u8(scope).u8(type).u32(flags);
}

function encodeKey(w: MessageWriter, route: FibRoute): void {
  encodeAddressAttribute(w, k.RTA_DST, route.prefix);
  // The header has room for the tables that have names.
  if (route.table > 255) w.attrU32(k.RTA_TABLE, route.table);
  w.attrU32(k.RTA_PRIORITY, route.metric);
}
