import { parseJson, writeJson } from "../datastore/json.ts";
import { root } from "../datastore/key.ts";
import { resourcePath } from "../datastore/resource-key.ts";
import type { Entry, Put, Store } from "../datastore/store.ts";
import { CliError } from "./error.ts";
import { type SaidOptions, saidForm, say } from "./said.ts";
import { type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";
import { readSnapshot } from "./snapshot-reader.ts";
import { isKept, isReported } from "./snapshot-scope.ts";
import type { Kept } from "./snapshot-text.ts";
import { type Step, stepsOf } from "./store-steps.ts";

/** What `datastore restore` can be told. */
export interface RestoreOptions extends StoreOptions, SaidOptions {
  readonly filename?: string;
  readonly force?: boolean;
}

const clusterPath = resourcePath({ kind: "ClusterInformation", name: "default" });

/** A ClusterInformation that says stand still, or undefined when the text is none. */
function lockedText(value: string): string | undefined {
  const parsed = parseJson(value);
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null) return undefined;
  const { spec, ...rest } = parsed.value as { readonly spec?: object };
  return writeJson({ ...rest, spec: { ...spec, datastoreReady: false } });
}

/** What is to be put and deleted so that `before` becomes `after`. */
function difference(before: readonly Entry[], after: readonly Kept[]): Step[] {
  const there = new Map(before.map((entry) => [entry.key, entry]));
  const puts = after.flatMap(({ key, value }): Step[] => {
    const entry = there.get(key);
    there.delete(key);
    return entry?.value === value ? [] : [{ key, value, revision: entry?.revision ?? 0 }];
  });
  // What comes goes before what goes: nobody sees less than both have.
  return [...puts, ...[...there.values()].map(({ key, revision }) => ({ key, value: undefined, revision }))];
}

/**
 * Locks, changes everything, and writes ClusterInformation last: whoever looks meanwhile stands still, and a restore that was
 * cut short leaves the store locked. @throws CliError when others wrote meanwhile
 */
async function become(store: Store, before: readonly Entry[], after: readonly Kept[]): Promise<number> {
  const changes = difference(before, after);
  if (changes.length === 0) return 0;
  const wanted = after.find(({ key }) => key === clusterPath);
  const old = before.find(({ key }) => key === clusterPath);
  const lock = lockedText(wanted?.value ?? old?.value ?? "");
  const others = changes.filter(({ key }) => key !== clusterPath);
  if (lock !== undefined && others.length > 0) await put(store, { key: clusterPath, value: lock });
  for (const step of stepsOf(others)) {
    const result = await store.commit(step.compares, step.puts, step.deletes);
    if (!result.committed) throw disturbed(result.found.map(({ key }) => key));
  }
  if (wanted) await put(store, wanted);
  else if (old) await store.commit([], [], [clusterPath]);
  return changes.length;
}

async function put(store: Store, { key, value }: Put): Promise<void> {
  await store.commit([], [{ key, value }], []);
}

function disturbed(keys: readonly string[]): CliError {
  const which = keys.length === 0 ? "something that was deleted" : keys.slice(0, 5).join(", ");
  const what = "The datastore is partly restored and locked; run the same command again with --force.";
  return new CliError(`others have written meanwhile: ${which}\n${what}`);
}

/** `manxctl datastore restore -f FILE`: makes the store what a snapshot says, and looks whether it is so. */
export async function datastoreRestore(shell: Shell, options: RestoreOptions): Promise<void> {
  const { filename } = options;
  const form = saidForm(options);
  if (filename === undefined) throw new CliError("failed to execute command: -f, --filename FILE is wanted");
  const { head, entries } = await readSnapshot(shell.open(filename), filename === "-" ? "standard input" : filename);
  // Reports of agents that the snapshot leaves out are the agents' own affair.
  const hasReports = entries.some(({ key }) => isReported(key));
  const isOurs = (key: string): boolean => isKept(key) && (hasReports || !isReported(key));
  const written = await withStore(shell, options, async ({ store }) => {
    const look = async () => (await store.list(root)).entries.filter(({ key }) => isOurs(key));
    const before = await look();
    if (before.length > 0 && !options.force) {
      const text = `the datastore holds ${before.length} keys below ${root}; nothing was changed.`;
      throw new CliError(`${text} --force replaces them, and deletes what the snapshot does not have.`);
    }
    const changes = await become(store, before, entries);
    const left = difference(await look(), entries);
    if (left.length > 0) throw disturbed(left.map(({ key }) => key));
    return changes;
  });
  const { keys, revision } = head;
  const unchanged = written === 0 ? "nothing had to be changed" : `${written} keys written or deleted`;
  const text = `Successfully restored ${keys} keys of revision ${revision}: ${unchanged}\n`;
  say(shell, form, { keys, revision, changed: written }, () => text);
}
