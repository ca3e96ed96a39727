import { canonicalRoute, type FibRoute, routeKey } from "../fib-route.ts";

/**
 * IPv6 routes as one has them: a kernel before 4.11 lists the next hops of one route as routes of their own, one behind
 * the other; these become one again. Only ways over a gateway can be parts of one (net/ipv6/ip6_route.c,
 * rt6_qualify_for_ecmp); what has none, such as a link-local prefix on every interface, stays what it is.
 */
export function joinedRoutes(routes: readonly FibRoute[]): FibRoute[] {
  const joined: FibRoute[] = [];
  for (const route of routes) {
    const before = joined.at(-1);
    if (before && areParts(before, route)) {
      joined[joined.length - 1] = canonicalRoute({ ...before, nexthops: [...before.nexthops, ...route.nexthops] });
    } else joined.push(route);
  }
  return joined;
}

function areParts(x: FibRoute, y: FibRoute): boolean {
  if (x.protocol !== y.protocol || x.type !== "unicast" || y.type !== "unicast") return false;
  if (![...x.nexthops, ...y.nexthops].every(({ via }) => via)) return false;
  return routeKey(x) === routeKey(y);
}
