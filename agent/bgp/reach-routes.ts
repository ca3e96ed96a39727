import type { WantedPath } from "../../kernel/fib-driver.ts";
import { compareNextHops, type NextHop } from "../../kernel/fib-route.ts";
import { type Address, sameAddress } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { hostPrefix, type Prefix, prefixKey } from "../../net/prefix.ts";
import type { NextHopResolver } from "../graph/next-hop-resolver.ts";
import type { PlannedPeer } from "../graph/planned.ts";

/** The writer of local routes: FibDriver. */
export interface ReachWriter {
  want(prefix: Prefix, path: WantedPath): void;
  unwant(prefix: Prefix): void;
}

interface Reach {
  readonly prefix: Prefix;
  readonly by: Address;
  /** What was last written, as text; empty: nothing. */
  written: string;
}

/**
 * The routes that BGPPeers ask for with `reachableBy`: to the peer alone, by a router on one of our links. They are local
 * routes, there as long as the peer is planned and its router can be reached. A workload's own route is not touched.
 */
export class ReachRoutes {
  readonly #resolver: NextHopResolver;
  readonly #writer: ReachWriter;
  readonly #reaches = new Map<string, Reach>();

  constructor(resolver: NextHopResolver, writer: ReachWriter) {
    this.#resolver = resolver;
    this.#writer = writer;
  }

  /** Follows the sessions of a turn; `isTaken` says which prefixes are a workload's or a block's. */
  follow(peers: Iterable<PlannedPeer>, isTaken: (key: string) => boolean): void {
    const wanted = new Map<string, PlannedPeer>();
    for (const peer of peers) {
      const key = prefixKey(hostPrefix(peer.address));
      const { reachableBy } = peer;
      if (reachableBy && !sameAddress(reachableBy, peer.address) && !isTaken(key)) wanted.set(key, peer);
    }
    for (const [key, reach] of this.#reaches) {
      if (wanted.has(key)) continue;
      this.#reaches.delete(key);
      if (reach.written !== "" && !isTaken(key)) this.#writer.unwant(reach.prefix);
    }
    for (const [key, { address, reachableBy }] of wanted) {
      const known = this.#reaches.get(key);
      const written = known?.written ?? "";
      this.#reaches.set(key, { prefix: hostPrefix(address), by: reachableBy!, written });
    }
    this.changed();
  }

  /** Routes of the kernel have changed: the router may be elsewhere. */
  changed(): void {
    for (const reach of this.#reaches.values()) {
      const nexthops = this.#way(reach.by);
      const text = nexthops.map(({ ifindex, via }) => `${ifindex} ${via ? formatAddress(via) : ""}`).join(", ");
      if (text === reach.written) continue;
      reach.written = text;
      if (text === "") this.#writer.unwant(reach.prefix);
      else this.#writer.want(reach.prefix, { type: "unicast", scope: "universe", nexthops });
    }
  }

  /** Only a router on a link of ours is a gateway. */
  #way(by: Address): NextHop[] {
    const { nexthops = [] } = this.#resolver.resolve(by) ?? {};
    return nexthops.filter(({ via }) => via && sameAddress(via, by)).sort(compareNextHops);
  }
}
