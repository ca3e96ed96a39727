import type { Address } from "../net/address.ts";
import { covers, type Prefix } from "../net/prefix.ts";
import type { Packet } from "./packet.ts";
import type { IcmpMatch, Match, PortRange, SideMatch } from "./rule.ts";
import type { SetId } from "./set.ts";

/** The questions a match asks of sets. */
export interface SetLookup {
  hasAddress(id: SetId, address: Address): boolean;
  hasPort(id: SetId, address: Address, protocol: number, port: number): boolean;
}

/** Whether a packet meets everything a rule asks: the meaning of `Match`, in the order in which kernels are told it. */
export function matchesPacket(match: Match, packet: Packet, sets: SetLookup): boolean {
  if (match.family && match.family !== packet.source.family) return false;
  if (match.protocol !== undefined && match.protocol !== packet.protocol) return false;
  if (match.notProtocol === packet.protocol) return false;
  if (match.source && !sideHolds(match.source, packet.source, packet.sourcePort, packet, sets)) return false;
  if (match.destination && !sideHolds(match.destination, packet.destination, packet.destinationPort, packet, sets)) {
    return false;
  }
  if (match.icmp && !sameIcmp(match.icmp, packet)) return false;
  return !(match.notIcmp && sameIcmp(match.notIcmp, packet));
}

function sideHolds(
  side: SideMatch,
  address: Address,
  port: number | undefined,
  packet: Packet,
  sets: SetLookup,
): boolean {
  const inside = (nets: readonly Prefix[]) => nets.some((net) => covers(net, address));
  const among = (ranges: readonly PortRange[] = [], named: readonly SetId[] = []) =>
    port !== undefined &&
    (ranges.some(({ from, to }) => from <= port && port <= to) ||
      named.some((id) => sets.hasPort(id, address, packet.protocol, port)));
  if (side.nets && !inside(side.nets)) return false;
  if (side.notNets && inside(side.notNets)) return false;
  if (side.inSets && !side.inSets.every((id) => sets.hasAddress(id, address))) return false;
  if (side.notInSets?.some((id) => sets.hasAddress(id, address))) return false;
  if (side.inPortSets && !side.inPortSets.every((id) => among(undefined, [id]))) return false;
  if ((side.ports || side.namedPorts) && !among(side.ports, side.namedPorts)) return false;
  return !((side.notPorts || side.notNamedPorts) && among(side.notPorts, side.notNamedPorts));
}

function sameIcmp(icmp: IcmpMatch, packet: Packet): boolean {
  return packet.icmpType === icmp.type && (icmp.code === undefined || packet.icmpCode === icmp.code);
}
