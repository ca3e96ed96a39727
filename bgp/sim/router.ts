import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import { millis, seconds } from "../../lib/unit.ts";
import type { Address } from "../../net/address.ts";
import { families } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import type { BgpFact } from "../fact.ts";
import { BGP_PORT, type PeerConfig, type SpeakerConfig } from "../speaker/config.ts";
import type { LocalRoute } from "../speaker/local-routes.ts";
import { Speaker } from "../speaker/speaker.ts";
import type { DialListener, ListenListener, Wire } from "../wire.ts";
import { SimFib } from "./fib.ts";
import type { SimNetwork } from "./wire.ts";

/** What a router is, beside its name: its AS, what it announces, and what differs from the defaults of a speaker. */
export interface RouterTerms extends Partial<Omit<SpeakerConfig, "asn" | "routerId" | "listen" | "restart">> {
  readonly asn: number;
  /** Prefixes it announces, as text. */
  readonly announces?: readonly string[];
  /** Its IPv4 address, as text, which is its router id too; the next free of 10.255.0.0/16 when absent. */
  readonly address?: string;
  /** When it boots, from when it is put into the network. */
  readonly startsAfterSeconds?: number;
  /** How long after its start calls can come in; until then they are refused. */
  readonly listensAfterSeconds?: number;
}

/** What a router lives in. */
export interface RouterWorld {
  readonly wires: SimNetwork;
  readonly clock: Clock;
  /** Chance of one life of one router. */
  readonly randomOf: (what: string) => Random;
  readonly tell: (router: string, what: BgpFact | string) => void;
}

/** One life of a process: whatever it left behind is silent once it is over. */
interface Life {
  readonly number: number;
  isOver: boolean;
}

const defaults = {
  families,
  ebgpRequiresPolicy: false,
  gracefulRestart: { restartSeconds: 120, stalePathSeconds: 300 },
} as const;

/**
 * A router: a host with two addresses and a forwarding table, and the process on it, which may live several times. What it
 * is to do (peers, prefixes) outlives the process, as a configuration does.
 */
export class SimRouter {
  readonly name: string;
  readonly terms: RouterTerms;
  readonly address: Address;
  /** Next hop of its IPv6 routes. */
  readonly address6: Address;
  readonly fib: SimFib;
  /** By the peer's name. */
  readonly peers = new Map<string, PeerConfig>();
  /** By prefix text. */
  readonly announced = new Map<string, { readonly prefix: Prefix; readonly route: LocalRoute }>();
  readonly #world: RouterWorld;
  #speaker: Speaker | undefined;
  #life: Life = { number: 0, isOver: true };
  #cancelBoot: Cancel = () => {};

  constructor(name: string, terms: RouterTerms, addresses: readonly [Address, Address], world: RouterWorld) {
    this.name = name;
    this.terms = terms;
    [this.address, this.address6] = addresses;
    this.#world = world;
    this.fib = new SimFib((prefix) => {
      const entry = this.fib.entries.get(prefix);
      const way = entry ? entry.nextHops.join(" and ") || "a blackhole" : "nothing";
      world.tell(name, `forwards ${prefix} by ${way}`);
    });
  }

  /** The process, while it runs. */
  get speaker(): Speaker | undefined {
    return this.#speaker;
  }

  /** Whether the host forwards packets; a process that is away does not change that. */
  isForwarding = true;

  /** Sets one peer, in the process too. */
  setPeer(peer: string, config: PeerConfig): void {
    this.peers.set(peer, config);
    this.#speaker?.setPeer(config);
  }

  removePeer(peer: string): void {
    const config = this.peers.get(peer);
    this.peers.delete(peer);
    if (config) this.#speaker?.removePeer(config.address, config.zone);
  }

  announce(text: string, prefix: Prefix, route: LocalRoute): void {
    this.announced.set(text, { prefix, route });
    this.#speaker?.announce(prefix, route);
  }

  withdraw(text: string, prefix: Prefix): void {
    this.announced.delete(text);
    this.#speaker?.withdraw(prefix);
  }

