import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { datagramSlot, readDatagram } from "../datagram.ts";
import { errno } from "../errno.ts";
import { type KernelError, syscallFailed } from "../error.ts";
import {
  decodeSockaddr,
  encodeSockaddr,
  hostInt,
  socketNumbers as n,
  sockaddrRoom,
  tcpOptions,
} from "../tcp-options.ts";
import type { Datagram, UdpOpen } from "../udp.ts";
import { addon, check, READABLE, type Watch } from "./addon.ts";
import { withNetns } from "./netns.ts";
import { setOption } from "./tcp-socket.ts";

/** Datagrams read by one system call, and calls before others have their turn. */
const atOnce = 32;
const callsATurn = 8;

/** One buffer for all sockets of this thread: a datagram is done with before the next ones are read. */
let room: Uint8Array | undefined;

/** What happens at a socket that hears. */
export interface UdpListener {
  received(datagram: Datagram): void;
  /** The socket hears no more and is closed. */
  failed(error: KernelError): void;
}

/** A UDP socket that knows of what it hears how many hops it came, to which address and over which link. */
export class UdpSocket {
  /** The port it is bound to, also when the kernel chose it. */
  readonly port: number;
  readonly #fd: number;
  #listener: UdpListener | undefined;
  #watch: Watch | undefined;
  #isClosed = false;

  /** @param listener absent: what arrives is left where it is, and dropped by the kernel. @throws KernelError */
  constructor(options: UdpOpen, listener?: UdpListener) {
    const { address } = options;
    const family = address.family === "ipv4" ? n.AF_INET : n.AF_INET6;
    this.#listener = listener;
    this.#fd = withNetns(options.netns, (inside) =>
      check("open UDP socket", addon().socket(family, n.SOCK_DGRAM, 0, inside)),
    );
    try {
      this.port = this.#open(options);
      this.#watch = this.#hold();
    } catch (error) {
      addon().close(this.#fd);
      throw error;
    }
  }

  /** Sends one datagram. Answers 0, or the number of the error: a datagram that cannot leave is no event. */
  send(octets: Uint8Array, address: Address, port: number, ifindex = 0): number {
    if (this.#isClosed) return errno.EBADF;
    return Math.max(0, -addon().sendTo(this.#fd, octets, encodeSockaddr(address, port, ifindex)));
  }

  /** Hands over what has arrived, without waiting for the loop. */
  drain(): void {
    for (let call = 0; call < callsATurn && !this.#isClosed && this.#listener; call++) {
      room ??= new Uint8Array(atOnce * datagramSlot);
      const count = addon().receiveMessages(this.#fd, room);
      if (count < 0) this.#fail(syscallFailed("receive datagrams", -count));
      for (let i = 0; i < count; i++) this.#hand(room.slice(i * datagramSlot, (i + 1) * datagramSlot));
      if (count < atOnce) return;
    }
  }

  /** Hears and sends no more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#watch) addon().unwatch(this.#watch);
    addon().close(this.#fd);
  }

  /** A slot of its own each: whoever hears one may drain again. */
  #hand(slot: Uint8Array): void {
    const datagram = this.#isClosed ? undefined : readDatagram(slot);
    if (datagram) this.#listener?.received(datagram);
  }

  #fail(error: KernelError): void {
    this.close();
    this.#listener?.failed(error);
  }

  #open({ address, ifindex, port, ttl, trafficClass }: UdpOpen): number {
    const options = tcpOptions(address.family, { ttl, ...(trafficClass !== undefined && { trafficClass }) });
    if (!options) throw syscallFailed("set UDP options: a value out of its range", errno.EINVAL);
    for (const option of options) setOption(this.#fd, option);
    const v4 = address.family === "ipv4";
    const level = v4 ? n.IPPROTO_IP : n.IPPROTO_IPV6;
    const isSet = (what: keyof typeof n): void => {
      setOption(this.#fd, { what, level, name: n[what], value: hostInt(1) });
    };
    if (!v4) isSet("IPV6_V6ONLY");
    if (this.#listener) {
      isSet(v4 ? "IP_RECVTTL" : "IPV6_RECVHOPLIMIT");
      isSet(v4 ? "IP_PKTINFO" : "IPV6_RECVPKTINFO");
    }
    const operation = `bind to ${formatAddress(address)} UDP port ${port}`;
    check(operation, addon().bind(this.#fd, encodeSockaddr(address, port, ifindex)));
    const own = new Uint8Array(sockaddrRoom);
    check(operation, addon().getsockname(this.#fd, own));
    return decodeSockaddr(own)?.port ?? port;
  }

  /** Also one that only sends is watched, so that it is closed when its thread dies. */
  #hold(): Watch {
    const watched = addon().watch(this.#fd, this.#listener ? READABLE : 0, (events) => {
      if (events < 0) this.#fail(syscallFailed("watch UDP socket", -events));
      else this.drain();
    });
    if (typeof watched === "number") throw syscallFailed("watch UDP socket", -watched);
    return watched;
  }
}
