import type { Cancel } from "../../lib/clock.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { Bfd, BfdState, BfdWay } from "../bfd/port.ts";

/** BFD in memory: a test says what becomes of each way. */
export class SimBfd implements Bfd {
  /** The ways being watched, in the order in which they were asked for. */
  readonly watched: { readonly way: BfdWay; readonly hear: (state: BfdState) => void }[] = [];

  watch(way: BfdWay, hear: (state: BfdState) => void): Cancel {
    const one = { way, hear };
    this.watched.push(one);
    hear({ state: "Down", reason: "no packet of the peer has come" });
    return () => {
      const index = this.watched.indexOf(one);
      if (index >= 0) this.watched.splice(index, 1);
    };
  }

  /** Tells everybody who watches a peer. */
  say(remote: string, state: BfdState["state"], reason = ""): void {
    for (const { way, hear } of [...this.watched]) if (formatAddress(way.remote) === remote) hear({ state, reason });
  }
}
