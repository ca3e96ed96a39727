import { errno } from "../../errno.ts";
import { commentOf } from "../comment.ts";
import type { ElementKey } from "../element.ts";
import { printVerdict } from "../expression/verdict.ts";
import type { Verdict } from "../expression.ts";
import { keyOctets } from "../field-type.ts";
import { RangeUnion } from "../interval.ts";
import type { SetState } from "../port.ts";
import type { SetSpec } from "../set.ts";

/** A simulated set (`spec` given) or verdict map. Changes answer 0 or the error number that the kernel would give. */
export class SimSet {
  readonly spec: SetSpec | undefined;
  readonly #keys: Set<ElementKey>;
  readonly #entries: Map<string, Verdict>;

  constructor(spec: SetSpec | undefined, keys?: Iterable<ElementKey>, entries?: Iterable<readonly [string, Verdict]>) {
    this.spec = spec;
    this.#keys = new Set(keys);
    this.#entries = new Map(entries);
  }

  /** The same, to be changed apart. */
  copy(): SimSet {
    return new SimSet(this.spec, this.#keys, this.#entries);
  }

  /** Whether the other is of the same kind. */
  isLike(other: SimSet): boolean {
    return this.spec?.key.join() === other.spec?.key.join() && !this.spec?.interval === !other.spec?.interval;
  }

  /** The same element again is fine, one that overlaps another is not. */
  add(keys: readonly ElementKey[]): number {
    if (!this.spec) return errno.EINVAL;
    const taken = new RangeUnion(keyOctets(this.spec.key));
    if (this.spec.interval) taken.change([...this.#keys], []);
    for (const key of keys) {
      if (this.#keys.has(key)) continue;
      if (this.spec.interval && taken.meets(key)) return errno.EEXIST;
      if (this.spec.interval) taken.change([key], []);
      this.#keys.add(key);
    }
    return 0;
  }

  remove(keys: readonly ElementKey[]): number {
    for (const key of keys) if (!this.#keys.delete(key)) return errno.ENOENT;
    return 0;
  }

  /** The same entry again is fine, the same key with another verdict is not. */
  addEntries(entries: readonly (readonly [string, Verdict])[]): number {
    if (this.spec) return errno.EINVAL;
    for (const [name, verdict] of entries) {
      const there = this.#entries.get(name);
      if (there && printVerdict(there) !== printVerdict(verdict)) return errno.EEXIST;
      this.#entries.set(name, verdict);
    }
    return 0;
  }

  removeEntries(names: readonly string[]): number {
    for (const name of names) if (!this.#entries.delete(name)) return errno.ENOENT;
    return 0;
  }

  /** Verdicts of a map. */
  verdicts(): readonly Verdict[] {
    return [...this.#entries.values()];
  }

  /** As a dump shows it. */
  state(): SetState {
    if (this.spec) {
      const { comment } = this.spec;
      const spec = { ...this.spec, ...(comment !== undefined && { comment: commentOf(comment) }) };
      return { kind: "set", spec, keys: [...this.#keys] };
    }
    return { kind: "map", entries: new Map(this.#entries) };
  }
}
