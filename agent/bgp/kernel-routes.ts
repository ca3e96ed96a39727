import type { NextHop as BgpNextHop } from "../../bgp/rib/next-hop-table.ts";
import type { NextHops, RouteChange, RouteNextHop, RouteSink, Way } from "../../bgp/speaker/ports.ts";
import type { WantedPath } from "../../kernel/fib-driver.ts";
import { compareNextHops, type NextHop } from "../../kernel/fib-route.ts";
import type { Cancel } from "../../lib/clock.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { covers, type Prefix, parsePrefix, prefixKey } from "../../net/prefix.ts";
import type { NextHopResolver } from "../graph/next-hop-resolver.ts";

/** The routes' writer, as far as BGP needs it: FibDriver. */
export interface RouteWriter {
  applyBatch(groups: Iterable<{ readonly prefixes: readonly Prefix[]; readonly path: WantedPath | undefined }>): void;
  sweep(family: Family): void;
  settled(): Promise<void>;
}

/** Interfaces by name, for next hops that are link-local. */
export type IfindexOf = (name: string) => number | undefined;

function hopsKey(hops: readonly RouteNextHop[]): string {
  return hops.map(({ address, zone }) => `${formatAddress(address)}%${zone}`).join(" ");
}

/** A prefix's next hops as BGP told them, shared by all prefixes that have them. */
interface HopSet {
  readonly hops: readonly RouteNextHop[];
  readonly prefixes: Set<string>;
  /** The path last written, as text; empty when unresolvable. */
  written: string;
}

/**
 * Between the speaker and the kernel: gives the FIB what the speaker chose, with next hops resolved over the kernel's own
 * routes, and writes again what resolves differently once those change. Memory: about 100 octets a route.
 */
export class KernelRoutes implements RouteSink, NextHops {
  readonly #resolver: NextHopResolver;
  readonly #writer: RouteWriter;
  readonly #ifindexOf: IfindexOf;
  readonly #sets = new Map<string, HopSet>();
  readonly #setOf = new Map<string, HopSet>();
  readonly #watchers = new Set<() => void>();
  #withheld: readonly Prefix[] = [];

  constructor(resolver: NextHopResolver, writer: RouteWriter, ifindexOf: IfindexOf) {
    this.#resolver = resolver;
    this.#writer = writer;
    this.#ifindexOf = ifindexOf;
  }

  /** Routes in the kernel that BGP wants. */
  get size(): number {
    return this.#setOf.size;
  }

  apply(changes: readonly RouteChange[], done: () => void): void {
    const groups = new Map<string, { prefixes: Prefix[]; path: WantedPath | undefined }>();
    for (const { prefix, nextHops, discard } of changes) {
      const set = nextHops.length > 0 ? this.#join(prefixKey(prefix), nextHops) : this.#leave(prefixKey(prefix));
      const way = discard ? blackhole : set && this.#path(set.hops);
      if (set) set.written = pathText(way);
      const path = this.#isWithheld(prefix) ? undefined : way;
      const text = pathText(path);
      const group = groups.get(text);
      if (group) group.prefixes.push(prefix);
      else groups.set(text, { prefixes: [prefix], path });
    }
    this.#writer.applyBatch(groups.values());
    void this.#writer.settled().then(done);
  }

  inSync(family: Family): void {
    this.#writer.sweep(family);
  }

  /** A global next hop that nobody knows is reached by the link-local one that came with it (RFC 2545 3), if that is. */
  resolve({ address, linkLocal }: Pick<BgpNextHop, "address"> & Partial<BgpNextHop>): Way {
    if (!address) return { reachable: true, metric: 0 };
    const found = this.#resolver.resolve(address) ?? (linkLocal && this.#resolver.resolve(linkLocal));
    return { reachable: found !== undefined, metric: found?.metric ?? 0 };
  }

  watch(hear: () => void): Cancel {
    this.#watchers.add(hear);
    return () => void this.#watchers.delete(hear);
  }

