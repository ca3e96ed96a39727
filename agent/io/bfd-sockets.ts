import { type BfdArrival, multihopPort, requiredTtl, singleHopPort } from "../../bgp/bfd/arrival.ts";
import type { BfdFact } from "../../bgp/bfd/fact.ts";
import type { BfdOutlet, BfdPath } from "../../bgp/bfd/ports.ts";
import { KernelError } from "../../kernel/error.ts";
import { UdpSocket } from "../../kernel/io/udp-socket.ts";
import type { Datagram } from "../../kernel/udp.ts";
import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { Random } from "../../lib/random.ts";
import { seconds } from "../../lib/unit.ts";
import { ipv4, ipv6 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { SocketOutlet } from "./bfd-outlet.ts";

/** How long to wait before a port that somebody else has is tried again. */
const retrySeconds = 2;

/** What the sockets need to know of the machine. */
export interface BfdSocketsOptions {
  readonly netns?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly tell: Tell<BfdFact>;
  readonly ifindexOf: (name: string) => number | undefined;
  readonly received: (arrival: BfdArrival) => void;
}

/** The sockets of all sessions: one to send for each of them, and up to four to hear (two families, two kinds). */
export class BfdSockets {
  readonly #options: BfdSocketsOptions;
  readonly #ears = new Map<string, Ear>();
  /** Sessions over a named interface: what its index is called. */
  readonly #outlets = new Map<SocketOutlet, string>();

  constructor(options: BfdSocketsOptions) {
    this.#options = options;
  }

  /** The way out of a session; with the first of its kind the port is opened on which its peer is heard. */
  open(path: BfdPath): BfdOutlet {
    const { remote, zone, multihop } = path;
    const key = `${remote.family} ${multihop ? multihopPort : singleHopPort}`;
    const ear =
      this.#ears.get(key) ??
      new Ear(remote.family, multihop, this.#options, (datagram) => this.#hear(datagram, multihop));
    this.#ears.set(key, ear);
    ear.users++;
    const what = `to ${formatAddress(remote)}${zone === "" ? "" : `%${zone}`}`;
    let told = "";
    const failed = (why: string): void => {
      if (why !== told) this.#options.tell({ fact: "bgp.bfd-socket-failed", what, why });
      told = why;
    };
    const outlet = new SocketOutlet(path, { ...this.#options, failed });
    this.#outlets.set(outlet, zone);
    return {
      send: (octets) => outlet.send(octets),
      close: () => {
        outlet.close();
        if (!this.#outlets.delete(outlet)) return;
        if (--ear.users > 0) return;
        ear.close();
        this.#ears.delete(key);
      },
    };
  }

  /** Hands over what has arrived, without waiting for the loop. */
  drain(): void {
    for (const ear of this.#ears.values()) ear.drain();
  }

  #hear({ remote, local, ifindex, ttl, octets }: Datagram, multihop: boolean): void {
    this.#options.received({ remote: remote.address, local, zone: this.#zoneOf(ifindex), ttl, multihop, octets });
  }

  /** What sessions call a link; one that none of them names only has a number. */
  #zoneOf(ifindex: number): string {
    for (const [outlet, zone] of this.#outlets) if (zone !== "" && outlet.ifindex === ifindex) return zone;
    return `link ${ifindex}`;
  }
}

/** A port on which peers are heard; tried again as long as somebody else has it. */
class Ear {
  users = 0;
  readonly #family: Family;
  readonly #multihop: boolean;
  readonly #options: BfdSocketsOptions;
  readonly #hear: (datagram: Datagram) => void;
  #socket: UdpSocket | undefined;
  #cancel: Cancel = () => {};
  #told = "";

  constructor(family: Family, multihop: boolean, options: BfdSocketsOptions, hear: (datagram: Datagram) => void) {
    this.#family = family;
    this.#multihop = multihop;
    this.#options = options;
    this.#hear = hear;
    this.#open();
  }

  drain(): void {
    this.#socket?.drain();
  }

  close(): void {
    this.#cancel();
    this.#socket?.close();
  }

  #open(): void {
    const { netns } = this.#options;
    const address = this.#family === "ipv4" ? ipv4(0) : ipv6(0, 0, 0, 0);
    const port = this.#multihop ? multihopPort : singleHopPort;
    const failed = (error: KernelError): void => this.#again(port, error);
    try {
      const where = { address, port, ttl: requiredTtl, ...(netns !== undefined && { netns }) };
      this.#socket = new UdpSocket(where, { received: this.#hear, failed });
      this.#told = "";
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      failed(error);
    }
  }

  #again(port: number, { message }: KernelError): void {
    this.#socket = undefined;
    const what = `${this.#family} UDP port ${port}`;
    if (message !== this.#told) this.#options.tell({ fact: "bgp.bfd-socket-failed", what, why: message });
    this.#told = message;
    this.#cancel = this.#options.clock.after(seconds(retrySeconds), () => this.#open());
  }
}
