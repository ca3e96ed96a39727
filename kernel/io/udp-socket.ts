import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { datagramSlot } from "../datagram.ts";
import { errno } from "../errno.ts";
import { syscallFailed } from "../error.ts";
import {
  decodeSockaddr,
  encodeSockaddr,
  hostInt,
  socketNumbers as n,
  sockaddrRoom,
  tcpOptions,
} from "../tcp-options.ts";
import type { UdpOpen } from "../udp.ts";
import { addon, check } from "./addon.ts";
import { type DatagramListener, DatagramReceiver } from "./datagram-receiver.ts";
import { withNetns } from "./netns.ts";
import { setOption } from "./tcp-socket.ts";

/** A UDP socket that knows of what it hears how many hops it came, to which address and over which link. */
export class UdpSocket {
  /** The port it is bound to, also when the kernel chose it. */
  readonly port: number;
  readonly #fd: number;
  readonly #receiver: DatagramReceiver;

  /** @param listener absent: what arrives is left where it is, and dropped by the kernel. @throws KernelError */
  constructor(options: UdpOpen, listener?: DatagramListener) {
    const { address } = options;
    const family = address.family === "ipv4" ? n.AF_INET : n.AF_INET6;
    this.#fd = withNetns(options.netns, (inside) =>
      check("open UDP socket", addon().socket(family, n.SOCK_DGRAM, 0, inside)),
    );
    try {
      this.port = this.#open(options, listener !== undefined);
      this.#receiver = new DatagramReceiver(this.#fd, "UDP socket", datagramSlot, listener);
    } catch (error) {
      addon().close(this.#fd);
      throw error;
    }
  }

  /** Sends one datagram. Answers 0, or the number of the error: a datagram that cannot leave is no event. */
  send(octets: Uint8Array, address: Address, port: number, ifindex = 0): number {
    if (this.#receiver.isClosed) return errno.EBADF;
    return Math.max(0, -addon().sendTo(this.#fd, octets, encodeSockaddr(address, port, ifindex)));
  }

  /** Hands over what has arrived, without waiting for the loop. */
  drain(): void {
    this.#receiver.drain();
  }

  /** Hears and sends no more. */
  close(): void {
    this.#receiver.close();
  }

  #open({ address, ifindex, port, ttl, trafficClass }: UdpOpen, hears: boolean): number {
    const options = tcpOptions(address.family, { ttl, ...(trafficClass !== undefined && { trafficClass }) });
    if (!options) throw syscallFailed("set UDP options: a value out of its range", errno.EINVAL);
    for (const option of options) setOption(this.#fd, option);
    const v4 = address.family === "ipv4";
    const level = v4 ? n.IPPROTO_IP : n.IPPROTO_IPV6;
    const isSet = (what: keyof typeof n): void => {
      setOption(this.#fd, { what, level, name: n[what], value: hostInt(1) });
    };
    if (!v4) isSet("IPV6_V6ONLY");
    if (hears) {
      isSet(v4 ? "IP_RECVTTL" : "IPV6_RECVHOPLIMIT");
      isSet(v4 ? "IP_PKTINFO" : "IPV6_RECVPKTINFO");
    }
    const operation = `bind to ${formatAddress(address)} UDP port ${port}`;
    check(operation, addon().bind(this.#fd, encodeSockaddr(address, port, ifindex)));
    const own = new Uint8Array(sockaddrRoom);
    check(operation, addon().getsockname(this.#fd, own));
    return decodeSockaddr(own)?.port ?? port;
  }
}
