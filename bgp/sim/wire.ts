/*
 * A TCP network in memory.
 *
 * It keeps what TCP promises: octets arrive in the order in which they were written, none is lost, none twice, while a
 * connection lives; a close arrives behind everything written before it; nothing is told after the close.
 *
 * It breaks only what TCP may break: how long anything takes, how the stream is cut on its way, connections that are
 * reset at any moment, ends that fall silent without a word (partition, power failure), two calls crossing each other,
 * calls that are refused or never answered. All of it from one seed.
 */
import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import { millis } from "../../lib/unit.ts";
import { type Address, sameAddress } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { covers } from "../../net/prefix.ts";
import { formatEndpoint } from "../endpoint-text.ts";
import { ConnectFailed, ListenFailed } from "../error.ts";
import type {
  DialListener,
  DialOptions,
  Endpoint,
  ListenListener,
  ListenOptions,
  ListenPeer,
  SocketOption,
  Wire,
} from "../wire.ts";
import { connectedPair, type SimEnd } from "./connection.ts";
import { type PathTerms, SimPath } from "./path.ts";

/** How long a call into silence lasts. */
export const DIAL_WITHIN_MS = 20_000;

/** First wait before a lost SYN is sent again; then twice as long (RFC 6298 2). */
const SYN_RETRY_MS = 1000;

/** How rough the network is. */
export interface SimNetworkOptions {
  /** Longest time anything takes on its way, milliseconds; each piece draws its own, order kept. */
  readonly maxDelayMs: number;
  /** Longest piece into which writes are cut; undefined cuts nothing. */
  readonly maxPiece?: number;
  /** Hears of everything that is written. */
  readonly onWrite?: (bytes: Uint8Array) => void;
  /** The way between two hosts, where it is another one, and its own chance. Asked once for every pair of hosts. */
  readonly pathOf?: (x: Address, y: Address) => { readonly terms: PathTerms; readonly random: Random };
}

interface Listening {
  readonly options: ListenOptions;
  readonly local: Endpoint;
  readonly listener: ListenListener;
  peers: readonly ListenPeer[];
}

/** The network between the hosts: ask it for a host's wire, and tell it what goes wrong. */
export class SimNetwork {
  readonly clock: Clock;
  readonly random: Random;
  readonly options: SimNetworkOptions;
  readonly #listening: Listening[] = [];
  /** By the texts of both addresses, each host first once. */
  readonly #paths = new Map<string, Map<string, SimPath<SimEnd>>>();
  readonly #cuts = new Set<SimPath<SimEnd>>();
  readonly #dark = new Set<string>();
  #nextPort = 40_000;

  constructor(clock: Clock, random: Random, options: SimNetworkOptions = { maxDelayMs: 10 }) {
    this.clock = clock;
    this.random = random;
    this.options = options;
  }

  /** The wire of the host that has this address. */
  host(address: Address): Wire {
    return {
      unsupported: (): readonly SocketOption[] => [],
      dial: (options, listener) => this.#dial(address, options, listener),
      listen: (options, listener) => this.#listen(address, options, listener),
    };
  }

