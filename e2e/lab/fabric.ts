import type { Addresses, Topology } from "../scenario/topology.ts";
import type { Ground } from "./ground.ts";
import { ipBatch, writeSysctls } from "./run.ts";

/** The machine on the fabric on which etcd runs and from which `manxctl` reaches it. */
export const storeName = "store";

/** The last octet and group of that machine's addresses on the fabric. */
const storeHost = "250";

/**
 * Makes a topology out of namespaces: a bridge as the fabric with a cable to each node, router and the store, and a cable of
 * its own from each client to its router. Addresses are set; only machines that want one get a default route.
 */
export async function layFabric(topology: Topology, ground: Ground): Promise<void> {
  const machines = machinesOf(topology);
  const names = ["fabric", ...machines.map((m) => m.name), ...topology.clients.map((client) => client.name)];
  await ipBatch(
    undefined,
    names.map((name) => `netns add ${ground.netns(name)}`),
  );
  await Promise.all(names.map((name) => prepare(ground.netns(name))));
  await ipBatch(ground.netns("fabric"), [
    "link add fabric type bridge mcast_snooping 0",
    "link set fabric up",
    ...machines.map((m, i) => `link add p${i} type veth peer name eth0 netns ${ground.netns(m.name)}`),
    ...machines.map((_, i) => `link set p${i} master fabric up`),
  ]);
  for (const { name, addresses } of machines) await ipBatch(ground.netns(name), assign("eth0", addresses));
  await Promise.all(topology.routers.map((router) => forward(ground.netns(router.name))));
  for (const [i, client] of topology.clients.entries()) {
    const [own, far] = [ground.netns(client.name), ground.netns(client.router)];
    await ipBatch(far, [`link add c${i} type veth peer name eth0 netns ${own}`, ...assign(`c${i}`, client.gateways)]);
    await ipBatch(own, [...assign("eth0", client.addresses), ...defaults(client.gateways)]);
  }
  const router = topology.routers[0];
  for (const node of topology.nodes.filter((each) => each.defaultRoute && router)) {
    await ipBatch(ground.netns(node.name), defaults(router!.addresses));
  }
}

/** Takes the cable of a machine on the fabric out, or of a client, or puts it back. */
export async function setCable(topology: Topology, ground: Ground, machine: string, up: boolean): Promise<void> {
  const state = up ? "up" : "down";
  const client = topology.clients.findIndex((each) => each.name === machine);
  const port = machinesOf(topology).findIndex((each) => each.name === machine);
  if (client >= 0) await ipBatch(ground.netns(topology.clients[client]!.router), [`link set c${client} ${state}`]);
  else await ipBatch(ground.netns("fabric"), [`link set p${port} ${state}`]);
}

/** Where the store is on the fabric. */
export function storeAddresses(topology: Topology): Addresses {
  const { ipv4, ipv6 } = topology.nodes[0]!.addresses;
  return { ipv4: ipv4.replace(/\d+$/, storeHost), ipv6: ipv6.replace(/::.*$/, `::${storeHost}`) };
}

function machinesOf(topology: Topology): readonly { readonly name: string; readonly addresses: Addresses }[] {
  return [...topology.nodes, ...topology.routers, { name: storeName, addresses: storeAddresses(topology) }];
}

function assign(device: string, addresses: Addresses): string[] {
  return [
    `link set ${device} up`,
    `address add ${addresses.ipv4}/24 dev ${device}`,
    `address add ${addresses.ipv6}/64 dev ${device} nodad`,
  ];
}

function defaults(gateways: Addresses): string[] {
  return [`route add default via ${gateways.ipv4}`, `route add ::/0 via ${gateways.ipv6}`];
}

/** Loopback up, and IPv6 addresses usable at once. */
async function prepare(netns: string): Promise<void> {
  await ipBatch(netns, ["link set lo up"]);
  await writeSysctls(netns, "0", ["net.ipv6.conf.all.accept_dad", "net.ipv6.conf.default.accept_dad"]);
}

async function forward(netns: string): Promise<void> {
  await writeSysctls(netns, "1", ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]);
}
