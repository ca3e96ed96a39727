import type { Change } from "../../lib/change.ts";

/** The steps from one map to another: what is new or different is set, in the order of `after`, then what is gone deleted. */
export function diff<K, V>(
  before: ReadonlyMap<K, V>,
  after: ReadonlyMap<K, V>,
  same: (x: V, y: V) => boolean,
): readonly Change<K, V>[] {
  const changes: Change<K, V>[] = [];
  for (const [key, value] of after) {
    const old = before.get(key);
    if (old === undefined || !same(old, value)) changes.push({ kind: "set", key, value });
  }
  for (const key of before.keys()) if (!after.has(key)) changes.push({ kind: "delete", key });
  return changes;
}
