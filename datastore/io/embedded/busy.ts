import type { Clock } from "../../../lib/clock.ts";
import type { Random } from "../../../lib/random.ts";
import { type Millis, millis } from "../../../lib/unit.ts";
import { StoreRefused, StoreUnavailable } from "../../store.ts";

/** SQLITE_BUSY and SQLITE_LOCKED (sqlite.org/rescode.html), without their extensions. */
const busyCodes: ReadonlySet<number> = new Set([5, 6]);

function resultCode(error: unknown): number {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 0;
}

/** Whether SQLite said that another connection is writing just now. */
export function isBusy(error: unknown): boolean {
  return busyCodes.has(resultCode(error));
}

/**
 * Does something with the file, and does it again a little later as long as another connection holds it; the event loop
 * runs meanwhile.
 * @throws StoreUnavailable when it stays busy for `timeout`; StoreRefused for any other error of SQLite.
 */
export async function whenFree<T>(
  act: () => T,
  operation: string,
  clock: Clock,
  random: Random,
  timeout: Millis,
): Promise<T> {
  const until = clock.now() + timeout;
  for (let attempt = 0; ; attempt++) {
    try {
      return act();
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      const message = `${operation} in the embedded store: ${error instanceof Error ? error.message : String(error)}`;
      if (!isBusy(error)) throw new StoreRefused("datastore/refused", message, { operation }, { cause: error });
      if (clock.now() >= until) {
        throw new StoreUnavailable("datastore/unavailable", message, { operation }, { cause: error });
      }
    }
    const pause = millis(Math.min(20, 1 + attempt) * (0.5 + random()));
    await new Promise<void>((resolve) => clock.after(pause, resolve));
  }
}
