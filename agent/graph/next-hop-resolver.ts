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
  readonly best: FibRoute;
}

/**
 * Longest-prefix match of BGP next hops over the kernel's routes of one table. Routes that BGP itself made must not be
 * fed, so that no route can come to rest upon itself.
 */
export class NextHopResolver {
  readonly #tries = { ipv4: new PrefixTrie<Candidates>(), ipv6: new PrefixTrie<Candidates>() };

  /** A route of the table came, changed or went; `prefix` is its destination, also when it went. */
  onRoute(change: Change<string, FibRoute>, prefix: FibRoute["prefix"]): void {
    const trie = this.#tries[prefix.family];
    const byKey = trie.get(prefix)?.byKey ?? new Map<string, FibRoute>();
    if (change.kind === "set") byKey.set(change.key, change.value);
    else byKey.delete(change.key);
    const [best] = [...byKey.values()].sort((x, y) => x.metric - y.metric || (routeKey(x) < routeKey(y) ? -1 : 1));
    if (best) trie.set(prefix, { byKey, best });
    else trie.delete(prefix);
  }

  /** Undefined when no route leads there, or the one that does drops, or all its links are down. */
  resolve(address: Address): Resolved | undefined {
    const route = this.#tries[address.family].lookup(address)?.value.best;
    const ways = route?.type === "unicast" ? route.nexthops.filter(({ isDown }) => !isDown) : [];
    if (!route || ways.length === 0) return undefined;
    return {
      nexthops: ways.map((hop) => (hop.via ? hop : { ...hop, via: address })),
      metric: route.metric,
    };
  }
}
