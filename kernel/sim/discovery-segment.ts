import type { Clock } from "../../lib/clock.ts";
import { millis } from "../../lib/unit.ts";
import { type Address, sameAddress } from "../../net/address.ts";
import { errno } from "../errno.ts";
import { syscallFailed } from "../error.ts";
import { icmpType, requiredHopLimit } from "../router-discovery/message.ts";
import type { DiscoveryArrival, DiscoveryListener, OpenDiscovery } from "../router-discovery/port.ts";

interface End {
  readonly interfaceName: string;
  readonly address: Address;
  readonly listener: DiscoveryListener;
}

/**
 * A link on which routers discover each other, in memory: what one end sends, the others hear at the same moment of the
 * clock, after the call has returned; with it only messages of router discovery, as the kernel's filter has it.
 */
export class SimDiscoverySegment {
  /** A cut link loses what is sent. */
  isCut = false;
  readonly #clock: Clock;
  readonly #ends = new Set<End>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How sockets are opened at the end that has this interface and this link-local address; any other name is none. */
  attach(interfaceName: string, address: Address): OpenDiscovery {
    return (where, listener) => {
      if (where.interfaceName !== interfaceName) throw syscallFailed(`listen on ${where.interfaceName}`, errno.ENODEV);
      const end = { interfaceName, address, listener };
      this.#ends.add(end);
      return {
        send: (octets, to) => {
          if (!this.#ends.has(end)) return errno.EBADF;
          this.#carry({ source: address, hopLimit: requiredHopLimit, octets: octets.slice(), isCut: false }, to, end);
          return 0;
        },
        close: () => void this.#ends.delete(end),
      };
    };
  }

  /** Somebody else sends to everybody on the link. */
  inject(arrival: DiscoveryArrival): void {
    this.#carry(arrival, undefined, undefined);
  }

  #carry(arrival: DiscoveryArrival, to: Address | undefined, from: End | undefined): void {
    const types: readonly (number | undefined)[] = Object.values(icmpType);
    if (this.isCut || !types.includes(arrival.octets[0])) return;
    this.#clock.after(millis(0), () => {
      const isForAll = to === undefined || to.a >>> 24 === 0xff;
      for (const end of [...this.#ends]) {
        if (end !== from && this.#ends.has(end) && (isForAll || sameAddress(to, end.address))) {
          end.listener.received(arrival);
        }
      }
    });
  }
}
