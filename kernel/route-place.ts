import type { Prefix } from "../net/prefix.ts";
import type { FibRoute } from "./fib-route.ts";
import type { RoutePath } from "./route-shape.ts";

/** Where all routes of a plan stand. */
export interface RoutePlace {
  readonly table: number;
  readonly metric: number;
  /** The stamp of routes that only a sweep removes when they are found at a start. */
  readonly bgpProtocol: number;
}

/** The route to a prefix over a path. */
export function routeAt({ table, metric }: RoutePlace, prefix: Prefix, path: RoutePath): FibRoute {
  const { protocol, type, scope, nexthops, prefSrc } = path;
  const route = { table, prefix, metric, protocol, type, scope, nexthops };
  return prefSrc ? { ...route, prefSrc } : route;
}
