import { ResourceAbsent } from "../datastore/error.ts";
import { hostPath, ipamPrefix } from "../datastore/ipam-key.ts";
import type { Kind } from "../datastore/model/resource.ts";
import type { Resource } from "../datastore/model/schemas.ts";
import { keyOf } from "../datastore/resource-client.ts";
import type { ResourceKey } from "../datastore/resource-key.ts";
import { blockOwners } from "../ipam/block-owners.ts";
import type { Address } from "../net/address.ts";
import { parsePrefix } from "../net/prefix.ts";
import { allocatorFor } from "./allocator.ts";
import type { Session } from "./session.ts";
import type { Shell } from "./shell.ts";

/** The handles under which Calico keeps a node's tunnel addresses, without the node's name. */
const tunnelHandles = ["ipip", "vxlan", "vxlan-v6", "wireguard", "wireguard-v6"].map((kind) => `${kind}-tunnel-addr-`);

/**
 * Deletes an object and what hangs on it, as Calico's client does (clientv3 ippool.go, node.go): a pool is disabled first and
 * its blocks lose their hosts; a node's endpoints, addresses, blocks, peers and settings go before it.
 */
export async function deleteWithDependants(shell: Shell, session: Session, key: ResourceKey): Promise<void> {
  if (key.kind === "IPPool") await emptyPool(shell, session, key.name);
  if (key.kind === "Node") await emptyNode(shell, session, key.name);
  await session.client.delete(key);
}

async function emptyPool(shell: Shell, { client, store }: Session, name: string): Promise<void> {
  const pool = await client.get({ kind: "IPPool", name });
  await client.apply({ ...pool, spec: { ...pool.spec, disabled: true } });
  const cidr = parsePrefix(pool.spec.cidr);
  if (!cidr) return;
  const owners = blockOwners((await store.list(ipamPrefix)).entries, cidr);
  for (const { kind, name } of owners) await allocatorFor(shell, store, name, kind).releaseAffinities(cidr);
}

async function emptyNode(shell: Shell, session: Session, name: string): Promise<void> {
  const { client, store } = session;
  await client.get({ kind: "Node", name });
  const allocator = allocatorFor(shell, store, name);
  for (const endpoint of (await client.list("WorkloadEndpoint")).resources) {
    if (endpoint.spec.node !== name) continue;
    const addresses = (endpoint.spec.ipNetworks ?? []).flatMap((text): readonly Address[] => {
      const prefix = parsePrefix(text);
      return prefix ? [prefix] : [];
    });
    await allocator.release(addresses.map((address) => ({ address })));
    await deleteIfThere(session, endpoint);
  }
  for (const handle of tunnelHandles) await allocator.releaseByHandle(handle + name);
  // What no endpoint speaks of: addresses of pods that were not detached, borrowed ones too.
  await allocator.releaseHost();
  await allocator.releaseAffinities();
  await store.commit([], [], [hostPath(name)]);
  await deleteAll(session, "BGPPeer", (one) => one.kind === "BGPPeer" && one.spec.node === name);
  await deleteAll(session, "HostEndpoint", (one) => one.kind === "HostEndpoint" && one.spec.node === name);
  for (const kind of ["FelixConfiguration", "BGPConfiguration"] as const) {
    await deleteAll(session, kind, (one) => one.metadata.name === `node.${name}`);
  }
}

async function deleteAll(session: Session, kind: Kind, concerns: (resource: Resource) => boolean): Promise<void> {
  const { resources } = await session.client.list(kind);
  for (const resource of resources as readonly Resource[])
    if (concerns(resource)) await deleteIfThere(session, resource);
}

async function deleteIfThere({ client }: Session, resource: Resource): Promise<void> {
  try {
    await client.delete(keyOf(resource));
  } catch (error) {
    if (!(error instanceof ResourceAbsent)) throw error;
  }
}
