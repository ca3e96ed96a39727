import type { Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import { millis } from "../../lib/unit.ts";
import type { Address } from "../../net/address.ts";
import type { BfdFact } from "../bfd/fact.ts";
import type { BfdState } from "../bfd/port.ts";
import type { BfdPath } from "../bfd/ports.ts";
import { BfdSessions } from "../bfd/sessions.ts";

/** A host at a link in memory: its sessions, and what its watchers heard, by their number. */
export interface LinkedHost {
  readonly address: Address;
  readonly sessions: BfdSessions;
  readonly heard: Map<number, BfdState[]>;
  readonly facts: BfdFact[];
  /** Octets it sent, oldest first, with when. */
  readonly sent: { readonly at: number; readonly octets: Uint8Array }[];
  /** What arrives waits until it is awake. */
  isAsleep: boolean;
}

/** Hosts that hear each other's BFD packets, some of which are lost; one seed, one history. */
export class BfdLink {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #hosts: LinkedHost[] = [];
  readonly #waiting = new Map<LinkedHost, (() => void)[]>();
  /** The part of the packets that is lost, 0 to 1. */
  loss = 0;
  delayMs = 1;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A host of this address. */
  host(address: Address, most?: number): LinkedHost {
    const heard = new Map<number, BfdState[]>();
    const facts: BfdFact[] = [];
    const sessions = new BfdSessions(
      {
        clock: this.#clock,
        random: this.#random,
        tell: (fact) => void facts.push(fact),
        open: (path) => ({ send: (octets) => this.#carry(host, path, octets), close: () => {} }),
        drain: () => this.#deliver(host),
        hear: (watcher, state) => void heard.set(watcher, [...(heard.get(watcher) ?? []), state]),
      },
      most,
    );
    const host: LinkedHost = { address, sessions, heard, facts, sent: [], isAsleep: false };
    this.#hosts.push(host);
    return host;
  }

  #carry(from: LinkedHost, path: BfdPath, octets: Uint8Array): void {
    from.sent.push({ at: this.#clock.now(), octets });
    const to = this.#hosts.find(({ address }) => address.a === path.remote.a);
    if (!to || this.#random() < this.loss) return;
    const arrival = {
      remote: from.address,
      local: to.address,
      zone: "eth0",
      ttl: 255,
      multihop: path.multihop,
      octets,
    };
    const arrive = (): void => void to.sessions.receive(arrival);
    this.#clock.after(millis(this.delayMs), () => {
      if (to.isAsleep) this.#waiting.set(to, [...(this.#waiting.get(to) ?? []), arrive]);
      else arrive();
    });
  }

  #deliver(host: LinkedHost): void {
    const waiting = this.#waiting.get(host) ?? [];
    this.#waiting.delete(host);
    for (const arrive of waiting) arrive();
  }
}
