import type { Socket } from "node:net";
import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { covers, formatPrefix } from "../../net/prefix.ts";
import { errno } from "../errno.ts";
import { KernelError, syscallFailed } from "../error.ts";
import type { TcpListen, TcpPeer } from "../tcp.ts";
import { decodeSockaddr, encodeSockaddr, hostInt, socketNumbers as n, sockaddrRoom } from "../tcp-options.ts";
import { addon, check, READABLE, type Watch } from "./addon.ts";
import { adopt, openTcp, setMd5, setOption, setTcpOptions } from "./tcp-socket.ts";

/** What happens at a waiting socket. */
export interface TcpListenerEvents {
  /** Somebody is connected; the socket does not read yet. */
  onAccept(socket: Socket, from: { readonly address: Address; readonly port: number; readonly ifindex: number }): void;
  /** The socket waits no more. */
  onFail(error: KernelError): void;
}

const backlog = 512;
/** How long to wait for descriptors to become free before accepting again. */
const exhaustedMs = 1000;

/**
 * A waiting TCP socket that holds each caller to what its range is held to. Accepts by itself instead of through
 * `net.Server`, because TTL security of one peer has to be set on its connection and node:net shows no descriptor.
 */
export class TcpListener {
  /** The port waited on, also when the kernel chose it. */
  readonly port: number;
  readonly #fd: number;
  readonly #options: TcpListen;
  readonly #events: TcpListenerEvents;
  readonly #caller = new Uint8Array(sockaddrRoom);
  #peers: readonly TcpPeer[] = [];
  #watch: Watch | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @throws KernelError when the address cannot be had or an option is refused */
  constructor(options: TcpListen, events: TcpListenerEvents) {
    this.#options = options;
    this.#events = events;
    this.#fd = openTcp(options.address, options.netns);
    try {
      this.port = this.#open();
      this.setPeers(options.peers ?? []);
      check("listen", addon().listen(this.#fd, backlog));
      this.#resume();
    } catch (error) {
      addon().close(this.#fd);
      throw error;
    }
  }

  /** Replaces what callers are held to; connections that stand keep what they have. @throws KernelError */
  setPeers(peers: readonly TcpPeer[]): void {
    const ranges = new Set(peers.filter(({ md5 }) => md5 !== undefined).map(({ range }) => formatPrefix(range)));
    for (const { range, md5 } of this.#peers) {
      if (md5 !== undefined && !ranges.has(formatPrefix(range))) setMd5(this.#fd, range, "");
    }
    for (const { range, md5 } of peers) if (md5 !== undefined) setMd5(this.#fd, range, md5);
    // The SYN-ACK is ours too: a caller with TTL security drops one that left with less than 255.
    const ttl = Math.max(this.#options.ttl ?? 0, ...peers.map((peer) => peer.ttl ?? 0));
    if (ttl > 0) setTcpOptions(this.#fd, this.#options.address, { ttl });
    this.#peers = [...peers].sort((x, y) => y.range.length - x.range.length);
  }

  /** Waits no more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#pause);
    if (this.#watch) addon().unwatch(this.#watch);
    addon().close(this.#fd);
  }

  #open(): number {
    const { address, port } = this.#options;
    setOption(this.#fd, { what: "SO_REUSEADDR", level: n.SOL_SOCKET, name: n.SO_REUSEADDR, value: hostInt(1) });
    if (address.family === "ipv6") {
      setOption(this.#fd, { what: "IPV6_V6ONLY", level: n.IPPROTO_IPV6, name: n.IPV6_V6ONLY, value: hostInt(1) });
    }
    setTcpOptions(this.#fd, address, this.#options);
    const operation = `bind to ${formatAddress(address)} port ${port}`;
    check(operation, addon().bind(this.#fd, encodeSockaddr(address, port)));
    const own = new Uint8Array(sockaddrRoom);
    check(operation, addon().getsockname(this.#fd, own));
    return decodeSockaddr(own)?.port ?? port;
  }

  #resume(): void {
    const watched = addon().watch(this.#fd, READABLE, () => this.#accept());
    if (typeof watched === "number") throw syscallFailed("watch listening socket", -watched);
    this.#watch = watched;
  }

  /** One caller a turn: the watch calls again for the next. */
  #accept(): void {
    if (this.#closed) return;
    const fd = addon().accept(this.#fd, this.#caller);
    if (fd >= 0) this.#hold(fd);
    else if (fd === -errno.EMFILE || fd === -errno.ENFILE || fd === -errno.ENOBUFS || fd === -errno.ENOMEM) {
      addon().unwatch(this.#watch!);
      this.#watch = undefined;
      this.#pause = setTimeout(() => this.#resume(), exhaustedMs);
    } else if (fd === -errno.EBADF || fd === -errno.EINVAL || fd === -errno.ENOTSOCK) {
      this.close();
      this.#events.onFail(syscallFailed("accept", -fd));
    }
    // Anything else is a caller that was gone again before we came.
  }

  /** Holds a caller to what its range is held to, and hands it over. One that cannot be held is turned away. */
  #hold(fd: number): void {
    const from = decodeSockaddr(this.#caller);
    const peer = from && this.#peers.find(({ range }) => covers(range, from.address));
    try {
      if (peer?.ttl !== undefined) setTcpOptions(fd, peer.range, { ttl: peer.ttl });
      if (peer?.minTtl !== undefined) setTcpOptions(fd, peer.range, { minTtl: peer.minTtl });
    } catch (error) {
      addon().close(fd);
      if (error instanceof KernelError) return;
      throw error;
    }
    if (from) this.#events.onAccept(adopt(fd), from);
    else addon().close(fd);
  }
}
