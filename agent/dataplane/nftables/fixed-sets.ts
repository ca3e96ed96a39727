import type { MemberDelta } from "../../../policy/output.ts";
import {
  ALL_HOSTS,
  ALL_POOLS,
  MASQUERADE_POOLS,
  SERVICE_RANGES,
  type SetId,
  type SetKind,
} from "../../../policy/set.ts";

/** The sets, not empty, that rules beside those of policies look into, and of which kind they are now. */
export type FixedSets = ReadonlyMap<SetId, SetKind>;

const ids: ReadonlySet<SetId> = new Set([MASQUERADE_POOLS, ALL_POOLS, ALL_HOSTS, SERVICE_RANGES]);

/** Knows which of those sets have members: a rule about an empty one would cost every packet a look-up for nothing. */
export class FixedSetKinds {
  readonly #counts = new Map<SetId, number>();
  readonly #kinds = new Map<SetId, SetKind>();

  /** Those that have members now. */
  get sets(): FixedSets {
    return this.#kinds;
  }

  /** The set has become this many members larger; answers whether `sets` says otherwise now. */
  changed(id: SetId, kind: SetKind, { added, removed }: MemberDelta): boolean {
    if (!ids.has(id)) return false;
    const count = (this.#counts.get(id) ?? 0) + added.length - removed.length;
    this.#counts.set(id, count);
    const before = this.#kinds.get(id);
    if (count > 0) this.#kinds.set(id, kind);
    else this.#kinds.delete(id);
    return before !== this.#kinds.get(id);
  }

  /** The set, or the kind that it was of, is gone; answers whether `sets` says otherwise now. */
  gone(id: SetId): boolean {
    this.#counts.delete(id);
    return this.#kinds.delete(id);
  }
}
