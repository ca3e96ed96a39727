import { root } from "../datastore/key.ts";
import { formatTimestamp } from "../datastore/timestamp.ts";
import { type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";
import { isKept, isReported } from "./snapshot-scope.ts";
import { headText, keptText } from "./snapshot-text.ts";

/** What `datastore snapshot` can be told. */
export interface SnapshotOptions extends StoreOptions {
  readonly withoutStatus?: boolean;
}

/** Keys that are written at once: few large texts are faster than many small ones. */
const batch = 500;

/**
 * `manxctl datastore snapshot`: every key below /calico/ at one revision, resources, IPAM and reports alike, as a YAML stream
 * from which `datastore restore` makes the same keys and octets. Keys with a time to live are left out.
 */
export async function datastoreSnapshot(shell: Shell, options: SnapshotOptions): Promise<void> {
  const { entries: all, revision } = await withStore(shell, options, ({ store }) => store.list(root));
  const entries = all.filter(({ key }) => isKept(key) && !(options.withoutStatus && isReported(key)));
  shell.print(headText({ revision, keys: entries.length, taken: formatTimestamp(shell.clock.wall()) }));
  for (let at = 0; at < entries.length; at += batch) {
    shell.print(
      entries
        .slice(at, at + batch)
        .map(keptText)
        .join(""),
    );
  }
}
