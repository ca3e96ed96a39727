/*
 * Whole networks of speakers in one process: real speakers and sessions over a TCP network in memory, on a clock that
 * moves only when told. One seed, one history.
 */
import type { Tell } from "../../lib/fact.ts";
import { type Random, seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { type Address, ipv4 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { type Family, families } from "../../net/family.ts";
import { formatPrefix } from "../../net/prefix.ts";
import type { Bfd } from "../bfd/port.ts";
import type { BgpFact } from "../fact.ts";
import type { PeerConfig, SpeakerConfig } from "../speaker/config.ts";
import type { RouteSink, Turns } from "../speaker/ports.ts";
import { Speaker } from "../speaker/speaker.ts";
import { SimNetwork } from "./wire.ts";

/** How a network is made. */
export interface NetworkOptions {
  readonly seed: number;
  /** Longest time a piece of data is under way. */
  readonly maxDelayMs?: number;
  readonly tell?: (router: string, fact: BgpFact) => void;
}

/** What may be said of a router beside its AS. */
export type RouterOptions = Partial<Omit<SpeakerConfig, "asn" | "routerId" | "listen">> & {
  readonly sink?: RouteSink;
  readonly bfd?: Bfd;
};

/** A speaker in the network. */
export interface Router {
  readonly name: string;
  readonly asn: number;
  readonly address: Address;
  readonly speaker: Speaker;
}

/** A network of routers: put it together, let time pass, break it, and look. */
export class Network {
  readonly clock = new SimClock();
  readonly wires: SimNetwork;
  readonly #random: Random;
  readonly #tell: (router: string, fact: BgpFact) => void;
  readonly #routers = new Map<string, Router>();
  readonly #turns: Turns = { soon: (run) => void this.clock.after(millis(0), run) };
  #count = 0;

  constructor(options: NetworkOptions) {
    this.#random = seededRandom(options.seed);
    this.#tell = options.tell ?? (() => {});
    this.wires = new SimNetwork(this.clock, this.#random, { maxDelayMs: options.maxDelayMs ?? 10 });
  }

  /** A router of its own address, started: 10.255.0.1, 10.255.0.2 and so on, which is its router id too. */
  router(name: string, asn: number, options: RouterOptions = {}): Router {
    const address = ipv4(0x0aff0001 + this.#count++);
    const { sink, bfd, ...config } = options;
    const tell: Tell<BgpFact> = (fact) => this.#tell(name, fact);
    const speaker = new Speaker(
      {
        asn,
        routerId: address.a,
        families,
        listen: { address, port: 179 },
        ebgpRequiresPolicy: false,
        gracefulRestart: { restartSeconds: 120, stalePathSeconds: 300 },
        restart: { restarting: false, forwardingPreserved: [] },
        ...config,
      },
      {
        wire: this.wires.host(address),
        clock: this.clock,
        random: this.#random,
        turns: this.#turns,
        tell,
        ...(sink && { sink }),
        ...(bfd && { bfd }),
      },
    );
    const router = { name, asn, address, speaker };
    this.#routers.set(name, router);
    speaker.start();
    return router;
  }

  /** Makes two routers peers of each other; `of` says more of the second as the first sees it, `back` the reverse. */
  link(x: Router, y: Router, of: Partial<PeerConfig> = {}, back: Partial<PeerConfig> = {}): void {
    x.speaker.setPeer({ address: y.address, asn: y.asn, localAddress: x.address, ...of });
    y.speaker.setPeer({ address: x.address, asn: x.asn, localAddress: y.address, ...back });
  }

  /** Takes the configuration of a link away. */
  unlink(x: Router, y: Router): void {
    x.speaker.removePeer(y.address);
    y.speaker.removePeer(x.address);
  }

  /** Nothing passes between two routers any more, and nobody is told. */
  cut(x: Router, y: Router): void {
    this.wires.partition(x.address, y.address);
  }

  heal(x: Router, y: Router): void {
    this.wires.heal(x.address, y.address);
  }

  /** Lets time pass. */
  run(forSeconds: number): void {
    this.clock.advance(seconds(forSeconds));
  }

  /** The best routes of a router as text: prefix → name of the router it came from, or `local`. */
  routes(router: Router, family: Family = "ipv4"): Map<string, string> {
    const nameOf = new Map([...this.#routers.values()].map(({ name, address }) => [formatAddress(address), name]));
    const found = [...router.speaker.routes(family)].map(({ prefix, from }): [string, string] => [
      formatPrefix(prefix),
      nameOf.get(from) ?? from,
    ]);
    return new Map(found.sort(([x], [y]) => (x < y ? -1 : 1)));
  }
}
