import { clusterOf } from "./cluster.ts";
import { type SaidOptions, saidForm, say } from "./said.ts";
import { prepareStore, type Session, type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";

/** Sets or clears the lock; whether it is so already makes no difference. A store without ClusterInformation gets one. */
export async function setLocked(shell: Shell, session: Session, locked: boolean): Promise<void> {
  await prepareStore(shell, session);
  const cluster = (await clusterOf(session))!;
  if (cluster.spec.datastoreReady === !locked) return;
  const { resourceVersion: _, ...metadata } = cluster.metadata;
  await session.client.apply({ ...cluster, metadata, spec: { ...cluster.spec, datastoreReady: !locked } });
}

/** `manxctl datastore migrate lock`: agents stop programming, plugins stop assigning; what runs goes on running. */
export async function datastoreLock(shell: Shell, options: StoreOptions & SaidOptions): Promise<void> {
  const form = saidForm(options);
  await withStore(shell, options, (session) => setLocked(shell, session, true));
  say(shell, form, { locked: true }, () => "Datastore locked.\n");
}

/** `manxctl datastore migrate unlock`: everybody goes on. */
export async function datastoreUnlock(shell: Shell, options: StoreOptions & SaidOptions): Promise<void> {
  const form = saidForm(options);
  await withStore(shell, options, (session) => setLocked(shell, session, false));
  say(shell, form, { locked: false }, () => "Datastore unlocked.\n");
}
