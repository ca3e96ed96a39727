import type { NetworkTerms } from "./declared.ts";
import { createNetwork, type SimulatedNetwork } from "./simulation.ts";

/** How large a pod network is. */
export interface PodNetworkSize {
  /** Top-of-rack switches, each an AS of its own, all peers of each other. */
  readonly tors: number;
  /** Nodes of one AS, spread over the racks: eBGP to the switch, clients of two route reflectors. */
  readonly nodes: number;
}

/** The AS of nodes and reflectors. */
export const podAsn = 64512;

/**
 * A routed pod network as people run it: two route reflectors that are each other's ordinary peers, racks with a switch,
 * nodes with one to four prefixes of both families. The switches announce the way out.
 */
export function podNetwork(terms: NetworkTerms, { tors, nodes }: PodNetworkSize): SimulatedNetwork {
  const network = createNetwork(terms);
  network.router("rr-1", { asn: podAsn }).router("rr-2", { asn: podAsn }).peer("rr-1", "rr-2");
  for (let i = 1; i <= tors; i++) {
    const announces = ["0.0.0.0/0", "::/0", `172.16.${i}.0/24`];
    network.router(`tor-${i}`, { asn: 65100 + i, announces });
    for (let j = 1; j < i; j++) network.peer(`tor-${i}`, `tor-${j}`);
  }
  for (let i = 1; i <= nodes; i++) {
    const name = `node-${String(i).padStart(2, "0")}`;
    network.router(name, { asn: podAsn, announces: podPrefixes(i) });
    for (const reflector of ["rr-1", "rr-2"]) network.peer(reflector, name, { routeReflectorClient: true });
    network.peer(`tor-${1 + (i % tors)}`, name);
  }
  return network;
}

/** One to four prefixes of a node, some of them IPv6. */
function podPrefixes(node: number): string[] {
  const all = [
    `10.244.${node}.0/26`,
    `fd00:244:${node.toString(16)}::/64`,
    `10.245.${node}.64/26`,
    `10.246.${node}.1/32`,
  ];
  return all.slice(0, 1 + (node % 4));
}
