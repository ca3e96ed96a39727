import { compareAddresses } from "../../net/address.ts";
import { localPeer } from "../rib/peer-table.ts";
import { PrefixQueue } from "../rib/prefix-queue.ts";
import type { Rib } from "../rib/rib.ts";
import type { RouteChange, RouteNextHop, RouteSink } from "./ports.ts";

/** Changes handed over at once. */
const batchSize = 4096;

/** Says of a path where it leads. */
export type NextHopOf = (path: number) => RouteNextHop | undefined;

/** Tells one family's best routes to the sink: changed prefixes wait, each once, while a batch is under way. */
export class RouteFeed {
  readonly #rib: Rib;
  readonly #sink: RouteSink;
  readonly #queue: PrefixQueue;
  readonly #nextHopOf: NextHopOf;
  readonly #onRoom: () => void;
  #isBusy = false;
  #owesInSync = false;

  /** `onRoom` is called when the sink is ready for more. */
  constructor(rib: Rib, sink: RouteSink, nextHopOf: NextHopOf, onRoom: () => void) {
    this.#rib = rib;
    this.#sink = sink;
    this.#queue = new PrefixQueue(rib.prefixes);
    this.#nextHopOf = nextHopOf;
    this.#onRoom = onRoom;
  }

  get bytes(): number {
    return this.#queue.bytes;
  }

  touch(prefix: number): void {
    this.#queue.push(prefix);
  }

  /** Everything that can be known was told by the peers; the sink hears of it behind all changes. */
  inSync(): void {
    this.#owesInSync = true;
  }

  /** Hands over a batch if the sink is ready for one. */
  pump(): void {
    if (this.#isBusy) return;
    if (this.#queue.size === 0) {
      if (this.#owesInSync) this.#sink.inSync(this.#rib.family);
      this.#owesInSync = false;
      return;
    }
    const changes: RouteChange[] = [];
    for (let i = 0; i < batchSize; i++) {
      const prefix = this.#queue.shift();
      if (prefix === 0) break;
      changes.push({ prefix: this.#rib.prefixes.prefix(prefix), nextHops: this.#nextHops(prefix) });
      this.#rib.prefixes.drop(prefix);
    }
    this.#isBusy = true;
    this.#sink.apply(changes, () => {
      this.#isBusy = false;
      this.#onRoom();
    });
  }

  #nextHops(prefix: number): RouteNextHop[] {
    const path = this.#rib.locRib.best(prefix);
    if (path === 0 || this.#rib.paths.peer[path] === localPeer) return [];
    const hop = this.#nextHopOf(path);
    return (hop ? [hop] : []).sort((x, y) => compareAddresses(x.address, y.address));
  }
}
