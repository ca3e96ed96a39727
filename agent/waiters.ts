import type { Cancel, Clock } from "../lib/clock.ts";
import type { Millis } from "../lib/unit.ts";
import { WorkloadTimeout } from "./workload/attach.ts";

interface Waiter {
  readonly holds: () => boolean;
  readonly resolve: () => void;
  readonly cancel: Cancel;
}

/** Callers that wait for a condition, looked at again after every change of the kernel. */
export class Waiters {
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the condition holds. @throws WorkloadTimeout with `why` when it does not in time */
  wait(endpoint: string, holds: () => boolean, within: Millis, why: () => string): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(within, () => {
        this.#waiting.delete(waiter);
        reject(new WorkloadTimeout("agent/workload-timeout", `${endpoint}: ${why()}`, { endpoint }));
      });
      const waiter: Waiter = { holds, resolve, cancel };
      this.#waiting.add(waiter);
    });
  }

  /** Something changed: those whose condition holds now go on. */
  look(): void {
    for (const waiter of this.#waiting) {
      if (!waiter.holds()) continue;
      this.#waiting.delete(waiter);
      waiter.cancel();
      waiter.resolve();
    }
  }
}
