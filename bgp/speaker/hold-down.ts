import type { Cancel, Clock } from "../../lib/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { ceaseCode } from "../iana.ts";
import type { Session } from "../session/session.ts";

/** Keeps a session down after the peer has sent too much: for some time, or until somebody releases it (RFC 4486 4). */
export class HoldDown {
  readonly #clock: Clock;
  readonly #session: () => Session;
  #cancel: Cancel = () => {};
  #isHeld = false;

  constructor(clock: Clock, session: () => Session) {
    this.#clock = clock;
    this.#session = session;
  }

  /** Holds the session from when what goes on now is over, for `forSeconds` or, undefined, until `release`. */
  begin(forSeconds: number | undefined): void {
    this.cancel();
    this.#isHeld = true;
    // The session is about to end by itself: to stop it from within its own message would be one end too many.
    this.#cancel = this.#clock.after(millis(0), () => {
      this.#session().stop({ kind: "cease", subcode: ceaseCode.maxPrefixes });
      if (forSeconds !== undefined) this.#cancel = this.#clock.after(seconds(forSeconds), () => this.release());
    });
  }

  /** The session may come up again, if it was held. */
  release(): void {
    if (!this.#isHeld) return;
    this.cancel();
    this.#session().start();
  }

  /** Nobody waits any more; the session stays as it is. */
  cancel(): void {
    this.#cancel();
    this.#cancel = () => {};
    this.#isHeld = false;
  }
}
