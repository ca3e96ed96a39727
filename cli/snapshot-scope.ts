/** Under which agents report how they and their endpoints are. */
const statusPrefixes = ["/calico/felix/v1/", "/calico/felix/v2/"] as const;

/** Keys that are written with a time to live: they go by themselves, and a copy of them would stay for ever. */
const leased = /^\/calico\/felix\/v2\/[^/]+\/host\/[^/]+\/status$/;

/** Whether a key belongs to a snapshot, which is everything but what goes by itself. */
export function isKept(key: string): boolean {
  return !leased.test(key);
}

/** Whether a key is what an agent reports, and will report again. */
export function isReported(key: string): boolean {
  return statusPrefixes.some((prefix) => key.startsWith(prefix));
}
