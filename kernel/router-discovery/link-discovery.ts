import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import { type Millis, millis } from "../../lib/unit.ts";
import { type Address, isLinkLocal, sameAddress } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { readArrival } from "./arrival.ts";
import { encodeMessage } from "./codec.ts";
import { allNodes, allRouters, type RouterAdvertisement, type RouterDiscoveryMessage } from "./message.ts";
import { RouterNeighbours } from "./neighbours.ts";
import { PendingAnswers } from "./pending-answers.ts";
import type { DiscoveryArrival } from "./port.ts";
import {
  type Advertising,
  advertised,
  asked,
  beginAdvertising,
  beginSoliciting,
  mayTellAll,
  reassured,
  type Soliciting,
  solicited,
} from "./timing.ts";

/** What one link's discovery works with. */
export interface LinkDiscoveryOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Our hardware address on the link; empty: none. */
  readonly mac: () => string;
  readonly isOwn: (address: Address) => boolean;
  readonly send: (octets: Uint8Array, to: Address) => void;
  /** A packet did not count. */
  readonly dropped: (from: string, why: string) => void;
  /** The neighbour that is used, or who is held, may be another. */
  readonly changed: () => void;
}

/**
 * What we say of ourselves: we are there, and no default router (lifetime 0), so hosts of the link, and the kernel of the
 * peer, make no route of it; nor does it say anything else to them (RFC 4861 6.2.3).
 */
export function ownAdvertisement(mac: string): RouterAdvertisement {
  const nothing = { currentHopLimit: 0, isManaged: false, hasOtherConfig: false, reachableMs: 0, retransMs: 0 };
  return { kind: "advertisement", ...nothing, routerLifetimeSeconds: 0, mac };
}

/** Router discovery on a link for as long as it is up: says that we are there, asks who else is, and remembers who answers. */
export class LinkDiscovery {
  readonly #options: LinkDiscoveryOptions;
  readonly #neighbours = new RouterNeighbours();
  readonly #answers = new PendingAnswers();
  #advertising: Advertising;
  #soliciting: Soliciting;
  #cancel: Cancel = () => {};
  #wasHeard = false;
  #isClosed = false;

  constructor(options: LinkDiscoveryOptions) {
    this.#options = options;
    const now = options.clock.now();
    this.#advertising = beginAdvertising(now);
    this.#soliciting = beginSoliciting(now);
    this.#set();
  }

  /** The neighbour that is used; undefined: none. */
  get chosen(): Address | undefined {
    return this.#neighbours.chosen(this.#options.clock.now())?.address;
  }

  /** Everybody whose hold time runs, lowest address first. */
  get held(): readonly Address[] {
    return this.#neighbours.held(this.#options.clock.now()).map(({ address }) => address);
  }

  /** Somebody was heard since the link came up. */
  get wasHeard(): boolean {
    return this.#wasHeard;
  }

  received(arrival: DiscoveryArrival): void {
    const { isOwn, dropped } = this.#options;
    const { source } = arrival;
    if (this.#isClosed || isOwn(source)) return;
    const reading = readArrival(arrival);
    if (!reading.ok) {
      dropped(formatAddress(source), reading.why);
      return;
    }
    if (reading.message.kind === "solicitation") this.#answer(source);
    else this.#hear(source, reading.message);
    this.#set();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  /** To all, or where that is too early to whoever asked: a router that has just started should not have to wait. */
  #answer(source: Address): void {
    const { clock, random } = this.#options;
    const now = clock.now();
    const isAlone = !mayTellAll(this.#advertising, now) && isLinkLocal(source);
    if (isAlone && this.#answers.ask(source, now, random)) return;
    this.#advertising = asked(this.#advertising, now, random);
  }

  #hear(source: Address, advertisement: RouterAdvertisement): void {
    const now = this.#options.clock.now();
    const before = this.chosen;
    const isNew = this.#neighbours.hear(source, advertisement, now);
    this.#wasHeard = true;
    const after = this.#neighbours.chosen(now);
    if (after) this.#soliciting = reassured(after.until);
    if (isNew || !before || !after || !sameAddress(before, after.address)) this.#options.changed();
  }

  /** What is due now. */
  #due(): void {
    const { clock, random, changed, mac } = this.#options;
    const now = clock.now();
    if (this.#advertising.nextAt <= now) {
      this.#send(ownAdvertisement(mac()), allNodes);
      this.#advertising = advertised(this.#advertising, now, random);
    }
    for (const address of this.#answers.take(now)) this.#send(ownAdvertisement(mac()), address);
    if (this.#soliciting.nextAt !== undefined && this.#soliciting.nextAt <= now) {
      this.#send({ kind: "solicitation", mac: mac() }, allRouters);
      this.#soliciting = solicited(this.#soliciting, now);
    }
    this.#neighbours.forget(now);
    this.#set();
    // Somebody is not fresh any more, or gone; or nothing: whoever hears this compares.
    changed();
  }

  #send(message: RouterDiscoveryMessage, to: Address): void {
    this.#options.send(encodeMessage(message), to);
  }

  #set(): void {
    this.#cancel();
    if (this.#isClosed) return;
    const { clock } = this.#options;
    const now = clock.now();
    const times: (Millis | undefined)[] = [
      this.#advertising.nextAt,
      this.#soliciting.nextAt,
      this.#answers.nextAt,
      this.#neighbours.dueAt(now),
    ];
    const next = Math.min(...times.map((at) => at ?? Number.POSITIVE_INFINITY));
    this.#cancel = clock.after(millis(Math.max(0, next - now)), () => this.#due());
  }
}
