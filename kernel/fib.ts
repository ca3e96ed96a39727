import type { Family } from "../net/family.ts";
import type { KernelError } from "./error.ts";
import type { FibRoute } from "./fib-route.ts";

/**
 * One write to the kernel's routes. `create` fails with EEXIST when any route has the key, whoever made it; `replace`
 * puts the route in the place of the one with its key, so it is only for routes known to be ours; `delete` removes the
 * route with this key and this protocol, and no other.
 */
export interface FibWrite {
  readonly kind: "create" | "replace" | "delete";
  readonly route: FibRoute;
}

/** Which routes a dump lists; the kernel filters. */
export interface FibFilter {
  readonly family: Family;
  readonly table: number;
  /** Absent: of every protocol. */
  readonly protocol?: number;
}

/** What others did to the routes, in the order in which it happened. Our own writes are not told. */
export interface FibListener {
  /** Somebody else's route is there now. `replaced`: it took the place of the route that had its key. */
  appeared(route: FibRoute, replaced: boolean): void;
  /**
   * Somebody else deleted this route, whoever had made it; `byKernel`: because its interface or address went. IPv6 tells
   * the next hops of one route one by one.
   */
  vanished(route: FibRoute, byKernel: boolean): void;
  /** This interface is up: what was refused because it was down may work now. */
  linkUp(ifindex: number): void;
  /** This interface is down or gone. The kernel forgets its IPv4 routes without a word. */
  linkDown(ifindex: number): void;
  /**
   * An address of ours went away. Without a word the kernel forgets the routes that named it as their source and, with an
   * interface's last IPv4 address, all IPv4 routes of that interface.
   */
  addressGone(family: Family): void;
  /** Something was missed: only a dump knows how things stand. */
  overrun(): void;
  /** The port is of no use any more. */
  failed(error: KernelError): void;
}

/**
 * The kernel's routes as the driver (`fib-driver.ts`) needs them: the port that `io/fib.ts` and `sim/` implement.
 */
export interface Fib {
  /** All routes that pass the filter, canonical. An absent table has none. @throws KernelError (as a rejection) */
  dump(filter: FibFilter): Promise<FibRoute[]>;
  /**
   * Writes in order, in one batch of at most a few hundred; the answer has one place for each, undefined where it worked.
   * Deleting what is not there works. @throws KernelError (as a rejection) when it is unknown what happened.
   */
  apply(writes: readonly FibWrite[]): Promise<readonly (KernelError | undefined)[]>;
  /** Ends it; the listener hears no more. */
  close(): void;
}

/** How the port is opened; `netns` is the path of a network namespace, absent for our own. @throws KernelError */
export type OpenFib = (options: { readonly netns?: string }, listener: FibListener) => Fib;
