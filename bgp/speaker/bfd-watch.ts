import type { Cancel } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { BfdFact } from "../bfd/fact.ts";
import type { Bfd, BfdState, BfdWay } from "../bfd/port.ts";
import type { PeerConfig } from "./config.ts";

/** What the watch of one peer needs. */
export interface BfdWatchOptions {
  /** Name of the peer. */
  readonly peer: string;
  /** Absent: nobody can watch. */
  readonly bfd: Bfd | undefined;
  readonly tell: Tell<BfdFact>;
  /** The way was good and is not any more (RFC 5882 4.2); `reason` in words. */
  readonly fell: (reason: string) => void;
}

/**
 * The BFD session of one peer, from the moment it is configured. It never keeps BGP from coming up: a peer without BFD is a
 * peer too, and only a fall from Up means something. Terms change without a fall: the new watch begins before the old ends.
 */
export class BfdWatch {
  readonly #options: BfdWatchOptions;
  #state: BfdState | undefined;
  #way = "";
  #cancel: Cancel = () => {};

  constructor(options: BfdWatchOptions) {
    this.#options = options;
  }

  /** What was heard last; undefined when nobody watches. */
  get state(): BfdState | undefined {
    return this.#state;
  }

  /** Watches as the configuration says; undefined: no more. */
  follow(config: PeerConfig | undefined): void {
    const way = config && wayOf(config);
    const text = way ? JSON.stringify(way) : "";
    if (text === this.#way) return;
    const before = this.#cancel;
    this.#way = text;
    this.#cancel = way ? this.#watch(way, text) : () => {};
    if (!way) this.#state = undefined;
    before();
  }

  #watch(way: BfdWay, text: string): Cancel {
    const { peer, bfd, tell } = this.#options;
    if (bfd) {
      return bfd.watch(way, (state) => {
        if (this.#way === text) this.#hear(state);
      });
    }
    tell({ fact: "bgp.bfd-unwatched", peer, why: "this speaker was started without BFD" });
    return () => {};
  }

  #hear(state: BfdState): void {
    const before = this.#state;
    this.#state = state;
    if (before?.state === state.state && before.reason === state.reason) return;
    const { peer, tell, fell } = this.#options;
    tell({ fact: "bgp.bfd-state", peer, ...state });
    if (before?.state === "Up" && state.state !== "Up" && state.state !== "AdminDown") fell(state.reason);
  }
}

function wayOf({ address, zone = "", localAddress, bfd }: PeerConfig): BfdWay | undefined {
  return bfd && { remote: address, zone, ...(localAddress && { local: localAddress }), terms: bfd };
}