  /** Starts the process after a while; what the forwarding table holds by then is what it has kept. */
  bootAfter(delaySeconds: number): void {
    this.#cancelBoot();
    if (delaySeconds <= 0) this.#boot();
    else this.#cancelBoot = this.#world.clock.after(seconds(delaySeconds), () => this.#boot());
  }

  /** Power is lost. With `keepsForwarding` only the part of the router that runs the process. */
  crash(keepsForwarding: boolean): void {
    this.#end();
    this.#world.wires.powerOff(this.address);
    this.isForwarding = keepsForwarding;
    if (!keepsForwarding) this.fib.clear();
  }

  /** The process ends without a NOTIFICATION; its kernel closes TCP and goes on forwarding, or is cleared. */
  exit(keepsForwarding: boolean): void {
    this.#end();
    this.#world.wires.hangUp(this.address);
    if (!keepsForwarding) this.fib.clear();
  }

  #end(): void {
    this.#cancelBoot();
    this.#life.isOver = true;
    this.#speaker = undefined;
  }

  #boot(): void {
    const { wires, clock, randomOf, tell } = this.#world;
    const life: Life = { number: this.#life.number + 1, isOver: false };
    this.#life = life;
    this.isForwarding = true;
    wires.powerOn(this.address);
    const preserved = families.filter((family) => this.fib.holds(family));
    const {
      announces: _,
      address: _address,
      startsAfterSeconds: _start,
      listensAfterSeconds = 0,
      ...said
    } = this.terms;
    tell(this.name, `starts${preserved.length > 0 ? ` with ${preserved.join(" and ")} routes kept` : ""}`);
    const speaker = new Speaker(
      {
        ...defaults,
        ...said,
        routerId: this.address.a,
        listen: { address: this.address, port: BGP_PORT },
        restart: { restarting: preserved.length > 0, forwardingPreserved: preserved },
      },
      {
        wire: lifetimeWire(life, wires.host(this.address), clock, listensAfterSeconds),
        clock: lifetimeClock(life, clock),
        random: randomOf(`${this.name} ${life.number}`),
        turns: { soon: (run) => void clock.after(millis(0), () => life.isOver || run()) },
        tell: (fact) => life.isOver || tell(this.name, fact),
        sink: {
          apply: (changes, done) => {
            this.fib.apply(changes, life.number);
            clock.after(millis(1), () => life.isOver || done());
          },
          inSync: (family) => this.fib.sweep(family, life.number),
        },
      },
    );
    this.#speaker = speaker;
    for (const { prefix, route } of sorted(this.announced)) speaker.announce(prefix, route);
    for (const config of sorted(this.peers)) speaker.setPeer(config);
    speaker.start();
  }
}

/** The values of a map by the order of their keys. */
function sorted<Value>(map: ReadonlyMap<string, Value>): Value[] {
  return [...map].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, value]) => value);
}

/** A clock whose timers die with the process. */
function lifetimeClock(life: Life, clock: Clock): Clock {
  return {
    now: () => clock.now(),
    wall: () => clock.wall(),
    after: (delay, fire) => clock.after(delay, () => life.isOver || fire()),
  };
}

/** A wire whose calls die with the process, and whose port opens late. */
function lifetimeWire(life: Life, wire: Wire, clock: Clock, listensAfterSeconds: number): Wire {
  const dialled = (listener: DialListener): DialListener => ({
    onConnect: (connection) => (life.isOver ? connection.reset() : listener.onConnect(connection)),
    onFail: (error) => life.isOver || listener.onFail(error),
  });
  const waiting = (listener: ListenListener): ListenListener => ({
    onListening: (one) => (life.isOver ? one.close() : listener.onListening(one)),
    onAccept: (connection) => (life.isOver ? connection.reset() : listener.onAccept(connection)),
    onFail: (error) => life.isOver || listener.onFail(error),
  });
  return {
    unsupported: (options) => wire.unsupported(options),
    dial: (options, listener) => wire.dial(options, dialled(listener)),
    listen: (options, listener) => {
      if (listensAfterSeconds <= 0) return wire.listen(options, waiting(listener));
      let close: Cancel = () => {};
      const cancel = clock.after(seconds(listensAfterSeconds), () => {
        if (!life.isOver) close = wire.listen(options, waiting(listener));
      });
      return () => {
        cancel();
        close();
      };
    },
  };
}
