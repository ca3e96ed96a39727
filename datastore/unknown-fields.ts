function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * `next`, and in it the fields of `raw` that our schema did not understand, that is those missing from `understood`, which
 * was made from `raw`. So an update keeps what a newer Calico wrote. Entries of arrays are not matched with each other.
 */
export function keepUnknown(raw: unknown, understood: unknown, next: unknown): unknown {
  if (!isFields(raw) || !isFields(next)) return next;
  const known = isFields(understood) ? understood : {};
  const merged: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(next)) {
    merged[key] =
      Object.hasOwn(raw, key) && Object.hasOwn(known, key) ? keepUnknown(raw[key], known[key], value) : value;
  }
  for (const [key, value] of Object.entries(raw)) {
    if (!Object.hasOwn(known, key) && !Object.hasOwn(merged, key) && value !== null) merged[key] = value;
  }
  return merged;
}
