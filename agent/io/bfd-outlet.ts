import { multihopPort, requiredTtl, singleHopPort, sourcePorts } from "../../bgp/bfd/arrival.ts";
import type { BfdOutlet, BfdPath } from "../../bgp/bfd/ports.ts";
import { errno } from "../../kernel/errno.ts";
import { KernelError } from "../../kernel/error.ts";
import { UdpSocket } from "../../kernel/io/udp-socket.ts";
import type { Random } from "../../lib/random.ts";
import { ipv4, ipv6 } from "../../net/address.ts";

/** Ports tried before the next packet has to try again. */
const portsATry = 16;
/** DSCP CS6, as routing protocols mark their packets. */
const trafficClass = 0xc0;

/** What an outlet needs to know of the machine. */
export interface OutletOptions {
  readonly netns?: string;
  readonly random: Random;
  readonly ifindexOf: (name: string) => number | undefined;
  /** The socket could not be had, and why; told for every packet that could not leave. */
  readonly failed: (why: string) => void;
}

/** The socket that one session sends from, with a source port of its own (RFC 5881 4); opened when a packet is to leave. */
export class SocketOutlet implements BfdOutlet {
  readonly #path: BfdPath;
  readonly #options: OutletOptions;
  #port = 0;
  #ifindex = 0;
  #socket: UdpSocket | undefined;

  constructor(path: BfdPath, options: OutletOptions) {
    this.#path = path;
    this.#options = options;
  }

  /** The link last sent over; 0 when the kernel chooses it. */
  get ifindex(): number {
    return this.#ifindex;
  }

  send(octets: Uint8Array): void {
    const { remote, zone, multihop } = this.#path;
    const ifindex = zone === "" ? 0 : this.#options.ifindexOf(zone);
    if (ifindex === undefined) {
      this.#options.failed(`there is no interface ${zone}`);
      return;
    }
    // An interface that was made anew has another index, and a socket bound to a link-local address knows the old one.
    if (ifindex !== this.#ifindex) this.close();
    this.#ifindex = ifindex;
    this.#socket ??= this.#open();
    this.#socket?.send(octets, remote, multihop ? multihopPort : singleHopPort, ifindex);
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #open(): UdpSocket | undefined {
    const { remote, local } = this.#path;
    const { netns, random, failed } = this.#options;
    const address = local ?? (remote.family === "ipv4" ? ipv4(0) : ipv6(0, 0, 0, 0));
    const { first, last } = sourcePorts;
    for (let attempt = 0; attempt < portsATry; attempt++) {
      const port = attempt === 0 && this.#port !== 0 ? this.#port : first + Math.floor(random() * (last + 1 - first));
      const where = { address, ifindex: this.#ifindex, ...(netns !== undefined && { netns }) };
      try {
        const socket = new UdpSocket({ ...where, port, ttl: requiredTtl, trafficClass });
        this.#port = port;
        return socket;
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        if (error.facts.errno === errno.EADDRINUSE) continue;
        failed(error.message);
        return undefined;
      }
    }
    failed(`${portsATry} source ports in a row were taken`);
    return undefined;
  }
}
