import type { Command } from "commander";
import { type On, withConfig } from "./command-options.ts";

/** The options of a command that says in one sentence what it did. */
function saying(command: Command): Command {
  return withConfig(command).option("--output <form>", "ps, json or yaml", "ps");
}

function migrateCommands(datastore: Command, on: On): void {
  const migrate = datastore.command("migrate").description("move a cluster to another datastore");
  const lock = saying(migrate.command("lock").description("tell everybody to stand still (datastoreReady: false)"));
  on(lock, async (shell, _, options) => (await import("./datastore-lock.ts")).datastoreLock(shell, options));
  const unlock = saying(migrate.command("unlock").description("let everybody go on (datastoreReady: true)"));
  on(unlock, async (shell, _, options) => (await import("./datastore-lock.ts")).datastoreUnlock(shell, options));
  const out = withConfig(migrate.command("export").description("print a locked datastore, for `migrate import`"));
  out.option("--all", "profiles, workload endpoints and node statuses too: Calico's import does not take them");
  on(out, async (shell, _, options) => (await import("./migrate-export.ts")).migrateExport(shell, options));
  const take = saying(migrate.command("import").description("fill an empty datastore; it stays locked"));
  take.option("-f, --filename <path>", "what `migrate export` printed, - for standard input");
  on(take, async (shell, _, options) => (await import("./migrate-import.ts")).migrateImport(shell, options));
}

/** The commands of `manxctl datastore`. */
export function datastoreCommands(program: Command, on: On): void {
  const datastore = program.command("datastore").description("the datastore as a whole");
  migrateCommands(datastore, on);
  const snapshot = withConfig(
    datastore
      .command("snapshot")
      .description("print every key at one revision (with umask 077 the file is only yours)"),
  );
  snapshot.option("--without-status", "leave out what agents report of themselves");
  on(snapshot, async (shell, _, options) =>
    (await import("./datastore-snapshot.ts")).datastoreSnapshot(shell, options),
  );
  const restore = saying(datastore.command("restore").description("make a datastore what a snapshot says"));
  restore
    .option("-f, --filename <path>", "what `snapshot` printed, - for standard input")
    .option("--force", "replace what is there, and delete what the snapshot does not have");
  on(restore, async (shell, _, options) => (await import("./datastore-restore.ts")).datastoreRestore(shell, options));
}
