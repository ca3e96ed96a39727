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

/** How long a call into silence lasts. */
export const DIAL_WITHIN_MS = 20_000;

/** How rough the network is. */
export interface SimNetworkOptions {
  /** Longest time anything takes on its way, milliseconds; each piece draws its own, order kept. */
  readonly maxDelayMs: number;
  /** Longest piece into which writes are cut; undefined cuts nothing. */
  readonly maxPiece?: number;
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
  readonly #cuts = new Set<string>();
  #ends: SimEnd[] = [];
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

  /** Nothing gets through between two hosts until `heal`; what is under way waits, as TCP would resend it. */
  partition(x: Address, y: Address): void {
    this.#cuts.add(cutKey(x, y));
  }

  heal(x: Address, y: Address): void {
    this.#cuts.delete(cutKey(x, y));
    for (const end of this.#ends) end.pump();
  }

  isCut(x: Address, y: Address): boolean {
    return this.#cuts.has(cutKey(x, y));
  }

  /** Power failure: the host's connections are gone without a word; the others learn when they next write. */
  crash(address: Address): void {
    for (const end of this.#ends) if (sameAddress(end.local.address, address)) end.vanish();
    for (const one of this.#listening.filter(({ local }) => sameAddress(local.address, address))) this.#unlisten(one);
  }

  /** Aborts every connection between two hosts. */
  reset(x: Address, y: Address): void {
    for (const end of this.#ends) {
      if (cutKey(end.local.address, end.remote.address) === cutKey(x, y)) end.fail("connection reset by the network");
    }
  }

  /** Connections that live, each counted once. */
  get connections(): number {
    this.#ends = this.#ends.filter((end) => end.isOpen);
    return this.#ends.length / 2;
  }

  #dial(from: Address, options: DialOptions, listener: DialListener): Cancel {
    const { remote } = options;
    const source = { address: options.localAddress ?? from, zone: "", port: this.#nextPort++ };
    let isOver = false;
    const fail = (reason: string): void => {
      if (!isOver) listener.onFail(new ConnectFailed(formatEndpoint(remote), reason));
      isOver = true;
    };
    const timeout = this.clock.after(millis(DIAL_WITHIN_MS), () => fail("no answer"));
    let caller: SimEnd | undefined;
    const call = (): void => {
      if (isOver || this.isCut(source.address, remote.address)) return;
      const there = this.#answering(remote);
      const password = there?.peers.find(({ range }) => covers(range, source.address))?.password;
      if (!there) fail("connection refused");
      // RFC 2385: segments with a wrong signature are dropped in silence.
      else if (password === options.password) caller = this.#connect(source, there, () => connected());
    };
    const connected = (): void => {
      timeout();
      if (isOver) caller?.reset();
      else listener.onConnect(caller!);
      isOver = true;
    };
    this.clock.after(this.delay(), call);
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
  #connect(source: Endpoint, there: Listening, connected: () => void): SimEnd {
    const [caller, callee] = connectedPair(this, source, there.local);
    this.#ends = [...this.#ends.filter((end) => end.isOpen), caller, callee];
    this.clock.after(this.delay(), () => callee.isOpen && there.listener.onAccept(callee));
    this.clock.after(this.delay(), () => caller.isOpen && connected());
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

  /** How long the next thing takes. */
  delay(): ReturnType<typeof millis> {
    return millis(this.random() * this.options.maxDelayMs);
  }
}

function cutKey(x: Address, y: Address): string {
  const [first, second] = [formatAddress(x), formatAddress(y)];
  return first < second ? `${first} ${second}` : `${second} ${first}`;
}
