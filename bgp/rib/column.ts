/** Any array of machine numbers that a table keeps one entry per id in. */
export type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** A longer copy of a column, the new entries zero. Capacities are powers of two, so that growth is amortised. */
export function widened<C extends Column>(column: C, capacity: number): C {
  const wider = new (column.constructor as new (length: number) => C)(capacity);
  wider.set(column);
  return wider;
}

/** Spreads the bits of a 32-bit word (the finaliser of MurmurHash3, one round less); a bijection. */
export function mixed(word: number): number {
  let h = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The capacity, a power of two, that has room for `id`. */
export function roomFor(id: number): number {
  return 2 ** (32 - Math.clz32(id | 255));
}

/**
 * The next capacity of a full column: four times as much as long as that is little, because pages that nobody touches cost
 * nothing and copies do.
 */
export function grown(capacity: number): number {
  return capacity < 1 << 20 ? capacity * 4 : capacity * 2;
}
