import type { StoreEvent } from "../../store.ts";

/**
 * Puts revisions together again that etcd cut into fragments. Hands out whole revisions only; the last one of a fragment
 * waits for what follows, because more of its events may come.
 */
export class WholeRevisions {
  #waiting: readonly StoreEvent[] = [];

  /** Takes a message's events; `more` when it says that it is a fragment. Returns what is whole now. */
  add(events: readonly StoreEvent[], more: boolean): readonly StoreEvent[] {
    const all = this.#waiting.length === 0 ? events : [...this.#waiting, ...events];
    const last = all.at(-1);
    const whole = more && last ? all.filter((event) => event.revision < last.revision) : all;
    this.#waiting = more ? all.slice(whole.length) : [];
    return whole;
  }

  /** The connection is gone: the revision that was not whole comes again. */
  forget(): void {
    this.#waiting = [];
  }
}
