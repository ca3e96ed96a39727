import type { HostGates } from "../chain.ts";
import type { PolicyView } from "../evaluate.ts";
import type { Packet } from "../packet.ts";

/** Router and neighbour solicitation and advertisement, and multicast listener reports (RFC 4861, RFC 2710, RFC 3810). */
export const neighbourDiscoveryTypes: readonly number[] = [130, 131, 132, 133, 135, 136];

/** Whether IPv6 would not work at all without the packet. */
export function isNeighbourDiscovery({ protocol, icmpType }: Packet): boolean {
  return protocol === 58 && icmpType !== undefined && neighbourDiscoveryTypes.includes(icmpType);
}

/** From a link-local or the unspecified address: such packets never leave the link, and discovery needs them. */
export function isLinkScoped({ source }: Packet): boolean {
  if (source.family === "ipv4") return false;
  return source.a >>> 22 === 0x3fa || (source.a | source.b | source.c | source.d) === 0;
}

/** How a workload wraps packets into others, past its own egress policy, or undefined when it does not. */
export function encapsulationOf({ protocol, destinationPort }: Packet): "vxlan" | "ipip" | undefined {
  if (protocol === 17 && destinationPort === 4789) return "vxlan";
  return protocol === 4 ? "ipip" : undefined;
}

/** The packet as it was before its destination was translated. */
export function asSent(packet: Packet): Packet {
  const { preDnat } = packet;
  if (!preDnat) return packet;
  const { destination, destinationPort = packet.destinationPort } = preDnat;
  return { ...packet, destination, ...(destinationPort !== undefined && { destinationPort }) };
}

/** The host endpoint of an interface: its own, or the one of all others. */
export function hostOf(view: PolicyView, interfaceName: string): HostGates | undefined {
  return view.hosts.get(interfaceName) ?? view.hosts.get("*");
}
