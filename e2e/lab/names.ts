import type { Topology } from "../scenario/topology.ts";

/** Which machine of a topology has an address; an address that nobody has stands for itself. */
export type NameOf = (address: string) => string;

/** Names from a topology, and from further addresses (a machine's link-local ones, for IPv6 next hops). */
export function namesOf(topology: Topology, more: ReadonlyMap<string, string>): NameOf {
  const machines = [...topology.nodes, ...topology.routers, ...topology.clients];
  const names = new Map(machines.flatMap((m) => Object.values(m.addresses).map((address) => [address, m.name])));
  return (address) => names.get(address) ?? more.get(address) ?? address;
}
