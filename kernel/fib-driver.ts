import type { Clock } from "../lib/clock.ts";
import { invariant } from "../lib/error.ts";
import type { Tell } from "../lib/fact.ts";
import { millis } from "../lib/unit.ts";
import { type Family, families } from "../net/family.ts";
import type { Prefix } from "../net/prefix.ts";
import { Backoff } from "./backoff.ts";
import { errno } from "./errno.ts";
import { KernelError } from "./error.ts";
import type { KernelFact } from "./fact.ts";
import type { Fib, FibListener, OpenFib } from "./fib.ts";
import { type FibRoute, formatRoute, mainTable, routeKey, routeMetric } from "./fib-route.ts";
import type { PlannedWrite, RouteOwner, WriteResult } from "./planned-write.ts";
import { RoutePlan } from "./route-plan.ts";
import type { RoutePath } from "./route-shape.ts";

/** Where the driver's routes live and how they are stamped. */
export interface FibDriverOptions {
  readonly open: OpenFib;
  readonly clock: Clock;
  readonly tell: Tell<KernelFact>;
  /** Protocol numbers (RTPROT_*) that nobody else uses: they alone say which routes are ours. */
  readonly protocols: Readonly<Record<RouteOwner, number>>;
  /** Default: main. */
  readonly table?: number;
  /** Default: 1024. */
  readonly metric?: number;
  /** Path of a network namespace; absent: our own. */
  readonly netns?: string;
}

/** Where a route leads, as its owner says it: the driver adds protocol, table and metric. */
export type WantedPath = Omit<RoutePath, "protocol">;

/** Routes of BGP that share a path; without one they are withdrawn. */
export interface RouteGroup {
  readonly prefixes: readonly Prefix[];
  readonly path: WantedPath | undefined;
}

/** Requests in one datagram: most of what a larger one gains, well under a millisecond of the loop. */
const batchSize = 512;

/**
 * Keeps the kernel's routes as wanted. The only writer of routes in this program: the first write of a key is exclusive,
 * what others made is never touched, what others break of ours is put back. Wants may come at any time, also before
 * `start`; a slow kernel makes nothing grow but one place for each prefix.
 */
export class FibDriver {
  readonly #options: FibDriverOptions;
  readonly #table: number;
  readonly #metric: number;
  readonly #plans: Readonly<Record<Family, RoutePlan>>;
  readonly #retry: Backoff;
  readonly #reopen: Backoff;
  #fib: Fib | undefined;
  #running = false;
  /** Something came up while the work was running, perhaps just after it had found nothing to do. */
  #woken = false;
  #mustDump = false;
  /** Told while a dump was being read: whether before or after it, only their order among themselves can say. */
  #deferred: (() => void)[] | undefined;
  #closed = false;
  /** Routes of ours with a metric that is not: left by another version, gone when deletes are allowed. */
  #strays: FibRoute[] = [];
  #deletesAllowed = false;
  readonly #sweptFamilies = new Set<Family>();
  #settled: (() => void)[] = [];