  /** The way between two hosts. */
  path(x: Address, y: Address): SimPath<SimEnd> {
    const [from, to] = [formatAddress(x), formatAddress(y)];
    const known = this.#paths.get(from)?.get(to);
    if (known) return known;
    const smooth = { delayMs: 0, jitterMs: this.options.maxDelayMs, loss: 0, backoffMs: 0 };
    const { terms, random } = this.options.pathOf?.(x, y) ?? { terms: smooth, random: this.random };
    const path = new SimPath<SimEnd>(this.clock, random, terms);
    for (const [near, far] of [
      [from, to],
      [to, from],
    ] as const) {
      if (this.#dark.has(near)) path.block();
      this.#paths.set(near, (this.#paths.get(near) ?? new Map<string, SimPath<SimEnd>>()).set(far, path));
    }
    return path;
  }

  /** Nothing gets through between two hosts until `heal`; what is under way waits, as TCP would resend it. */
  partition(x: Address, y: Address): void {
    if (!this.#cuts.has(this.path(x, y))) this.path(x, y).block();
    this.#cuts.add(this.path(x, y));
  }

  heal(x: Address, y: Address): void {
    if (this.#cuts.delete(this.path(x, y))) this.path(x, y).unblock();
  }

  isCut(x: Address, y: Address): boolean {
    return this.path(x, y).isCut;
  }

  /** The host's connections are gone without a word, and nobody listens; the others learn when they next write. */
  crash(address: Address): void {
    for (const path of this.#pathsOf(address)) {
      for (const end of [...path.users]) if (sameAddress(end.local.address, address)) end.vanish();
    }
    for (const one of this.#listening.filter(({ local }) => sameAddress(local.address, address))) this.#unlisten(one);
  }

  /** Power failure: as `crash`, and nothing gets to the host nor from it until `powerOn`. */
  powerOff(address: Address): void {
    const host = formatAddress(address);
    if (this.#dark.has(host)) return;
    this.#dark.add(host);
    for (const path of this.#pathsOf(address)) path.block();
    this.crash(address);
  }

  powerOn(address: Address): void {
    if (!this.#dark.delete(formatAddress(address))) return;
    for (const path of this.#pathsOf(address)) path.unblock();
  }

  /** The process is gone and its kernel closes what it had open. */
  hangUp(address: Address): void {
    for (const path of this.#pathsOf(address)) {
      for (const end of [...path.users]) if (sameAddress(end.local.address, address)) end.close();
    }
    for (const one of this.#listening.filter(({ local }) => sameAddress(local.address, address))) this.#unlisten(one);
  }

  /** Aborts every connection between two hosts. */
  reset(x: Address, y: Address): void {
    for (const end of [...this.path(x, y).users]) end.fail("connection reset by the network");
  }

  /** Connections that live, each counted once. */
  get connections(): number {
    let ends = 0;
    for (const paths of this.#paths.values()) {
      for (const { users } of paths.values()) for (const end of users) if (end.isOpen) ends++;
    }
    return ends / 4;
  }

  #pathsOf(address: Address): Iterable<SimPath<SimEnd>> {
    return this.#paths.get(formatAddress(address))?.values() ?? [];
  }

  #dial(from: Address, options: DialOptions, listener: DialListener): Cancel {
    const { remote } = options;
    const source = { address: options.localAddress ?? from, zone: "", port: this.#nextPort++ };
    const path = this.path(source.address, remote.address);
    let isOver = false;
    const fail = (reason: string): void => {
      timeout();
      if (!isOver) listener.onFail(new ConnectFailed(formatEndpoint(remote), reason));
      isOver = true;
    };
    const timeout: Cancel = this.clock.after(millis(DIAL_WITHIN_MS), () => fail("no answer"));
    let caller: SimEnd | undefined;
    let retryMs = SYN_RETRY_MS;
    const call = (): void => {
      if (isOver) return;
      if (path.loses()) {
        this.clock.after(millis(retryMs), call);
        retryMs *= 2;
        return;
      }
      const there = this.#answering(remote);
      const password = there?.peers.find(({ range }) => covers(range, source.address))?.password;
      if (!there) fail("connection refused");
      // RFC 2385: segments with a wrong signature are dropped in silence.
      else if (password === options.password) caller = this.#connect(path, source, there, () => connected());
    };
    const connected = (): void => {
      timeout();
      if (isOver) caller?.reset();
      else listener.onConnect(caller!);
      isOver = true;
    };
    this.clock.after(path.delay() ?? millis(SYN_RETRY_MS), call);
    return () => {
      isOver = true;
      timeout();
    };
  }

  #answering(remote: Endpoint): Listening | undefined {
    return this.#listening.find(
      ({ local }) => local.port === remote.port && sameAddress(local.address, remote.address),
    );
  }

  /** Both ends learn of a connection in their own time: either may be the first to speak. */
  #connect(path: SimPath<SimEnd>, source: Endpoint, there: Listening, connected: () => void): SimEnd {
    const terms = { clock: this.clock, path, maxPiece: this.options.maxPiece, onWrite: this.options.onWrite };
    const [caller, callee] = connectedPair(terms, source, there.local);
    const delay = (): ReturnType<typeof millis> => path.delay() ?? millis(SYN_RETRY_MS);
    this.clock.after(delay(), () => callee.isOpen && there.listener.onAccept(callee));
    this.clock.after(delay(), () => caller.isOpen && connected());
    return caller;
  }

  #listen(address: Address, options: ListenOptions, listener: ListenListener): Cancel {
    const local = { address: options.address ?? address, zone: "", port: options.port || this.#nextPort++ };
    const one: Listening = { options, local, listener, peers: options.peers ?? [] };
    const taken = this.#listening.some(
      (o) => o.local.port === local.port && sameAddress(o.local.address, local.address),
    );
    if (!taken) this.#listening.push(one);
    const close = (): void => this.#unlisten(one);
    const cancel = this.clock.after(millis(0), () => {
      if (taken) listener.onFail(new ListenFailed(formatEndpoint(local), "address already in use"));
      else listener.onListening({ local, close, protect: (peers) => (one.peers = peers) });
    });
    return () => {
      cancel();
      close();
    };
  }

  #unlisten(one: Listening): void {
    const index = this.#listening.indexOf(one);
    if (index >= 0) this.#listening.splice(index, 1);
  }
}
