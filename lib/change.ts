/** One step of a keyed collection: the key now has this value, or is gone. */
export type Change<K, V> =
  | { readonly kind: "set"; readonly key: K; readonly value: V }
  | { readonly kind: "delete"; readonly key: K };

/** The step that gives `key` its value. */
export function set<K, V>(key: K, value: V): Change<K, V> {
  return { kind: "set", key, value };
}

/** The step that takes `key` away. */
export function remove<K>(key: K): Change<K, never> {
  return { kind: "delete", key };
}

/** A vertex of a graph hears changes and emits changes; the same change twice must do no harm. */
export type Emit<K, V> = (change: Change<K, V>) => void;
