import type { Session, StoreOptions } from "./session.ts";
import type { Shell } from "./shell.ts";

/** What `version` can be told. */
export interface VersionOptions extends StoreOptions {
  readonly client?: boolean;
  readonly poll?: string;
}

async function clusterText(session: Session): Promise<string> {
  const cluster = await (await import("./cluster.ts")).clusterOf(session);
  if (!cluster) return "Cluster Version:   unknown: the store holds no ClusterInformation\n";
  const { calicoVersion = "", clusterType = "" } = cluster.spec;
  return `Cluster Version:   ${calicoVersion}\nCluster Type:      ${clusterType}\n`;
}

/** `manxctl version`: ours, and what the cluster says of itself; with `--poll` again whenever that changes, until stopped. */
export async function version(shell: Shell, options: VersionOptions): Promise<void> {
  const [{ withStore }, { durationGiven }, { pause }] = await Promise.all([
    import("./session.ts"),
    import("./duration.ts"),
    import("./pause.ts"),
  ]);
  const every = options.poll === undefined ? undefined : durationGiven("--poll", options.poll);
  shell.print(`Client Version:    ${shell.version}\n`);
  if (options.client) return;
  await withStore(shell, options, async (session) => {
    for (let last = ""; ; ) {
      const text = await clusterText(session);
      if (text !== last) shell.print(text);
      last = text;
      if (every === undefined) return;
      await pause(shell.clock, every);
    }
  });
}
