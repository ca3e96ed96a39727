import { ResourceAbsent } from "../../datastore/error.ts";
import type { Node } from "../../datastore/model/node.ts";
import type { ResourceClient } from "../../datastore/resource-client.ts";
import { type OwnNode, ownNodeSpec } from "./own-node.ts";

/**
 * Writes our Node when the datastore does not have it as it should be; answers whether it had to. Somebody else's change at the
 * same moment is respected: the caller tries again. @throws what the client throws
 */
export async function registerNode(
  client: Pick<ResourceClient, "get" | "create" | "update">,
  name: string,
  own: OwnNode,
): Promise<boolean> {
  let stored: Node | undefined;
  try {
    stored = await client.get({ kind: "Node", name });
  } catch (error) {
    if (!(error instanceof ResourceAbsent)) throw error;
  }
  const spec = ownNodeSpec(stored?.spec, own);
  if (!spec) return false;
  if (stored) await client.update({ ...stored, spec });
  else await client.create({ kind: "Node", apiVersion: "projectcalico.org/v3", metadata: { name }, spec });
  return true;
}