  /** The kernel's routes have changed: resolves everything again and writes what differs. */
  changed(): void {
    for (const set of this.#sets.values()) {
      const path = this.#path(set.hops);
      const text = pathText(path);
      if (text === set.written) continue;
      set.written = text;
      this.#writer.applyBatch([{ prefixes: this.#writable(set), path }]);
    }
    for (const hear of [...this.#watchers]) hear();
  }

  /**
   * Routes inside these prefixes are not for the kernel: what BGP has there is taken out, what it gets there stays out, and
   * what lies there no longer comes in.
   */
  withhold(prefixes: readonly Prefix[]): void {
    if (prefixes.map(prefixKey).join() === this.#withheld.map(prefixKey).join()) return;
    const isBefore = (prefix: Prefix): boolean => this.#isWithheld(prefix);
    for (const set of this.#sets.values()) {
      const all = Array.from(set.prefixes, (key) => parsePrefix(key)!);
      const going = all.filter((prefix) => !isBefore(prefix) && isInside(prefix, prefixes));
      const coming = all.filter((prefix) => isBefore(prefix) && !isInside(prefix, prefixes));
      if (going.length > 0) this.#writer.applyBatch([{ prefixes: going, path: undefined }]);
      if (coming.length > 0) this.#writer.applyBatch([{ prefixes: coming, path: this.#path(set.hops) }]);
    }
    this.#withheld = prefixes;
  }

  #isWithheld(prefix: Prefix): boolean {
    return this.#withheld.length > 0 && isInside(prefix, this.#withheld);
  }

  #writable(set: HopSet): Prefix[] {
    const all = Array.from(set.prefixes, (key) => parsePrefix(key)!);
    return this.#withheld.length === 0 ? all : all.filter((prefix) => !this.#isWithheld(prefix));
  }

  /** Which routes a next hop set carries, for `explain`: nothing when BGP has no route there. */
  nextHopsOf(prefix: Prefix): readonly RouteNextHop[] {
    return this.#setOf.get(prefixKey(prefix))?.hops ?? [];
  }

  #join(key: string, hops: readonly RouteNextHop[]): HopSet {
    this.#leave(key);
    const name = hopsKey(hops);
    const set = this.#sets.get(name) ?? { hops, prefixes: new Set<string>(), written: "" };
    this.#sets.set(name, set);
    set.prefixes.add(key);
    this.#setOf.set(key, set);
    return set;
  }

  #leave(key: string): undefined {
    const set = this.#setOf.get(key);
    if (!set) return;
    this.#setOf.delete(key);
    set.prefixes.delete(key);
    if (set.prefixes.size === 0) this.#sets.delete(hopsKey(set.hops));
  }

  #path(hops: readonly RouteNextHop[]): WantedPath | undefined {
    const ways: NextHop[] = [];
    for (const { address, zone } of hops) {
      const ifindex = zone === "" ? undefined : this.#ifindexOf(zone);
      if (ifindex !== undefined) ways.push({ via: address, ifindex });
      else if (zone === "") ways.push(...(this.#resolver.resolve(address)?.nexthops ?? []));
    }
    if (ways.length === 0) return undefined;
    const unique = new Map(ways.map((way) => [`${way.ifindex} ${way.via ? formatAddress(way.via) : ""}`, way]));
    return { type: "unicast", scope: "universe", nexthops: [...unique.values()].sort(compareNextHops) };
  }
}

function isInside(prefix: Prefix, ranges: readonly Prefix[]): boolean {
  return ranges.some((range) => covers(range, prefix));
}

const blackhole: WantedPath = { type: "blackhole", scope: "universe", nexthops: [] };

function pathText(path: WantedPath | undefined): string {
  if (path?.type !== "unicast") return path?.type ?? "";
  return path.nexthops
    .map((way) => `${way.ifindex} ${way.via ? formatAddress(way.via) : ""} ${way.onlink ?? ""}`)
    .join(", ");
}
