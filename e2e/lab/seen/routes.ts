import type { RouteSeen } from "../../scenario/driver.ts";
import type { NameOf } from "../names.ts";

/** What FRR prints for `show ip route bgp json`: all routes of a prefix, the chosen one marked. */
export type FrrRoutes = Readonly<Record<string, readonly FrrRoute[]>>;

interface FrrRoute {
  readonly protocol: string;
  readonly selected?: boolean;
  readonly nexthops: readonly { readonly ip?: string; readonly fib?: boolean }[];
}

/** The routes a router forwards by: chosen, and in its kernel. Several next hops are joined by `+`. */
export function frrRoutes(routes: FrrRoutes, nameOf: NameOf): RouteSeen[] {
  return Object.entries(routes).flatMap(([prefix, all]) =>
    all
      .filter((route) => route.selected === true && route.protocol === "bgp")
      .map((route) => {
        const hops = route.nexthops.filter((hop) => hop.fib === true && hop.ip !== undefined);
        return { prefix, via: hops.map((hop) => nameOf(hop.ip!)).join("+") };
      }),
  );
}
