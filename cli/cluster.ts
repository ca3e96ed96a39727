import { ResourceAbsent } from "../datastore/error.ts";
import type { ClusterInformation } from "../datastore/model/cluster-information.ts";
import { CliError } from "./error.ts";
import type { Session } from "./session.ts";

/** What the store says of the whole cluster, or undefined when it says nothing. */
export async function clusterOf({ client }: Session): Promise<ClusterInformation | undefined> {
  try {
    return await client.get({ kind: "ClusterInformation", name: "default" });
  } catch (error) {
    if (error instanceof ResourceAbsent) return undefined;
    throw error;
  }
}

/** Whether everybody was told to stand still. */
export function isLocked(cluster: ClusterInformation | undefined): boolean {
  return cluster?.spec.datastoreReady === false;
}

/** @throws CliError when the datastore is not locked; `why` says what for it must be */
export async function mustBeLocked(session: Session, why: string): Promise<void> {
  if (isLocked(await clusterOf(session))) return;
  throw new CliError(`Datastore is not locked. Run \`manxctl datastore migrate lock\` in order to ${why}.`);
}
