import type { Address } from "../../../net/address.ts";
import { formatAddress, parseAddress } from "../../../net/address-text.ts";
import type { Packet } from "../../../policy/packet.ts";
import { HOST_ADDRESSES } from "./lab-net.ts";

const own = HOST_ADDRESSES.map((text) => parseAddress(text)!);

/**
 * The names of a packet's connection and of its answers', also as they are where its source is translated to the node's:
 * of two packets that share a name, the kernel may take the second for a part of the first's connection, and ask nobody.
 */
export function connectionNames(packet: Packet): string[] {
  const { source, destination, inInterface, outInterface } = packet;
  const isThrough = inInterface !== undefined && outInterface !== undefined;
  const translated = isThrough ? own.filter(({ family }) => family === source.family) : [];
  return [source, ...translated].flatMap((from) => bothWays(packet, from, destination));
}

function bothWays(packet: Packet, from: Address, to: Address): [string, string] {
  const { protocol, sourcePort, destinationPort, icmpType, icmpCode } = packet;
  const ends = [`${formatAddress(from)} ${sourcePort}`, `${formatAddress(to)} ${destinationPort}`] as const;
  const kind = `${protocol} ${icmpType} ${icmpCode}`;
  return [`${ends[0]} ${ends[1]} ${kind}`, `${ends[1]} ${ends[0]} ${kind}`];
}
