import type { Clock } from "../lib/clock.ts";
import type { Tell } from "../lib/fact.ts";
import type { Random } from "../lib/random.ts";
import type { DatastoreFact } from "./fact.ts";
import { apiVersion } from "./model/resource.ts";
import type { Resource } from "./model/schemas.ts";
import { keyOf } from "./resource-client.ts";
import { objectName, resourcePath } from "./resource-key.ts";
import { readyPath } from "./status-key.ts";
import type { Put, Store } from "./store.ts";
import { toStore } from "./stored-form.ts";
import { formatTimestamp } from "./timestamp.ts";
import { randomGuid, randomUid } from "./uid.ts";

/** What everybody who makes objects needs: the time they are made at, and chance for their ids. */
export interface MakePorts {
  readonly clock: Clock;
  readonly random: Random;
}

function firstObjects({ clock, random }: MakePorts): readonly Resource[] {
  const metadata = () => ({
    name: "default",
    uid: randomUid(random),
    creationTimestamp: formatTimestamp(clock.wall()),
  });
  return [
    {
      kind: "ClusterInformation",
      apiVersion,
      metadata: metadata(),
      spec: { clusterGUID: randomGuid(random), clusterType: "manx", datastoreReady: true },
    },
    { kind: "Tier", apiVersion, metadata: metadata(), spec: { order: 1_000_000, defaultAction: "Deny" } },
  ];
}

/**
 * Makes a new store usable: ClusterInformation and the default tier are created where they are absent, by compare and
 * create, so that any number of agents may do it at once and an existing cluster is left as it is. calicoVersion stays
 * unset: it is what calicoctl compares itself with.
 */
export async function makeUsable(store: Store, ports: MakePorts, tell: Tell<DatastoreFact>): Promise<void> {
  for (const resource of firstObjects(ports)) {
    const path = resourcePath(keyOf(resource));
    if (await create(store, { key: path, value: toStore(resource, path) })) {
      tell({ fact: "datastore.created", object: objectName(keyOf(resource)) });
    }
  }
  await create(store, { key: readyPath, value: "true" });
}

async function create(store: Store, put: Put): Promise<boolean> {
  if (await store.get(put.key)) return false;
  return (await store.commit([{ key: put.key, revision: 0 }], [put], [])).committed;
}