  constructor(options: FibDriverOptions) {
    this.#options = options;
    this.#table = options.table ?? mainTable;
    this.#metric = options.metric ?? routeMetric;
    const { bgp, local } = options.protocols;
    invariant(bgp !== local, "local and BGP routes need different protocol numbers");
    const place = { table: this.#table, metric: this.#metric, bgpProtocol: bgp };
    this.#plans = { ipv4: new RoutePlan("ipv4", place), ipv6: new RoutePlan("ipv6", place) };
    this.#retry = new Backoff(options.clock, millis(100), millis(30_000));
    this.#reopen = new Backoff(options.clock, millis(100), millis(30_000));
  }

  /** Opens the port, reads what is there, and goes to work. @throws KernelError when the port cannot be opened */
  start(): void {
    invariant(!this.#fib, "the FIB driver is started once");
    this.#open();
  }

  /** The local routes should hold this one; it takes the place of what was wanted there before. */
  want(prefix: Prefix, path: WantedPath): void {
    this.#want("local", [prefix], path);
  }

  /** The local routes should hold nothing there. */
  unwant(prefix: Prefix): void {
    this.#want("local", [prefix], undefined);
  }

  /** What Loc-RIB chose since the last batch, in order. Grouped by path, so that a million routes name few paths. */
  applyBatch(groups: Iterable<RouteGroup>): void {
    for (const { prefixes, path } of groups) this.#want("bgp", prefixes, path);
  }

  /** Gate (a): the plan is complete, so local routes that it does not hold may go. Nothing is deleted before. */
  allowDeletes(): void {
    this.#deletesAllowed = true;
    for (const family of families) this.#plans[family].allowDeletes();
    this.#kick();
  }

  /** Gate (c): the family's peers have said all they had, so BGP routes found at the start and not heard of again may go. */
  sweep(family: Family): void {
    this.#sweptFamilies.add(family);
    this.#plans[family].sweep();
    this.#kick();
  }

  /** Compares everything with the kernel again; repairs what notifications cannot have told. */
  resync(): void {
    this.#mustDump = true;
    for (const family of families) this.#plans[family].retryAll();
    this.#kick();
  }

  /** Writes that wait, refused ones among them. */
  get pending(): number {
    return families.reduce((sum, family) => sum + this.#plans[family].queued + this.#plans[family].parked, 0);
  }

  /** Whether the local route that is wanted for a prefix is in the kernel, as far as we know. */
  holdsLocal(prefix: Prefix): boolean {
    return this.#plans[prefix.family].holdsLocal(prefix);
  }

  /** Whether somebody else's route is in the way of the prefix's. */
  isInConflict(prefix: Prefix): boolean {
    return this.#plans[prefix.family].isInConflict(prefix);
  }

  /** Keys where somebody else's route is in the way of ours. */
  conflicts(): string[] {
    const key = (prefix: Prefix): string => routeKey({ prefix, table: this.#table, metric: this.#metric });
    return families.flatMap((family) => this.#plans[family].conflicts().map(key)).sort();
  }

  /** Routes of ours that are in the kernel as far as we know; at a start also those that an earlier run left. */
  *actual(): Generator<FibRoute> {
    for (const family of families) yield* this.#plans[family].actual();
  }

  /** Resolves when the driver has nothing left to try for now; refused routes may still wait for their next time. */
  settled(): Promise<void> {
    if (!this.#running && !this.#mustDump) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** Stops; the kernel keeps forwarding by what it has. */
  close(): void {
    this.#closed = true;
    this.#retry.cancel();
    this.#reopen.cancel();
    this.#fib?.close();
    this.#fib = undefined;
  }

  #want(owner: RouteOwner, prefixes: readonly Prefix[], path: WantedPath | undefined): void {
    const protocol = this.#options.protocols[owner];
    if (path?.type === "unicast") {
      const resolved = path.nexthops.length > 0 && path.nexthops.every((hop) => hop.ifindex > 0);
      invariant(resolved, "a wanted route names the interface of each of its next hops");
    }
    const full = path && { ...path, protocol };
    const first = prefixes[0]?.family;
    // Nearly always all of one family.
    const mixed = prefixes.some((prefix) => prefix.family !== first);
    for (const family of families) {
      if (mixed)
        this.#plans[family].want(
          owner,
          prefixes.filter((prefix) => prefix.family === family),
          full,
        );
      else if (family === first) this.#plans[family].want(owner, prefixes, full);
    }
    this.#kick();
  }

  #open(): void {
    this.#fib = this.#options.open(this.#options.netns ? { netns: this.#options.netns } : {}, this.#listener());
    this.resync();
  }

  /** Goes to work at the end of this turn, so that what is wanted in one turn leaves in one batch. */
  #kick(): void {
    this.#woken = true;
    if (this.#running || this.#closed || !this.#fib) return;
    this.#running = true;
    queueMicrotask(() => void this.#work());
  }

  async #work(): Promise<void> {
    try {
      while (this.#fib && this.#woken) {
        this.#woken = false;
        while (this.#fib && (this.#mustDump ? await this.#dump(this.#fib) : await this.#write(this.#fib)));
      }
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#failed(error);
    }
    this.#running = false;
    if (this.#closed || this.#fib) for (const done of this.#settled.splice(0)) done();
    const parked = families.some((family) => this.#plans[family].parked > 0);
    if (parked && !this.#closed) this.#retry.wait(() => this.#again());
    else this.#retry.reset();
  }

  #again(): void {
    for (const family of families) this.#plans[family].retryParked();
    this.#kick();
  }

  /** Reads the kernel. Answers true: there may be work now. */
  async #dump(fib: Fib): Promise<boolean> {
    this.#mustDump = false;
    this.#deferred = [];
    try {
      await this.#dumpFamilies(fib);
    } finally {
      const deferred = this.#deferred;
      this.#deferred = undefined;
      for (const then of deferred) then();
    }
    this.#reopen.reset();
    return true;
  }

  async #dumpFamilies(fib: Fib): Promise<void> {
    const { protocols, clock, tell } = this.#options;
    this.#strays = [];
    for (const family of families) {
      const began = clock.now();
      const routes: FibRoute[] = [];
      for (const protocol of [protocols.local, protocols.bgp]) {
        routes.push(...(await fib.dump({ family, table: this.#table, protocol })));
      }
      this.#plans[family].dumped(routes.filter((route) => route.metric === this.#metric));
      this.#strays.push(...routes.filter((route) => route.metric !== this.#metric));
      for (const prefix of this.#plans[family].newConflicts()) {
        tell({ fact: "kernel.route.conflict", route: this.#name(prefix) });
      }
      tell({ fact: "kernel.fib.dumped", family, routes: routes.length, millis: clock.now() - began });
    }
  }

  /** Writes one batch. Answers whether there may be more. */
  async #write(fib: Fib): Promise<boolean> {
    for (const family of families) {
      const plan = this.#plans[family];
      const planned = plan.take(batchSize);
      if (planned.length > 0) {
        await this.#send(fib, plan, planned);
        return true;
      }
    }
    return this.#deleteStrays(fib);
  }

  async #send(fib: Fib, plan: RoutePlan, planned: readonly PlannedWrite[]): Promise<void> {
    let results: readonly (KernelError | undefined)[];
    try {
      results = await fib.apply(planned);
    } catch (error) {
      for (const write of planned) plan.wrote(write, "unknown");
      this.#mustDump = true;
      if (!(error instanceof KernelError) || error.code !== "kernel/overrun") throw error;
      this.#options.tell({ fact: "kernel.fib.overrun", why: error.message });
      return;
    }
    for (let i = 0; i < planned.length; i++) {
      const write = planned[i]!;
      const error = results[i];
      if (plan.disturbed(write)) this.#mustDump = true;
      const result = resultOf(write, error);
      // Whose the route in the way is, and whether it is still there, the dump tells.
      if (result === "exists") this.#mustDump = true;
      if (!plan.wrote(write, result) || !error) continue;
      const route = formatRoute(write.route);
      this.#options.tell({ fact: "kernel.route.refused", route, why: error.message, errno: error.facts.errno });
    }
  }

  async #deleteStrays(fib: Fib): Promise<boolean> {
    if (!this.#deletesAllowed) return false;
    const ripe = this.#strays.filter(
      ({ protocol, prefix }) => protocol === this.#options.protocols.local || this.#sweptFamilies.has(prefix.family),
    );
    if (ripe.length === 0) return false;
    this.#strays = this.#strays.filter((route) => !ripe.includes(route));
    for (let at = 0; at < ripe.length; at += batchSize) {
      await fib.apply(ripe.slice(at, at + batchSize).map((route) => ({ kind: "delete", route })));
    }
    return true;
  }

  #failed(error: KernelError): void {
    if (this.#closed || this.#reopen.waiting) return;
    this.#fib?.close();
    this.#fib = undefined;
    const retryMs = this.#reopen.wait(() => {
      try {
        this.#open();
      } catch (cause) {
        if (!(cause instanceof KernelError)) throw cause;
        this.#failed(cause);
      }
    });
    this.#options.tell({ fact: "kernel.fib.failed", why: error.message, retryMs });
  }

  #listener(): FibListener {
    const { protocols, tell } = this.#options;
    const here = (route: FibRoute): boolean => route.table === this.#table && route.metric === this.#metric;
    const ours = (route: FibRoute): boolean => route.protocol === protocols.local || route.protocol === protocols.bgp;
    const heard = (then: () => void): void => {
      if (this.#deferred) this.#deferred.push(then);
      else then();
      this.#kick();
    };
    return {
      appeared: (route, replaced) =>
        heard(() => {
          if (!here(route)) return;
          const plan = this.#plans[route.prefix.family];
          if (ours(route)) plan.saw(route.prefix, route);
          else if (replaced && plan.usurped(route.prefix)) {
            tell({ fact: "kernel.route.conflict", route: this.#name(route.prefix) });
          }
        }),
      vanished: (route, byKernel) =>
        heard(() => {
          if (!here(route)) return;
          const plan = this.#plans[route.prefix.family];
          if (ours(route) && plan.lost(route.prefix) && !byKernel) {
            tell({ fact: "kernel.route.repaired", route: formatRoute(route) });
          }
          if (!ours(route) && plan.cleared(route.prefix)) {
            tell({ fact: "kernel.route.conflict-over", route: this.#name(route.prefix) });
          }
        }),
      linkUp: (ifindex) => heard(() => families.forEach((family) => void this.#plans[family].linkUp(ifindex))),
      linkDown: (ifindex) => heard(() => families.forEach((family) => void this.#plans[family].linkDown(ifindex))),
      addressGone: (family) => {
        if (family === "ipv4" || this.#plans[family].usesSource()) this.resync();
      },
      overrun: () => {
        tell({ fact: "kernel.fib.overrun", why: "notifications were lost" });
        this.resync();
      },
      failed: (error) => this.#failed(error),
    };
  }

  #name(prefix: Prefix): string {
    return routeKey({ prefix, table: this.#table, metric: this.#metric });
  }
}

function resultOf(write: PlannedWrite, error: KernelError | undefined): WriteResult {
  if (!error) return "done";
  return error.facts.errno === errno.EEXIST && write.kind === "create" ? "exists" : "refused";
}
