/*
 * Whole networks of real speakers in one process: what a user would paste into a test of his own. Hosts, TCP between them
 * and time are in memory; the speakers are those that run in production.
 *
 * It keeps: one seed is one history, whatever the order in which routers, links and peers were declared; a forwarding table
 * outlives its process; TCP loses nothing, doubles nothing and changes no order.
 *
 * It breaks: links (delay, loss, cuts told and untold), hosts (power), processes (with and without their forwarding state).
 */
import { invariant } from "../../lib/error.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { type Address, ipv4, ipv6 } from "../../net/address.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { families } from "../../net/family.ts";
import { masked, type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { BgpFact } from "../fact.ts";
import { messageType } from "../iana.ts";
import type { PeerConfig } from "../speaker/config.ts";
import type { LocalRoute } from "../speaker/local-routes.ts";
import type { Speaker } from "../speaker/speaker.ts";
import { type RouteRow, routeRow } from "./best-route.ts";
import { chanceOf } from "./chance.ts";
import type { CutKind, NetworkTerms, Pair, RestartTerms, SentFigures, SessionRow } from "./declared.ts";
import { pairKey } from "./declared.ts";
import { type Walk, walk } from "./forwarding-walk.ts";
import type { PathTerms } from "./path.ts";
import { type RouterTerms, SimRouter } from "./router.ts";
import { SimNetwork } from "./wire.ts";

/** A network without routers: declare some, let time pass, break things, look. */
export function createNetwork(terms: NetworkTerms): SimulatedNetwork {
  return new SimulatedNetwork(terms);
}

const smooth: PathTerms = { delayMs: 0.2, jitterMs: 2, loss: 0, backoffMs: 20_000 };

interface Session {
  readonly pair: Pair;
  readonly of: Partial<PeerConfig>;
  readonly back: Partial<PeerConfig>;
}

/** Routers, links, sessions, and time. What is declared takes effect when time next passes. */
export class SimulatedNetwork {
  readonly clock = new SimClock();
  /** Everything that happened, one line each: `12.034 node-1 {…}`; empty unless asked for. */
  readonly trace: string[] = [];
  readonly #terms: NetworkTerms;
  readonly #wires: SimNetwork;
  readonly #routers = new Map<string, SimRouter>();
  readonly #byAddress = new Map<string, SimRouter>();
  readonly #declared = new Map<string, RouterTerms>();
  readonly #announced: { readonly name: string; readonly text: string; readonly route: LocalRoute }[] = [];
  readonly #links = new Map<string, Partial<PathTerms>>();
  readonly #sessions = new Map<string, Session>();
  readonly #newSessions = new Map<string, Session>();
  readonly #cuts = new Map<string, Pair>();
  /** Ends of sessions that are Established: `a b` as `a` sees it. */
  readonly #up = new Map<string, Set<string>>();
  readonly #watchers: (() => void)[] = [];
  #sent = { messages: 0, updates: 0, octets: 0 };
  #nextHost = 1;

  constructor(terms: NetworkTerms) {
    this.#terms = terms;
    const { seed } = terms;
    this.#wires = new SimNetwork(this.clock, chanceOf(seed, "the network"), {
      maxDelayMs: 0,
      pathOf: (x, y) => {
        const key = pairKey(this.#nameOf(formatAddress(x)), this.#nameOf(formatAddress(y)));
        return { terms: { ...smooth, ...terms.link, ...this.#links.get(key) }, random: chanceOf(seed, key) };
      },
      onWrite: (bytes) => this.#count(bytes),
    });
  }

  /** Declares a router. */
  router(name: string, terms: RouterTerms): this {
    invariant(!this.#declared.has(name), `there is a router ${name} already`);
    this.#declared.set(name, { ...this.#terms.router, ...terms });
    for (const text of terms.announces ?? []) this.announce(name, text);
    return this;
  }

  /** Says what the way between two routers is; the answer names it for `cut` and `heal`. */
  link(x: string, y: string, terms: Partial<PathTerms> = {}): Pair {
    this.#links.set(pairKey(x, y), terms);
    const [from, to] = [this.#routers.get(x), this.#routers.get(y)];
    if (from && to) this.#wires.path(from.address, to.address).terms = { ...smooth, ...this.#terms.link, ...terms };
    return [x, y];
  }

  /** Makes two routers peers; `of` says more of the second as the first sees it, `back` of the first as the second does. */
  peer(x: string, y: string, of: Partial<PeerConfig> = {}, back: Partial<PeerConfig> = {}): this {
    const session: Session = x < y ? { pair: [x, y], of, back } : { pair: [y, x], of: back, back: of };
    this.#sessions.set(pairKey(x, y), session);
    this.#newSessions.set(pairKey(x, y), session);
    return this;
  }

  /** Two routers are peers no more. */
  unpeer(x: string, y: string): void {
    this.#settle();
    this.#sessions.delete(pairKey(x, y));
    this.#of(x).removePeer(y);
    this.#of(y).removePeer(x);
  }

  /** A router announces a prefix, also after it has restarted. */
  announce(name: string, prefix: string, route: LocalRoute = {}): this {
    const router = this.#routers.get(name);
    if (router) router.announce(prefix, parsed(prefix), route);
    else this.#announced.push({ name, text: prefix, route });
    return this;
  }

  withdraw(name: string, prefix: string): void {
    this.#settle();
    this.#of(name).withdraw(prefix, parsed(prefix));
  }

  /** Power failure: nobody is told anything. With `keepsForwarding` packets still pass: only the routing engine is dead. */
  crash(name: string, { keepsForwarding = false } = {}): void {
    this.#settle();
    this.#say(name, "crashes");
    this.#of(name).crash(keepsForwarding);
    this.#up.delete(name);
  }

  /** Ends the process, closing TCP without a NOTIFICATION; packets still pass. */
  stop(name: string): void {
    this.#settle();
    this.#say(name, "stops");
    this.#of(name).exit(true);
    this.#up.delete(name);
  }

  /** Ends the process if it runs, and starts it anew; a crashed router gets its power back. */
  restart(name: string, { graceful, afterSeconds = 2 }: RestartTerms): void {
    this.#settle();
    const router = this.#of(name);
    this.#say(name, graceful ? "restarts gracefully" : "restarts");
    if (router.speaker) router.exit(graceful);
    else if (!graceful) router.fib.clear();
    this.#up.delete(name);
    router.bootAfter(afterSeconds);
  }

  /** Nothing passes between two routers any more. */
  cut([x, y]: Pair, how: CutKind = "silent"): void {
    this.#settle();
    this.#say(x, `is cut off from ${y}, ${how}`);
    const [from, to] = [this.#of(x).address, this.#of(y).address];
    if (how === "loud") this.#wires.reset(from, to);
    this.#wires.partition(from, to);
    this.#cuts.set(pairKey(x, y), [x, y]);
  }

  heal([x, y]: Pair): void {
    this.#settle();
    if (!this.#cuts.delete(pairKey(x, y))) return;
    this.#say(x, `reaches ${y} again`);
    this.#wires.heal(this.#of(x).address, this.#of(y).address);
  }

  /** Breaks every connection between two routers; new ones can be made at once. */
  reset([x, y]: Pair): void {
    this.#settle();
    this.#say(x, `has its connections to ${y} reset`);
    this.#wires.reset(this.#of(x).address, this.#of(y).address);
  }

  /** Cuts every way between these routers and all others. */
  partition(names: readonly string[]): void {
    this.#settle();
    for (const x of names) for (const y of this.names) if (!names.includes(y)) this.cut([x, y]);
  }

  /** Heals every cut. */
  rejoin(): void {
    for (const pair of [...this.#cuts.values()]) this.heal(pair);
  }

  /** Lets time pass. */
  run({ forSeconds }: { readonly forSeconds: number }): void {
    this.#settle();
    if (this.#watchers.length === 0) this.clock.advance(seconds(forSeconds));
    else {
      const until = millis(this.clock.now() + seconds(forSeconds));
      while (this.clock.step(until)) for (const watch of this.#watchers) watch();
      this.clock.advance(millis(until - this.clock.now()));
    }
  }

  /** Lets time pass until something holds; whether it came to that in time. */
  until(condition: () => boolean, { withinSeconds }: { readonly withinSeconds: number }): boolean {
    this.#settle();
    const end = this.clock.now() + seconds(withinSeconds);
    while (!condition()) {
      const now = this.clock.now();
      if (now >= end) return false;
      const next = Math.max(this.clock.next() ?? end, now + 20);
      this.run({ forSeconds: (Math.min(next, end) - now) / 1000 });
    }
    return true;
  }

  /** Calls `check` after every single event, from now on. */
  watch(check: () => void): void {
    this.#watchers.push(check);
  }

  /** The best routes of a router, sorted by prefix; empty while its process is away. */
  table(name: string): readonly RouteRow[] {
    this.#settle();
    const speaker = this.#of(name).speaker;
    const rows = families.flatMap((family) => [...(speaker?.bestRoutes(family) ?? [])]);
    const nameOf = (text: string): string => this.#nameOf(text);
    return rows.map((row) => routeRow(row, nameOf)).sort((x, y) => (x.prefix < y.prefix ? -1 : 1));
  }

  /** What a router forwards by, its own prefixes aside: prefix → next hops by name, none where it drops; sorted by prefix. */
  forwarding(name: string): ReadonlyMap<string, readonly string[]> {
    this.#settle();
    const entries = [...this.#of(name).fib.entries].map(([prefix, { nextHops }]) => {
      return [prefix, nextHops.map((hop) => this.#nameOf(hop))] as const;
    });
    return new Map(entries.sort(([x], [y]) => (x < y ? -1 : 1)));
  }

  /** The way of a packet from a router to the first address of a prefix, by the forwarding tables as they are now. */
  path(from: string, prefix: string): Walk {
    this.#settle();
    const map = {
      byAddress: (address: string) => this.#byAddress.get(address),
      isReachable: (x: SimRouter, y: SimRouter) => !this.#cuts.has(pairKey(x.name, y.name)),
    };
    const { family, a, b, c, d } = parsed(prefix);
    return walk(map, this.#of(from), { family, a, b, c, d });
  }

  /** The speaker of a router, to ask it anything; undefined while its process is away. */
  speaker(name: string): Speaker | undefined {
    this.#settle();
    return this.#of(name).speaker;
  }

  /** Whether the process of a router runs. */
  isRunning(name: string): boolean {
    return this.speaker(name) !== undefined;
  }

  /** Whether two routers reach each other, as far as cuts and power go. */
  isLinked(x: string, y: string): boolean {
    this.#settle();
    return !this.#wires.isCut(this.#of(x).address, this.#of(y).address);
  }

  /** Every session, sorted by its pair. */
  sessions(): readonly SessionRow[] {
    this.#settle();
    const rows = [...this.#sessions].sort(([x], [y]) => (x < y ? -1 : 1));
    return rows.map(([, { pair }]) => ({ pair, isUp: this.#isUp(pair), isPossible: this.#isPossible(pair) }));
  }

  /** Whether every session is up that can be. */
  get isSettled(): boolean {
    this.#settle();
    for (const { pair } of this.#sessions.values()) if (!this.#isUp(pair) && this.#isPossible(pair)) return false;
    return true;
  }

  /** The names of all routers, sorted. */
  get names(): readonly string[] {
    this.#settle();
    return [...this.#routers.keys()].sort();
  }

  /** What all routers together have sent. */
  get sent(): SentFigures {
    return this.#sent;
  }

  /** A new network of the same declarations, with the same routers down and the same ways cut, that has no past. */
  twin(seed = this.#terms.seed): SimulatedNetwork {
    const { names } = this;
    const twin = createNetwork({ ...this.#terms, seed, isTraced: false, tell: () => {} });
    for (const name of names) {
      const { terms, address, announced, speaker } = this.#of(name);
      const { announces: _announces, startsAfterSeconds: _starts, ...same } = terms;
      const startsAfterSeconds = speaker ? 0 : Number.POSITIVE_INFINITY;
      twin.router(name, { ...same, address: formatAddress(address), startsAfterSeconds });
      for (const [text, { route }] of announced) twin.announce(name, text, route);
    }
    for (const [key, terms] of this.#links) twin.#links.set(key, terms);
    for (const { pair, of, back } of this.#sessions.values()) twin.peer(pair[0], pair[1], of, back);
    for (const pair of this.#cuts.values()) twin.cut(pair);
    return twin;
  }

  /** Makes real what was declared, in the order of names. */
  #settle(): void {
    if (this.#declared.size > this.#routers.size) this.#makeRouters();
    if (this.#newSessions.size === 0) return;
    const news = [...this.#newSessions.values()].sort((p, q) => (p.pair.join(" ") < q.pair.join(" ") ? -1 : 1));
    this.#newSessions.clear();
    for (const session of news) this.#open(session);
  }

  #open({ pair: [x, y], of, back }: Session): void {
    const [from, to] = [this.#of(x), this.#of(y)];
    from.setPeer(y, this.#peerConfig(from, to, of));
    to.setPeer(x, this.#peerConfig(to, from, back));
  }

  #makeRouters(): void {
    const names = [...this.#declared.keys()].filter((name) => !this.#routers.has(name)).sort();
    const given = names.flatMap((name) => this.#declared.get(name)!.address ?? []);
    const world = {
      wires: this.#wires,
      clock: this.clock,
      randomOf: (what: string) => chanceOf(this.#terms.seed, what),
      tell: (name: string, what: BgpFact | string) => this.#say(name, what),
    };
    for (const name of names) {
      const terms = this.#declared.get(name)!;
      const address = terms.address === undefined ? this.#freeAddress(given) : parseAddress(terms.address);
      invariant(address?.family === "ipv4", `${terms.address} is no IPv4 address`);
      const router = new SimRouter(name, terms, [address, ipv6(0xfd000000, 0, 0, address.a)], world);
      this.#routers.set(name, router);
      this.#byAddress.set(formatAddress(router.address), router).set(formatAddress(router.address6), router);
    }
    for (const { name, text, route } of this.#announced.splice(0)) this.#of(name).announce(text, parsed(text), route);
    for (const name of names) this.#of(name).bootAfter(this.#declared.get(name)!.startsAfterSeconds ?? 0);
  }

  #freeAddress(given: readonly string[]): Address {
    for (;;) {
      const address = ipv4(0x0aff0000 + this.#nextHost++);
      const text = formatAddress(address);
      if (!this.#byAddress.has(text) && !given.includes(text)) return address;
    }
  }

  #peerConfig(from: SimRouter, to: SimRouter, differing: Partial<PeerConfig>): PeerConfig {
    const [address, localAddress] = [to.address, from.address];
    const asn = to.terms.asn;
    return { address, asn, localAddress, nextHop: { ipv6: from.address6 }, ...this.#terms.peer, ...differing };
  }

  #of(name: string): SimRouter {
    const router = this.#routers.get(name);
    invariant(router, `there is no router ${name}`);
    return router;
  }

  #nameOf(address: string): string {
    return this.#byAddress.get(address)?.name ?? address;
  }

  #isUp([x, y]: Pair): boolean {
    return (this.#up.get(x)?.has(y) ?? false) && (this.#up.get(y)?.has(x) ?? false);
  }

  #isPossible([x, y]: Pair): boolean {
    const [from, to] = [this.#of(x), this.#of(y)];
    return from.speaker !== undefined && to.speaker !== undefined && !this.#wires.isCut(from.address, to.address);
  }

  #say(router: string, what: BgpFact | string): void {
    if (typeof what !== "string") {
      const up = this.#up.get(router) ?? new Set<string>();
      if (what.fact === "bgp.session-up") this.#up.set(router, up.add(this.#nameOf(what.peer)));
      if (what.fact === "bgp.session-down") up.delete(this.#nameOf(what.peer));
    }
    this.#terms.tell?.(router, what);
    if (!this.#terms.isTraced) return;
    const text = typeof what === "string" ? what : JSON.stringify(what);
    this.trace.push(`${(this.clock.now() / 1000).toFixed(6)} ${router} ${text}`);
  }

  /** A write holds whole messages: 16 octets of marker, 2 of length, 1 of type (RFC 4271 4.1). */
  #count(bytes: Uint8Array): void {
    this.#sent.octets += bytes.length;
    for (let at = 0; at + 19 <= bytes.length; at += (bytes[at + 16]! << 8) | bytes[at + 17]!) {
      this.#sent.messages++;
      if (bytes[at + 18] === messageType.update) this.#sent.updates++;
    }
  }
}

function parsed(text: string): Prefix {
  const prefix = parsePrefix(text);
  invariant(prefix, `${text} is no prefix`);
  return masked(prefix);
}
