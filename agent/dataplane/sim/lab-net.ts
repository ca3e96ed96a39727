import type { Address } from "../../../net/address.ts";
import { formatAddress, parseAddress } from "../../../net/address-text.ts";
import type { Packet } from "../../../policy/packet.ts";
import { HOST_INTERFACES } from "../../../policy/sim/random-hosts.ts";
import { ADDRESSES, INTERFACES } from "../../../policy/sim/random-world.ts";

/** The interfaces of the node that are no workloads'. */
export const [UPLINK, UPLINK2] = ["up0", "up1"] as const;
/** The node's own addresses: of each of its interfaces that are no workloads' the IPv4 one, then the IPv6 one. */
export const HOST_ADDRESSES: readonly string[] = HOST_INTERFACES.flatMap(({ addresses }) => [...addresses]);

/** What lies behind each interface of the node. */
export const LAB_INTERFACES: readonly { readonly name: string; readonly addresses: readonly string[] }[] = [
  ...INTERFACES.map((name, n) => ({ name, addresses: [ADDRESSES[n]!, ADDRESSES[n + 6]!] })),
  { name: UPLINK, addresses: [ADDRESSES[4], ADDRESSES[5], ADDRESSES[10], ADDRESSES[11]] },
  { name: UPLINK2, addresses: ["10.67.0.1", "10.67.0.2", "fd00:67::1", "fd00:67::2", "10.96.7.7", "fd00:96::7:7"] },
];

/** Where services' addresses are from; some that are not translated lie behind the second uplink. */
export const SERVICE_RANGES = ["10.96.0.0/16", "fd00:96::/96"] as const;

/** Addresses of services, each with the backend that the node translates it to: a workload here, or one elsewhere. */
export const TRANSLATED: readonly (readonly [string, string])[] = [
  ["10.96.0.1", ADDRESSES[0]],
  ["10.96.0.2", ADDRESSES[4]],
  ["fd00:96::1", ADDRESSES[6]],
  ["fd00:96::2", ADDRESSES[10]],
];

const ways = new Map(LAB_INTERFACES.flatMap(({ name, addresses }) => addresses.map((address) => [address, name])));

/** The interface that a destination is reached by; undefined when it is the node's own. */
export function wayTo(destination: Address): string | undefined {
  return ways.get(formatAddress(destination));
}

/** A packet from outside to the node itself, to a failsafe port. */
export const UPLINK_PACKET: Packet = {
  source: parseAddress(ADDRESSES[4])!,
  destination: parseAddress(HOST_ADDRESSES[0]!)!,
  protocol: 17,
  sourcePort: 9,
  destinationPort: 68,
  inInterface: UPLINK,
};
