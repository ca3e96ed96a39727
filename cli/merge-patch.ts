/** Deepest nesting that is merged; the deepest of Calico's resources has 12 levels. */
const deepest = 64;

/**
 * A value changed as a JSON merge patch says (RFC 7396): objects are merged, null deletes, all else replaces.
 * Nesting beyond 64 levels replaces.
 */
export function mergePatch(target: unknown, patch: unknown, depth = 0): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch) || depth > deepest) return patch;
  const before = typeof target === "object" && target !== null && !Array.isArray(target) ? target : {};
  const merged = new Map<string, unknown>(Object.entries(before));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value, depth + 1));
  }
  return Object.fromEntries(merged);
}
