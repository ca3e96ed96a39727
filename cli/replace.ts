import type { Resource } from "../datastore/model/schemas.ts";
import { keyOf } from "../datastore/resource-client.ts";
import { verbs } from "./report.ts";
import type { Shell } from "./shell.ts";
import { type WriteOptions, writeResources } from "./write.ts";

/**
 * `manxctl replace -f FILE`: replaces objects that are there, at the resourceVersion of the file or, when it has none, at
 * the one they stand at.
 */
export function replace(shell: Shell, options: WriteOptions): Promise<void> {
  return writeResources(shell, options, verbs.replace, async (client, resource) => {
    const resourceVersion =
      resource.metadata.resourceVersion ?? (await client.get(keyOf(resource))).metadata.resourceVersion;
    return client.update({ ...resource, metadata: { ...resource.metadata, resourceVersion } } as Resource);
  });
}
