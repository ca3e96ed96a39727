import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import { formatAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { type Held, purposeOf } from "../allocation.ts";
import type { Pool } from "../pool.ts";

/** Who really is there, beside IPAM's own books. */
export interface World {
  /** Names of the nodes that exist. */
  readonly nodes: ReadonlySet<string>;
  /** Pools, disabled ones too. */
  readonly pools: readonly Pool[];
  /** Whether the pod that an allocation names exists on its node with that address. */
  readonly hasPod: (held: Held) => boolean;
  /** Whether the service that an allocation names exists; absent where nobody knows services, and then none is judged. */
  readonly hasService?: (held: Held) => boolean;
}

function podKey(node: string, namespace: string, pod: string, address: string): string {
  return `${node}/${namespace}/${pod}/${address}`;
}

/** `hasPod` by the WorkloadEndpoints there are: an endpoint on that node, of that pod, with that address. */
export function podsOf(endpoints: Iterable<WorkloadEndpoint>): World["hasPod"] {
  const there = new Set<string>();
  for (const { metadata, spec } of endpoints) {
    for (const text of spec.ipNetworks ?? []) {
      const prefix = parsePrefix(text);
      if (prefix) there.add(podKey(spec.node ?? "", metadata.namespace, spec.pod ?? "", formatAddress(prefix)));
    }
  }
  return ({ node, attributes, address }) =>
    there.has(podKey(node, attributes["namespace"] ?? "", attributes["pod"] ?? "", formatAddress(address)));
}

/**
 * Whether an allocation has whom it was made for. What cannot be judged is kept: unknown purposes, virtual machines, what Windows
 * reserves, and services where nobody knows them. A tunnel's address lives as long as its node.
 */
export function isInUse(held: Held, world: World): boolean {
  switch (purposeOf(held)) {
    case "pod":
      return world.hasPod(held);
    case "tunnel":
      return world.nodes.has(held.node);
    case "load-balancer":
      return world.hasService?.(held) ?? true;
    default:
      return true;
  }
}
