import { type Millis, millis } from "../../lib/unit.ts";
import { type Address, addressBytes, compareAddresses } from "../../net/address.ts";
import type { RouterAdvertisement } from "./message.ts";
import { freshFor, holdOf } from "./timing.ts";

/** Most neighbours of one interface that are remembered; a link between two routers has one. */
export const mostNeighbours = 8;

/** Somebody who advertises on the link. */
export interface HeardRouter {
  readonly address: Address;
  readonly heardAt: Millis;
  /** When its hold time is over. */
  readonly until: Millis;
}

/**
 * The routers that are heard on one interface, and which of them is used: of those heard within the last three intervals
 * the one with the lowest address; where there is none, the one heard last. (FRR takes whoever was heard last, so two
 * routers on one link make it change between them with every advertisement.) What comes out depends on when each of them
 * was heard last, not on the order in which they came. Bounded: the last one in the order of choice is forgotten first.
 */
export class RouterNeighbours {
  readonly #heard = new Map<string, HeardRouter>();

  /** An advertisement arrived. Whether its sender is a new one. */
  hear(address: Address, { routerLifetimeSeconds }: RouterAdvertisement, now: Millis): boolean {
    this.forget(now);
    const key = keyOf(address);
    const isNew = !this.#heard.has(key);
    this.#heard.set(key, { address, heardAt: now, until: millis(now + holdOf(routerLifetimeSeconds)) });
    const last = this.#heard.size > mostNeighbours ? this.#inOrder(now).at(-1) : undefined;
    if (last) this.#heard.delete(keyOf(last.address));
    return isNew && last?.address !== address;
  }

  /** Lets go of whose hold time is over. Whether there was one. */
  forget(now: Millis): boolean {
    const before = this.#heard.size;
    for (const [key, { until }] of this.#heard) if (until <= now) this.#heard.delete(key);
    return this.#heard.size < before;
  }

  /** The one that is used now, if any. */
  chosen(now: Millis): HeardRouter | undefined {
    return this.#inOrder(now).find(({ until }) => until > now);
  }

  /** Everybody whose hold time runs, lowest address first. */
  held(now: Millis): readonly HeardRouter[] {
    return [...this.#heard.values()]
      .filter(({ until }) => until > now)
      .sort((x, y) => compareAddresses(x.address, y.address));
  }

  /** When the answers may change although nothing arrives; undefined: never. */
  dueAt(now: Millis): Millis | undefined {
    const times = [...this.#heard.values()].flatMap(({ heardAt, until }) => [heardAt + freshFor, until]);
    const later = times.filter((at) => at > now);
    return later.length === 0 ? undefined : millis(Math.min(...later));
  }

  #inOrder(now: Millis): HeardRouter[] {
    const isFresh = ({ heardAt }: HeardRouter): boolean => heardAt + freshFor > now;
    return [...this.#heard.values()].sort((x, y) => {
      if (isFresh(x) !== isFresh(y)) return isFresh(x) ? -1 : 1;
      const byTime = isFresh(x) ? 0 : y.heardAt - x.heardAt;
      return byTime || compareAddresses(x.address, y.address);
    });
  }
}

function keyOf(address: Address): string {
  return String.fromCharCode(...addressBytes(address));
}
