import type { Change } from "../lib/change.ts";
import type { Prefix } from "../net/prefix.ts";
import type { FibRoute } from "./fib-route.ts";
import type { Link, LinkAddress } from "./links.ts";
import type { Neighbour } from "./neighbour.ts";

/** A pair of virtual Ethernet interfaces: what is plugged into one comes out of the other. */
export interface VethPair {
  /** This end, made in the namespace of the `Interfaces` it is asked of. */
  readonly name: string;
  /** Lower case with colons; absent: the kernel draws one. */
  readonly mac?: string;
  readonly mtu?: number;
  readonly peer: {
    readonly name: string;
    readonly mac?: string;
    /** Path of the namespace the other end is born in; absent: ours (of this process). */
    readonly netns?: string;
  };
}

/** What can be changed of a link. */
export interface LinkSettings {
  readonly up?: boolean;
  readonly mac?: string;
  readonly mtu?: number;
  readonly name?: string;
}

/**
 * Interfaces, addresses, routes and neighbours of one network namespace, for whoever furnishes a pod: single requests
 * that work or throw. What must *stay* so is wanted from a driver instead. The port that `io/interfaces.ts` and `sim/`
 * implement. Every method rejects with a KernelError.
 */
export interface Interfaces {
  /** The link with this name or ifindex, or undefined. */
  link(which: string | number): Promise<Link | undefined>;
  links(): Promise<Link[]>;
  /** To be asked of the pod's namespace, with the host's as the peer's: Linux before 6.2 fails the other way round. */
  createVeth(pair: VethPair): Promise<void>;
  setLink(ifindex: number, settings: LinkSettings): Promise<void>;
  /** Deletes a link and with it a veth's other end; false when it was not there. */
  deleteLink(which: string | number): Promise<boolean>;
  addresses(): Promise<LinkAddress[]>;
  /** Gives or takes an address; giving what is there and taking what is not are fine. `noDad`: usable at once (IPv6). */
  address(
    change: Change<{ readonly ifindex: number; readonly prefix: Prefix }, { readonly noDad: boolean }>,
  ): Promise<void>;
  /** Creates or replaces a route. */
  setRoute(route: FibRoute): Promise<void>;
  /** Creates or replaces a permanent neighbour. */
  setNeighbour(neighbour: Neighbour): Promise<void>;
  close(): void;
}

/** How the port is opened; `netns` is the path of a network namespace, absent for our own. @throws KernelError */
export type OpenInterfaces = (options: { readonly netns?: string }) => Interfaces;
