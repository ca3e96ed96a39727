import { type Change, remove, set } from "../../lib/change.ts";

/** What has been put out under each key, so that only what differs from it is put out again. */
export class Emitted<V> {
  /** As text: values are plain data built in one order of fields. */
  readonly #texts = new Map<string, string>();

  /** Adds the change to `value`, or to nothing, when it is one. */
  tell(key: string, value: V | undefined, changes: Change<string, V>[]): void {
    const text = value && JSON.stringify(value);
    if (text === this.#texts.get(key)) return;
    if (value === undefined || text === undefined) {
      this.#texts.delete(key);
      changes.push(remove(key));
    } else {
      this.#texts.set(key, text);
      changes.push(set(key, value));
    }
  }
}
