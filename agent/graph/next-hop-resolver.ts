import { type FibRoute, type NextHop, routeKey } from "../../kernel/fib-route.ts";
import type { Change } from "../../lib/change.ts";
import type { Address } from "../../net/address.ts";
import { PrefixTrie } from "../../net/prefix-trie.ts";

/** How a BGP next hop is reached: the ways out, each with the gateway that is on the link, and what that costs. */
export interface Resolved {
  readonly nexthops: readonly NextHop[];
  readonly metric: number;
}

/** Routes of one prefix, one a metric: the lowest is the one that forwards. */
interface Candidates {
  readonly byKey: Map<string, FibRoute>;
  best: FibRoute;
}

/**
 * Longest-prefix match of BGP next hops over the kernel's routes of one table. Routes that BGP itself made must not be
 * fed, so that no route can come to rest upon itself.
 */
export class NextHopResolver {
  readonly #tries = { ipv4: new PrefixTrie<Candidates>(), ipv6: new PrefixTrie<Candidates>() };

  onRoute(change: Change<string, FibRoute>, prefix: FibRoute["prefix"]): void {
    const trie = this.#tries[prefix.family];
    const found = trie.get(prefix);
    if (change.kind === "set") {
      if (!found) return trie.set(prefix, { byKey: new Map([[change.key, change.value]]), best: change.value });
      found.byKey.set(change.key, change.value);
    } else if (found) found.byKey.delete(change.key);
    if (!found) return;
    if (found.byKey.size === 0) trie.delete(prefix);
    else
      found.best = [...found.byKey.values()].sort(
        (x, y) => x.metric - y.metric || (routeKey(x) < routeKey(y) ? -1 : 1),
      )[0]!;
  }

  /** Undefined when no route leads there, or the one that does drops. */
  resolve(address: Address): Resolved | undefined {
    const route = this.#tries[address.family].lookup(address)?.value.best;
    if (route?.type !== "unicast" || route.nexthops.length === 0) return undefined;
    return {
      nexthops: route.nexthops.map((hop) => (hop.via ? hop : { ...hop, via: address })),
      metric: route.metric,
    };
  }
}
