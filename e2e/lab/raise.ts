import type { Topology } from "../scenario/topology.ts";
import { Agents } from "./agents.ts";
import { Etcd } from "./etcd.ts";
import { layFabric, storeName } from "./fabric.ts";
import { Frr } from "./frr.ts";
import type { Ground } from "./ground.ts";
import { linkLocals } from "./link-locals.ts";
import { Manxctl } from "./manxctl.ts";
import { type NameOf, namesOf } from "./names.ts";
import { Pods } from "./pods.ts";
import type { Prober } from "./prober.ts";
import { Processes } from "./processes.ts";
import { embeddedAccess, etcdAccess } from "./store-access.ts";

/** Everything of a lab that is up. */
export interface Raised {
  readonly topology: Topology;
  readonly ground: Ground;
  readonly prober: Prober;
  readonly etcd: Etcd;
  readonly routers: ReadonlyMap<string, Frr>;
  readonly agents: Agents;
  readonly manxctl: Manxctl;
  readonly pods: Pods;
  readonly nameOf: NameOf;
}

/** Raises a topology on a ground; the caller clears the ground, also when this rejects. */
export async function raiseLab(topology: Topology, ground: Ground, prober: Prober): Promise<Raised> {
  const processes = new Processes(ground.folderOf("processes"));
  await layFabric(topology, ground);
  const etcd = new Etcd(topology, ground, processes);
  if (topology.datastore === "etcd") await etcd.start();
  const routers = new Map<string, Frr>();
  for (const router of topology.routers) routers.set(router.name, await Frr.start(router, topology, ground, processes));
  for (const { name } of [...topology.nodes, ...topology.clients]) await prober.enter(name, ground.netnsPath(name));
  const file = `${ground.folderOf(storeName)}/store.db`;
  const access = topology.datastore === "etcd" ? etcdAccess(etcd.endpoint) : embeddedAccess(file);
  const agents = new Agents(topology, ground, processes, access);
  const manxctl = new Manxctl(ground, access);
  const pods = new Pods(ground, agents, manxctl);
  const nameOf = namesOf(topology, await linkLocals(topology, ground));
  return { topology, ground, prober, etcd, routers, agents, manxctl, pods, nameOf };
}
