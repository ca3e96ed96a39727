import type { Change } from "../lib/change.ts";
import type { Prefix } from "../net/prefix.ts";
import type { KernelError } from "./error.ts";

/** An interface of this host or of a pod. */
export interface Link {
  readonly ifindex: number;
  readonly name: string;
  /** Administratively up (IFF_UP). */
  readonly up: boolean;
  /** Up and able to carry packets (IFF_LOWER_UP): a veth whose peer is down is not. */
  readonly running: boolean;
  /** Hardware address, lower case with colons; empty when there is none. */
  readonly mac: string;
  readonly mtu: number;
  /** `veth`, `bridge`, …; empty for real hardware and the loopback. */
  readonly kind: string;
  /** ifindex of the other end of a veth, or of the lower device; it may be of another namespace. 0: none. */
  readonly peer: number;
  /** ifindex of the bridge or VRF it belongs to; 0: none. */
  readonly master: number;
}

/** An address of an interface. */
export interface LinkAddress {
  readonly ifindex: number;
  /** The address with the length of its on-link prefix. */
  readonly prefix: Prefix;
  /** 0 universe, 253 link, 254 host (RT_SCOPE_*). */
  readonly scope: number;
  /** Not yet usable: duplicate address detection runs (IFA_F_TENTATIVE) or has failed (IFA_F_DADFAILED). */
  readonly tentative: boolean;
}

/** Whether two links are the same link in the same state. */
export function sameLink(x: Link, y: Link): boolean {
  return (
    x.ifindex === y.ifindex &&
    x.name === y.name &&
    x.up === y.up &&
    x.running === y.running &&
    x.mac === y.mac &&
    x.mtu === y.mtu &&
    x.kind === y.kind &&
    x.peer === y.peer &&
    x.master === y.master
  );
}

/** What a watch of links tells, from the event loop. */
export interface LinksListener {
  /** Keyed by ifindex. A renamed link is a set; an ifindex that is another link now is a delete, then a set. */
  link(change: Change<number, Link>): void;
  /** Keyed by `ifindex address/length`. Addresses of a link that is gone are gone too, and told so before it is. */
  address(change: Change<string, LinkAddress>): void;
  /** Everything that exists has been told; the first time after the start, then after each resynchronization. */
  synced(): void;
  /** The watch has ended; open another. */
  failed(error: KernelError): void;
}

/** A running watch. */
export interface LinkWatch {
  close(): void;
}

/**
 * Watches interfaces and addresses: first the state, then every change; after a loss (ENOBUFS) it dumps by itself and
 * tells the difference. The port that `io/links.ts` and `sim/` implement. @throws KernelError
 */
export type WatchLinks = (options: { readonly netns?: string }, listener: LinksListener) => LinkWatch;
