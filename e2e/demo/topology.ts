import type { Datastore, PodSpec, Topology } from "../scenario/topology.ts";

/** The demo's cluster: three nodes without a default route, a top-of-rack router, a client behind it. */
export function demoTopology(datastore: Datastore): Topology {
  return {
    name: "demo",
    asn: 64512,
    datastore,
    nodes: [1, 2, 3].map((n) => ({
      name: `node${n}`,
      addresses: { ipv4: `172.31.0.${n}`, ipv6: `fd00:31::${n}` },
      defaultRoute: false,
    })),
    routers: [{ name: "tor", asn: 65000, addresses: { ipv4: "172.31.0.254", ipv6: "fd00:31::254" } }],
    clients: [
      {
        name: "client",
        router: "tor",
        addresses: { ipv4: "192.0.2.10", ipv6: "2001:db8:2::10" },
        gateways: { ipv4: "192.0.2.1", ipv6: "2001:db8:2::1" },
      },
    ],
  };
}

/** Two pods a node: a web server in the namespace front, a database in the namespace back. */
export const demoPods: readonly PodSpec[] = [1, 2, 3].flatMap((n) => [
  { name: `web${n}`, namespace: "front", node: `node${n}`, labels: { app: "web" } },
  { name: `db${n}`, namespace: "back", node: `node${n}`, labels: { app: "db" } },
]);
