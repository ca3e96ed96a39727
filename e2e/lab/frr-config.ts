import type { ClientSpec, RouterSpec, Topology } from "../scenario/topology.ts";

/** What zebra reads: forwarding on, nothing else to say. */
export function zebraConfig(router: RouterSpec): string {
  return `hostname ${router.name}\nip forwarding\nipv6 forwarding\n`;
}

/**
 * What bgpd reads on a top-of-rack router: one eBGP session a family to each node, over addresses of that family, and the
 * links behind the router announced. Timers of FRR except for the connect retry, so that a lab comes up in a second.
 */
export function bgpdConfig(router: RouterSpec, topology: Topology): string {
  const links = topology.clients.filter((client) => client.router === router.name);
  return `${[
    `hostname ${router.name}`,
    `router bgp ${router.asn}`,
    ` bgp router-id ${router.addresses.ipv4}`,
    " no bgp ebgp-requires-policy",
    " no bgp default ipv4-unicast",
    ...topology.nodes.flatMap((node) =>
      [node.addresses.ipv4, node.addresses.ipv6].flatMap((address) => [
        ` neighbor ${address} remote-as ${topology.asn}`,
        ` neighbor ${address} description ${node.name}`,
        ` neighbor ${address} timers connect 1`,
      ]),
    ),
    ...family("ipv4", topology, links),
    ...family("ipv6", topology, links),
  ].join("\n")}\n`;
}

function family(name: "ipv4" | "ipv6", topology: Topology, links: readonly ClientSpec[]): string[] {
  return [
    ` address-family ${name} unicast`,
    ...links.map(
      (client) => `  network ${name === "ipv4" ? net4(client.addresses.ipv4) : net6(client.addresses.ipv6)}`,
    ),
    ...topology.nodes.map((node) => `  neighbor ${node.addresses[name]} activate`),
    " exit-address-family",
  ];
}

/** The /24 of an IPv4 address. */
export function net4(address: string): string {
  return `${address.split(".").slice(0, 3).join(".")}.0/24`;
}

/** The /64 of an IPv6 address that is written as four groups and `::`. */
export function net6(address: string): string {
  return `${address.replace(/::.*$/, "")}::/64`;
}
