import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Revision, WatchMessage } from "../store.ts";
import type { SimServer } from "./server.ts";
import type { SimFaults } from "./store.ts";

/** What a watch is after. */
export interface WatchScope {
  readonly prefix: string;
  readonly after: Revision;
}

/** One watch of a `SimStore`. Tells nothing before `watch` has returned to its caller. */
export class SimWatch {
  readonly #server: SimServer;
  readonly #clock: Clock;
  readonly #faults: Readonly<SimFaults>;
  readonly #prefix: string;
  readonly #tell: (message: WatchMessage) => void;
  readonly #unsubscribe: Cancel;
  #after: Revision;
  #due = false;
  #cut = false;
  #ended = false;

  constructor(
    server: SimServer,
    clock: Clock,
    faults: Readonly<SimFaults>,
    scope: WatchScope,
    tell: (message: WatchMessage) => void,
  ) {
    this.#server = server;
    this.#clock = clock;
    this.#faults = faults;
    this.#prefix = scope.prefix;
    this.#after = scope.after;
    this.#tell = tell;
    this.#unsubscribe = server.subscribe(() => this.wake());
  }

  /** Looks for news soon: after the delay of events, or as soon as the running code has ended. */
  wake(): void {
    if (this.#due || this.#ended) return;
    this.#due = true;
    const run = () => {
      this.#due = false;
      if (!this.#ended) this.#look();
    };
    if (this.#faults.eventDelay > 0) this.#clock.after(this.#faults.eventDelay, run);
    else queueMicrotask(run);
  }

  cancel(): void {
    this.#ended = true;
    this.#unsubscribe();
  }

  #look(): void {
    if (this.#faults.unavailable) {
      if (!this.#cut) this.#tell({ kind: "interrupted", why: "the store is out of reach" });
      this.#cut = true;
      return;
    }
    if (this.#cut) this.#tell({ kind: "resumed" });
    this.#cut = false;
    const events = this.#server.history.since(this.#after, this.#prefix);
    if (events === "compacted") {
      this.cancel();
      this.#tell({ kind: "compacted" });
      return;
    }
    this.#after = this.#server.history.revision;
    this.#tell(events.length > 0 ? { kind: "events", events } : { kind: "progress", revision: this.#after });
  }
}
