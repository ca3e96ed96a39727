import { type AffinityOwner, ipamConfigPath } from "../../datastore/ipam-key.ts";
import { writeJson } from "../../datastore/json.ts";
import type { IPPoolSpec } from "../../datastore/model/ip-pool.ts";
import type { IPAMConfig } from "../../datastore/model/ipam-config.ts";
import { apiVersion } from "../../datastore/model/resource.ts";
import { resourcePath } from "../../datastore/resource-key.ts";
import type { Store } from "../../datastore/store.ts";
import type { Clock } from "../../lib/clock.ts";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { Allocator } from "../allocator.ts";
import type { IpamFact } from "../fact.ts";
import type { Selects } from "../request.ts";

/** Understands `all()` and `key == 'value'`: enough to tell nodes apart without the policy room. */
export const simSelects: Selects = (selector, labels) => {
  if (selector === "all()") return true;
  const parts = /^(\S+) == '(.*)'$/.exec(selector);
  return parts !== null && labels[parts[1]!] === parts[2];
};

/** What may differ between the nodes of a simulation. */
export interface SimNodeOptions {
  readonly seed?: number;
  readonly clock?: Clock;
  readonly tell?: (fact: IpamFact) => void;
  readonly owner?: AffinityOwner;
}

/** An allocator as an agent would make it, with chance from a seed and time that stands still. */
export function simNode(node: string, store: Store, options: SimNodeOptions = {}): Allocator {
  const random = seededRandom(options.seed ?? 1);
  const clock = options.clock ?? new SimClock();
  const { owner = "host", tell = () => {} } = options;
  return new Allocator({ node, owner, store, clock, random, selects: simSelects, tell });
}

/** Writes a pool over whatever is there. */
export async function putPool(store: Store, name: string, spec: IPPoolSpec): Promise<void> {
  const key = resourcePath({ kind: "IPPool", name });
  await store.commit([], [{ key, value: writeJson({ kind: "IPPool", apiVersion, metadata: { name }, spec }) }], []);
}

/** Writes a node with labels. */
export async function putNode(store: Store, name: string, labels: Record<string, string>): Promise<void> {
  const key = resourcePath({ kind: "Node", name });
  await store.commit(
    [],
    [{ key, value: writeJson({ kind: "Node", apiVersion, metadata: { name, labels }, spec: {} }) }],
    [],
  );
}

/** Writes the configuration of IPAM. */
export async function putConfig(store: Store, config: IPAMConfig): Promise<void> {
  await store.commit([], [{ key: ipamConfigPath, value: writeJson(config) }], []);
}
