import { readDatagram } from "../datagram.ts";
import { type KernelError, syscallFailed } from "../error.ts";
import type { Datagram } from "../udp.ts";
import { addon, READABLE, type Watch } from "./addon.ts";

/** Datagrams read by one system call, and calls before others have their turn. */
const atOnce = 32;
const callsATurn = 8;

/** One buffer for all sockets of this thread: a datagram is done with before the next ones are read. */
let room: Uint8Array | undefined;

/** What happens at a socket that hears. */
export interface DatagramListener {
  received(datagram: Datagram): void;
  /** The socket hears no more and is closed. */
  failed(error: KernelError): void;
}

/** Reads the datagrams of a socket, each with what the kernel knows of its way here, and closes it in the end. */
export class DatagramReceiver {
  readonly #fd: number;
  readonly #what: string;
  readonly #slot: number;
  readonly #listener: DatagramListener | undefined;
  readonly #watch: Watch;
  #isClosed = false;

  /**
   * @param what the kind of socket, for errors
   * @param slot octets of a datagram with its head: `datagramSlot`, `packetSlot`
   * @param listener absent: what arrives is left where it is, and dropped by the kernel
   * @throws KernelError when it cannot be watched; the descriptor is then still the caller's
   */
  constructor(fd: number, what: string, slot: number, listener: DatagramListener | undefined) {
    this.#fd = fd;
    this.#what = what;
    this.#slot = slot;
    this.#listener = listener;
    // Also one that only sends is watched, so that it is closed when its thread dies.
    const watched = addon().watch(fd, listener ? READABLE : 0, (events) => {
      if (events < 0) this.#fail(syscallFailed(`watch ${this.#what}`, -events));
      else this.drain();
    });
    if (typeof watched === "number") throw syscallFailed(`watch ${what}`, -watched);
    this.#watch = watched;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Hands over what has arrived, without waiting for the loop. */
  drain(): void {
    const slot = this.#slot;
    for (let call = 0; call < callsATurn && !this.#isClosed && this.#listener; call++) {
      if (room === undefined || room.length < atOnce * slot) room = new Uint8Array(atOnce * slot);
      const count = addon().receiveMessages(this.#fd, room.subarray(0, atOnce * slot), slot);
      if (count < 0) this.#fail(syscallFailed(`receive from ${this.#what}`, -count));
      // A copy: whoever hears one may drain again.
      const slots = room.slice(0, Math.max(0, count) * slot);
      for (let i = 0; i < count; i++) this.#hand(slots.subarray(i * slot, (i + 1) * slot));
      if (count < atOnce) return;
    }
  }

  /** Hears no more, and closes the descriptor. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    addon().unwatch(this.#watch);
    addon().close(this.#fd);
  }

  #hand(slot: Uint8Array): void {
    const datagram = this.#isClosed ? undefined : readDatagram(slot);
    if (datagram) this.#listener?.received(datagram);
  }

  #fail(error: KernelError): void {
    this.close();
    this.#listener?.failed(error);
  }
}
