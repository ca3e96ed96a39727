import { decodeResource } from "../../datastore/decode.ts";
import { Follower } from "../../datastore/follower.ts";
import { openStore } from "../../datastore/io/open-store.ts";
import { decodeBlock } from "../../datastore/ipam-decode.ts";
import { parseKey, root } from "../../datastore/key.ts";
import type { Store } from "../../datastore/store.ts";
import type { EntryChanges } from "../../datastore/sync.ts";
import { systemClock } from "../../lib/io/clock.ts";

/**
 * A process of its own that reads a whole store once, so that its memory is nobody else's. `raw` lists and keeps the texts;
 * `agent` follows and understands what an agent does (resources; it passes blocks by); `all` understands blocks too.
 * The store is the environment's. Prints one JSON line.
 */
const mode = process.argv[2] ?? "agent";
const store = await openStore(process.env, systemClock, Math.random);
const begun = performance.now();
const kept = new Map<string, unknown>();
if (mode === "raw") for (const entry of (await store.list(root)).entries) kept.set(entry.key, entry.value);
else await inSync(store);
const synced = performance.now();
const { user, system } = process.cpuUsage();
globalThis.gc?.();
const { rss, heapUsed } = process.memoryUsage();
const line = {
  entries: kept.size,
  from_start_ms: Math.round(synced),
  read_ms: Math.round(synced - begun),
  cpu_ms: Math.round((user + system) / 1000),
  peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  rss_mb: Math.round(rss / 1048576),
  heap_mb: Math.round(heapUsed / 1048576),
};
process.stdout.write(`${JSON.stringify(line)}\n`, () => process.exit(0));

function inSync(from: Store): Promise<void> {
  return new Promise((resolve) => {
    const to = { changes: take, inSync: resolve };
    new Follower(from, root, to, { clock: systemClock, random: Math.random, tell: () => {} }).start();
  });
}

function take(changes: EntryChanges): void {
  for (const change of changes) {
    if (change.kind === "delete") continue;
    const { value } = change.value;
    const key = parseKey(change.key);
    if (key?.space === "resource") {
      const decoded = decodeResource(key.key, value);
      if (decoded.ok) kept.set(change.key, decoded.value);
    } else if (mode === "all" && key?.space === "ipam" && key.key.kind === "block") {
      const decoded = decodeBlock(value);
      if (decoded.ok) kept.set(change.key, decoded.value);
    }
  }
}
