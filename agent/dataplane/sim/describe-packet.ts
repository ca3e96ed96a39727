import { formatAddress } from "../../../net/address-text.ts";
import type { Packet } from "../../../policy/packet.ts";

/** A packet on one line: `cali1 > cali2: 10.65.0.1:80 > 10.65.0.2:443, protocol 6`. */
export function describePacket(packet: Packet): string {
  const { source, destination, sourcePort, destinationPort, icmpType, icmpCode } = packet;
  const end = (address: typeof source, port: number | undefined) =>
    `${formatAddress(address)}${port === undefined ? "" : ` port ${port}`}`;
  const icmp = icmpType === undefined ? "" : ` type ${icmpType} code ${icmpCode}`;
  const path = `${packet.inInterface ?? "this node"} > ${packet.outInterface ?? "this node"}`;
  const { preDnat } = packet;
  const before = preDnat ? `, sent to ${end(preDnat.destination, preDnat.destinationPort ?? destinationPort)}` : "";
  return `${path}: ${end(source, sourcePort)} > ${end(destination, destinationPort)}, protocol ${packet.protocol}${icmp}${before}`;
}
