import { addressOf, type Machine } from "./link.ts";
import { familyOf, holdSeconds, type OwnRoute, restartSeconds } from "./plan.ts";

/** AS numbers: ours, and that of the daemon where it is another. */
export const asn = { us: 65001, them: 65002 } as const;

/** What a configuration of `manx speaker` has of its own in an experiment. */
export interface OurPlan {
  readonly machine?: Machine;
  readonly peers: readonly object[];
  readonly routes: readonly OwnRoute[];
  readonly [more: string]: unknown;
}

/** A configuration of `manx speaker` on a machine of the link. */
export function ourConfig({ machine = "us", peers, routes, ...more }: OurPlan): object {
  return {
    asn: asn.us,
    routerId: addressOf(machine, 0),
    listen: { port: 179 },
    ebgpRequiresPolicy: false,
    families: ["ipv4", "ipv6"],
    gracefulRestart: { restartSeconds, stalePathSeconds: restartSeconds },
    peers,
    routes,
    ...more,
  };
}

/** One peer of it, over a subnet of the link. */
export function ourPeer(
  subnet: number,
  more: object,
  family: "ipv4" | "ipv6" = "ipv4",
  me: Machine = "us",
  it: Machine = "them",
): object {
  const localAddress = addressOf(me, subnet, family);
  return {
    address: addressOf(it, subnet, family),
    localAddress,
    asn: asn.them,
    holdTimeSeconds: holdSeconds,
    connectRetrySeconds: 1,
    ...(familyOf(localAddress) === "ipv4" && { nextHop: { ipv6: addressOf(me, subnet, "ipv6") } }),
    ...more,
  };
}
