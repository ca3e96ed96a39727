import { families } from "../../../net/family.ts";
import type { ClaimSeen, RouteSeen } from "../driver.ts";
import type { Verdict } from "../expectation.ts";

/** Judges that a router has exactly the claimed prefixes, each by its owner; one verdict a family. */
export function judgeRoutes(at: string, claims: readonly ClaimSeen[], seen: readonly RouteSeen[]): Verdict[] {
  return families.map((family) => {
    const isOurs = (prefix: string): boolean => prefix.includes(":") === (family === "ipv6");
    const wanted = claims.filter((claim) => isOurs(claim.prefix));
    const actual = seen.filter((route) => isOurs(route.prefix));
    const missing = wanted.filter((claim) => !actual.some((r) => r.prefix === claim.prefix && r.via === claim.node));
    const excess = actual.filter((r) => !wanted.some((claim) => r.prefix === claim.prefix && r.via === claim.node));
    return {
      what: `${at} has exactly ${wanted.length} ${family} routes to the nodes' blocks, each by its owner`,
      held: wanted.length > 0 && missing.length === 0 && excess.length === 0,
      seen: [
        ...missing.map((claim) => `no ${claim.prefix} via ${claim.node}`),
        ...excess.map((route) => `${route.prefix} via ${route.via}`),
      ].join(", "),
    };
  });
}
