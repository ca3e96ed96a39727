import type { StoreOptions } from "./session.ts";
import type { Shell } from "./shell.ts";

/** What `version` can be told. */
export interface VersionOptions extends StoreOptions {
  readonly client?: boolean;
}

/** `manxctl version`: ours, and what the cluster says of itself. There is no lock between the two. */
export async function version(shell: Shell, options: VersionOptions): Promise<void> {
  shell.print(`Client Version:    ${shell.version}\n`);
  if (options.client) return;
  const [{ withStore }, { ResourceAbsent }] = await Promise.all([
    import("./session.ts"),
    import("../datastore/error.ts"),
  ]);
  await withStore(shell, options, async ({ client }) => {
    try {
      const { spec } = await client.get({ kind: "ClusterInformation", name: "default" });
      shell.print(`Cluster Version:   ${spec.calicoVersion ?? ""}\nCluster Type:      ${spec.clusterType ?? ""}\n`);
    } catch (error) {
      if (!(error instanceof ResourceAbsent)) throw error;
      shell.print("Cluster Version:   unknown: the store holds no ClusterInformation\n");
    }
  });
}
