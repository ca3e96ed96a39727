import type { NetworkTerms } from "./declared.ts";
import { createNetwork, type SimulatedNetwork } from "./simulation.ts";

/** A ring of `count` routers, each an AS of its own. */
export function ring(terms: NetworkTerms, count: number): SimulatedNetwork {
  const network = createNetwork(terms);
  for (let i = 0; i < count; i++) network.router(`ring-${i}`, { asn: 64600 + i, announces: prefixesOf(i) });
  for (let i = 0; i < count; i++) network.peer(`ring-${i}`, `ring-${(i + 1) % count}`);
  return network;
}

/**
 * A folded Clos of private AS numbers as in RFC 7938 5.2.1: spines of one AS, every leaf an AS of its own and a peer of each
 * spine, and a router outside that every spine knows.
 */
export function clos(terms: NetworkTerms, spines: number, leaves: number): SimulatedNetwork {
  const network = createNetwork(terms);
  network.router("outside", { asn: 64500, announces: ["0.0.0.0/0"] });
  for (let i = 0; i < spines; i++) network.router(`spine-${i}`, { asn: 64534 }).peer(`spine-${i}`, "outside");
  for (let i = 0; i < leaves; i++) {
    network.router(`leaf-${i}`, { asn: 64600 + i, announces: prefixesOf(i) });
    for (let j = 0; j < spines; j++) network.peer(`leaf-${i}`, `spine-${j}`);
  }
  return network;
}

/** A full iBGP mesh of `count` nodes, as pod networks are without reflectors. Both ends of every session call. */
export function mesh(terms: NetworkTerms, count: number): SimulatedNetwork {
  const network = createNetwork(terms);
  for (let i = 0; i < count; i++) {
    network.router(meshName(i), { asn: 65000, announces: prefixesOf(i) });
    for (let j = 0; j < i; j++) network.peer(meshName(i), meshName(j));
  }
  return network;
}

/** The name of a node of a mesh. */
export function meshName(index: number): string {
  return `node-${String(index).padStart(3, "0")}`;
}

/** Two reflectors for the same clients, of one cluster or of one each, each other's client or ordinary peer. */
export function reflectors(
  terms: NetworkTerms,
  clients: number,
  { isOneCluster, areClients }: { readonly isOneCluster: boolean; readonly areClients: boolean },
): SimulatedNetwork {
  const network = createNetwork(terms);
  const cluster = isOneCluster ? { clusterId: 0x01020304 } : {};
  network.router("rr-0", { asn: 65000, ...cluster }).router("rr-1", { asn: 65000, ...cluster });
  const eachOther = { routeReflectorClient: areClients };
  network.peer("rr-0", "rr-1", eachOther, eachOther);
  for (let i = 0; i < clients; i++) {
    network.router(`client-${i}`, { asn: 65000, announces: prefixesOf(i) });
    for (const reflector of ["rr-0", "rr-1"]) network.peer(reflector, `client-${i}`, { routeReflectorClient: true });
  }
  return network;
}

/** Reflectors of reflectors: two at the top, `racks` below that are their clients, and two clients of each of those. */
export function hierarchy(terms: NetworkTerms, racks: number): SimulatedNetwork {
  const network = createNetwork(terms);
  network.router("top-0", { asn: 65000 }).router("top-1", { asn: 65000 }).peer("top-0", "top-1");
  for (let i = 0; i < racks; i++) {
    network.router(`rack-${i}`, { asn: 65000 });
    for (const top of ["top-0", "top-1"]) network.peer(top, `rack-${i}`, { routeReflectorClient: true });
    for (const j of [0, 1]) {
      network.router(`client-${i}-${j}`, { asn: 65000, announces: prefixesOf(2 * i + j) });
      network.peer(`rack-${i}`, `client-${i}-${j}`, { routeReflectorClient: true });
    }
  }
  return network;
}

/**
 * Reflectors in a circle, each the client of the one before and the reflector of the one behind, with a client each: only
 * ORIGINATOR_ID and CLUSTER_LIST keep routes from going round (RFC 4456 8).
 */
export function circle(terms: NetworkTerms, count: number): SimulatedNetwork {
  const network = createNetwork(terms);
  for (let i = 0; i < count; i++) {
    network.router(`rr-${i}`, { asn: 65000 }).router(`client-${i}`, { asn: 65000, announces: prefixesOf(i) });
    network.peer(`rr-${i}`, `client-${i}`, { routeReflectorClient: true });
  }
  for (let i = 0; i < count; i++) network.peer(`rr-${i}`, `rr-${(i + 1) % count}`, { routeReflectorClient: true });
  return network;
}

function prefixesOf(index: number): string[] {
  return [`10.${100 + (index >> 8)}.${index & 255}.0/24`, `fd00:${(index + 1).toString(16)}::/64`];
}
