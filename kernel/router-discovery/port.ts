import type { Address } from "../../net/address.ts";
import type { KernelError } from "../error.ts";

/** What arrived on the link, with what the kernel knows of its way here. The kernel has checked the checksum. */
export interface DiscoveryArrival {
  readonly source: Address;
  /** -1 when the kernel did not say. */
  readonly hopLimit: number;
  /** The ICMPv6 message. Valid until the next one is read. */
  readonly octets: Uint8Array;
  /** There was no room for all of it. */
  readonly isCut: boolean;
}

/** What happens at a socket of router discovery. */
export interface DiscoveryListener {
  received(arrival: DiscoveryArrival): void;
  /** It hears no more and is closed. */
  failed(error: KernelError): void;
}

/** A raw ICMPv6 socket on one link, which hears solicitations and advertisements and nothing else, not even its own. */
export interface DiscoverySocket {
  /** Sends with hop limit 255; the kernel fills in the checksum. Answers 0, or the number of the error. */
  send(octets: Uint8Array, to: Address): number;
  close(): void;
}

/** On which link a socket is opened. */
export interface DiscoveryOpen {
  readonly interfaceName: string;
  readonly ifindex: number;
  /** Path of the network namespace; absent: our own. */
  readonly netns?: string;
}

/** How the port is opened: `io/icmp6-socket.ts` and `sim/discovery-link.ts`. @throws KernelError */
export type OpenDiscovery = (where: DiscoveryOpen, listener: DiscoveryListener) => DiscoverySocket;

/** Who is at the other end of an interface. */
export interface Neighbourhood {
  /** The neighbour that is used; undefined while there is none. */
  readonly address: Address | undefined;
  /** Everybody whose hold time runs, lowest address first. */
  readonly held: readonly Address[];
  /** There was a neighbour on this link, and the link is as it was: only nothing is heard any more. */
  readonly isSilent: boolean;
  /** Why there is no neighbour, with what to look at; empty when there is one. */
  readonly why: string;
}
