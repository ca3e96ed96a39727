import { KernelError } from "../../kernel/error.ts";
import type { Fib, FibListener, OpenFib } from "../../kernel/fib.ts";
import { type FibRoute, mainTable, routeKey, sameRoute } from "../../kernel/fib-route.ts";
import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import { type Millis, millis } from "../../lib/unit.ts";
import { families } from "../../net/family.ts";
import type { AgentFact } from "../fact.ts";
import type { NextHopResolver } from "../graph/next-hop-resolver.ts";

/** What the feed works with. */
export interface NextHopFeedOptions {
  readonly open: OpenFib;
  readonly clock: Clock;
  readonly tell: Tell<AgentFact>;
  readonly resolver: NextHopResolver;
  /** The stamp of routes that BGP made: they are passed over. */
  readonly bgpProtocol: number;
  /** Whether what lies on an interface is not to be used as the way to a next hop; absent: all of it is. */
  readonly isIgnored?: (ifindex: number) => boolean;
  /** Some next hop may resolve differently now. */
  readonly changed: () => void;
}

/** How long changes are gathered before everybody looks again: routes of a restarting interface come in dozens. */
const gatherMs = millis(5);
/** Stamp of routes that the kernel makes of addresses (linux/rtnetlink.h RTPROT_KERNEL). */
const kernelProtocol = 2;
const retryMs: Millis = millis(1000);

/** Keeps a resolver fed with the main table's routes that are not BGP's: first all of them, then what changes. */
export class NextHopFeed {
  readonly #options: NextHopFeedOptions;
  readonly #known = new Map<string, FibRoute>();
  #fib: Fib | undefined;
  #pending: Cancel | undefined;
  #mustDump = true;
  #isClosed = false;

  constructor(options: NextHopFeedOptions) {
    this.#options = options;
  }

  /** Resolves when the resolver knows what the kernel held at the call. @throws KernelError when it cannot be asked */
  async start(): Promise<void> {
    this.#fib = this.#options.open({}, this.#listener());
    await this.#dump(this.#fib);
    this.#options.changed();
  }

  /** Which interfaces are ignored has changed: everything is looked at again. */
  reread(): void {
    this.#mustDump = true;
    this.#soon(gatherMs);
  }

  close(): void {
    this.#isClosed = true;
    this.#pending?.();
    this.#fib?.close();
  }

  #listener(): FibListener {
    const dumpSoon = (): void => {
      this.#mustDump = true;
      this.#soon(gatherMs);
    };
    return {
      appeared: (route) => this.#put(route),
      vanished: (route) => this.#lose(route),
      // The kernel forgets routes with a link or a source address, and says nothing of it.
      linkUp: dumpSoon,
      linkDown: dumpSoon,
      addressGone: dumpSoon,
      overrun: dumpSoon,
      failed: (error) => this.#failed(error),
    };
  }

  #put(route: FibRoute): void {
    if (this.#isPassedOver(route)) return;
    const key = routeKey(route);
    this.#known.set(key, route);
    this.#options.resolver.onRoute({ kind: "set", key, value: route }, route.prefix);
    this.#soon(gatherMs);
  }

  /** Routes of BGP, and the networks that addresses on ignored interfaces make (BIRD's protocol direct). */
  #isPassedOver({ table, protocol, nexthops }: FibRoute): boolean {
    const { bgpProtocol, isIgnored } = this.#options;
    if (table !== mainTable || protocol === bgpProtocol) return true;
    if (!isIgnored || protocol !== kernelProtocol || nexthops.length === 0) return false;
    return nexthops.every(({ via, ifindex }) => !via && isIgnored(ifindex));
  }

  /**
   * A route is gone, or a part of one: IPv6 tells the next hops of a route one by one, and may have several routes of one
   * key. What is left then only a dump knows.
   */
  #lose(route: FibRoute): void {
    if (route.table !== mainTable || route.protocol === this.#options.bgpProtocol) return;
    const key = routeKey(route);
    const known = this.#known.get(key);
    if (known && sameRoute(known, route)) this.#drop(key);
    if (!known || sameRoute(known, route)) return;
    this.#mustDump = true;
    this.#soon(gatherMs);
  }

  #drop(key: string): void {
    const route = this.#known.get(key);
    if (!route) return;
    this.#known.delete(key);
    this.#options.resolver.onRoute({ kind: "delete", key }, route.prefix);
    this.#soon(gatherMs);
  }

  #soon(delay: Millis): void {
    if (this.#pending || this.#isClosed) return;
    this.#pending = this.#options.clock.after(delay, () => {
      this.#pending = undefined;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    if (!this.#fib) this.#fib = this.#options.open({}, this.#listener());
    try {
      if (this.#mustDump) await this.#dump(this.#fib);
      this.#options.changed();
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#failed(error);
    }
  }

  async #dump(fib: Fib): Promise<void> {
    this.#mustDump = false;
    const gone = new Set(this.#known.keys());
    for (const family of families) {
      for (const route of await fib.dump({ family, table: mainTable })) {
        if (this.#isPassedOver(route)) continue;
        gone.delete(routeKey(route));
        this.#put(route);
      }
    }
    for (const key of gone) this.#drop(key);
  }

  #failed(error: KernelError): void {
    this.#options.tell({ fact: "agent.routes-lost", why: error.message });
    this.#fib?.close();
    this.#fib = undefined;
    this.#mustDump = true;
    this.#soon(retryMs);
  }
}
