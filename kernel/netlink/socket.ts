import type { KernelError } from "../error.ts";

/** What a netlink socket tells its owner, always from the event loop, never from inside `send`. */
export interface NetlinkListener {
  /** One or more whole datagrams from the kernel, back to back. The view is valid during the call only. */
  received(octets: Uint8Array): void;
  /** The kernel had no room and dropped some (ENOBUFS): what was awaited may never come, what was watched must be dumped. */
  overrun(): void;
  /** The socket is of no use any more. */
  failed(error: KernelError): void;
}

/** Which netlink to speak, and where. */
export interface NetlinkOptions {
  /** NETLINK_ROUTE, NETLINK_NETFILTER, … */
  readonly protocol: number;
  /** Path of the network namespace (`/run/netns/blue`, `/proc/PID/ns/net`); absent means our own. */
  readonly netns?: string;
  /** Multicast groups to join (RTNLGRP_*, NFNLGRP_*). */
  readonly groups?: readonly number[];
  /** Strict checking of dump requests, so that filters in them count (NETLINK_GET_STRICT_CHK). Default: for rtnetlink. */
  readonly strict?: boolean;
  /**
   * Drop, still in the kernel, notifications of what the socket with this port id did: a router that writes 100,000 routes
   * need not hear of each.
   */
  readonly ignorePort?: number;
  /** Room for what the kernel sends us, octets; default 8 MiB. */
  readonly receiveBuffer?: number;
}

/**
 * One netlink socket: datagrams out, datagrams in. Framing, sequence numbers and answers are the business of whoever
 * holds it (`client.ts`, or a family's own transaction).
 */
export interface NetlinkSocket {
  /** The socket's netlink address; notifications of what it did carry it. */
  readonly port: number;
  /**
   * Hands one datagram (one or many messages) to the kernel, which works it off before this returns; answers arrive
   * later at the listener. @throws KernelError `kernel/syscall` when it is refused whole, `kernel/closed` after close.
   */
  send(octets: Uint8Array): void;
  /** Closes; the listener hears no more. Again does nothing. */
  close(): void;
}

/** How a netlink socket is opened: the port of this room that `io/` and `sim/` implement. @throws KernelError */
export type OpenNetlink = (options: NetlinkOptions, listener: NetlinkListener) => NetlinkSocket;
