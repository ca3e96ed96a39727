import type { Cancel, Clock } from "../../lib/clock.ts";
import { seconds } from "../../lib/unit.ts";
import type { Family } from "../../net/family.ts";

/** How long a peer that began to tell everything again may take until it says that it has (RFC 7313 4). */
export const refreshSeconds = 300;

/** Whether a peer is telling a family again, between BoRR and EoRR, and the end of patience with it. */
export class RefreshWatch {
  readonly #clock: Clock;
  readonly #onOverdue: (family: Family) => void;
  readonly #running = new Map<Family, Cancel>();

  /** `onOverdue`: no EoRR came in time; the refresh counts as over. */
  constructor(clock: Clock, onOverdue: (family: Family) => void) {
    this.#clock = clock;
    this.#onOverdue = onOverdue;
  }

  /** BoRR was received, perhaps once more. */
  begin(family: Family): void {
    this.end(family);
    const overdue = (): void => {
      this.#running.delete(family);
      this.#onOverdue(family);
    };
    this.#running.set(family, this.#clock.after(seconds(refreshSeconds), overdue));
  }

  /** EoRR was received; false when nothing had begun. */
  end(family: Family): boolean {
    this.#running.get(family)?.();
    return this.#running.delete(family);
  }

  /** The session is down: what had begun will not end. */
  stop(): void {
    for (const family of [...this.#running.keys()]) this.end(family);
  }
}
