import type { Address } from "../../net/address.ts";
import { sameAddress } from "../../net/address.ts";
import { covers } from "../../net/prefix.ts";
import type { SimRouter } from "./router.ts";

/**
 * How a packet fares: it arrives at a router that announces its destination; comes back to where it was; meets a router
 * without a route for it, or with one that drops it; or is sent to a router that does not forward, or cannot be reached.
 */
export type WalkOutcome = "delivered" | "loop" | "no route" | "dead next hop";

/** The way of a packet: the routers it passed, the first and the last included. With several next hops, the worst way. */
export interface Walk {
  readonly outcome: WalkOutcome;
  readonly hops: readonly string[];
}

/** What the walk asks of the network. */
export interface WalkMap {
  readonly byAddress: (address: string) => SimRouter | undefined;
  readonly isReachable: (from: SimRouter, to: SimRouter) => boolean;
}

const worst: readonly WalkOutcome[] = ["loop", "dead next hop", "no route", "delivered"];

/** Walks the forwarding tables hop by hop, along every next hop of every table. */
export function walk(map: WalkMap, from: SimRouter, destination: Address, passed: readonly string[] = []): Walk {
  const hops = [...passed, from.name];
  if (passed.includes(from.name)) return { outcome: "loop", hops };
  const entry = from.fib.lookUp(destination);
  if (isOwn(from, destination, entry?.prefix.length ?? -1)) return { outcome: "delivered", hops };
  if (!entry) return { outcome: "no route", hops };
  let found: Walk | undefined;
  for (const hop of entry.nextHops) {
    const next = map.byAddress(hop);
    const onward: Walk =
      next?.isForwarding && map.isReachable(from, next)
        ? walk(map, next, destination, hops)
        : { outcome: "dead next hop", hops: [...hops, next?.name ?? hop] };
    if (!found || worst.indexOf(onward.outcome) < worst.indexOf(found.outcome)) found = onward;
  }
  return found ?? { outcome: "no route", hops };
}

/** Whether the destination is the router itself, or lies behind it: a prefix of its own at least as long as the table's. */
function isOwn(router: SimRouter, destination: Address, length: number): boolean {
  if (sameAddress(router.address, destination) || sameAddress(router.address6, destination)) return true;
  for (const { prefix } of router.announced.values()) {
    if (prefix.length >= length && covers(prefix, destination)) return true;
  }
  return false;
}
