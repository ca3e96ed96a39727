import { type Address, addressBytes, addressFromBytes } from "../../net/address.ts";
import type { AttributeReader } from "../netlink/attribute.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { ct } from "./constants.ts";
import type { FlowTuple } from "./flow.ts";

/** A tuple as it stands in a message, and the zone when it is of this direction alone (CTA_TUPLE_ZONE). */
export interface DecodedTuple {
  readonly tuple: FlowTuple;
  readonly zone: number | undefined;
}

/**
 * The tuple of a CTA_TUPLE_ORIG or CTA_TUPLE_REPLY; undefined when it has no addresses of one family, as entries of
 * protocols other than IP would. @throws KernelError `kernel/malformed`
 */
export function decodeTuple(row: AttributeReader): DecodedTuple | undefined {
  let ends: { readonly source: Address; readonly destination: Address } | undefined;
  let rest: ProtocolPart = { protocol: 0, sourcePort: 0, destinationPort: 0 };
  let zone: number | undefined;
  while (row.next()) {
    if (row.type === ct.CTA_TUPLE_IP) ends = decodeAddresses(row.nested());
    else if (row.type === ct.CTA_TUPLE_PROTO) rest = decodeProtocol(row.nested());
    else if (row.type === ct.CTA_TUPLE_ZONE) zone = row.be16();
  }
  return ends && { tuple: { ...ends, ...rest }, zone };
}

function decodeAddresses(row: AttributeReader) {
  let source: Address | undefined;
  let destination: Address | undefined;
  while (row.next()) {
    switch (row.type) {
      case ct.CTA_IP_V4_SRC:
      case ct.CTA_IP_V6_SRC:
        source = addressFromBytes(row.bytes());
        break;
      case ct.CTA_IP_V4_DST:
      case ct.CTA_IP_V6_DST:
        destination = addressFromBytes(row.bytes());
    }
  }
  return source && destination && source.family === destination.family ? { source, destination } : undefined;
}

type ProtocolPart = Omit<FlowTuple, "source" | "destination">;

function decodeProtocol(row: AttributeReader): ProtocolPart {
  let protocol = 0;
  let sourcePort = 0;
  let destinationPort = 0;
  let icmp: { type: number; code: number; id: number } | undefined;
  while (row.next()) {
    switch (row.type) {
      case ct.CTA_PROTO_NUM:
        protocol = row.u8();
        break;
      case ct.CTA_PROTO_SRC_PORT:
        sourcePort = row.be16();
        break;
      case ct.CTA_PROTO_DST_PORT:
        destinationPort = row.be16();
        break;
      case ct.CTA_PROTO_ICMP_ID:
      case ct.CTA_PROTO_ICMPV6_ID:
        icmp = { ...(icmp ?? noIcmp), id: row.be16() };
        break;
      case ct.CTA_PROTO_ICMP_TYPE:
      case ct.CTA_PROTO_ICMPV6_TYPE:
        icmp = { ...(icmp ?? noIcmp), type: row.u8() };
        break;
      case ct.CTA_PROTO_ICMP_CODE:
      case ct.CTA_PROTO_ICMPV6_CODE:
        icmp = { ...(icmp ?? noIcmp), code: row.u8() };
    }
  }
  return icmp ? { protocol, sourcePort, destinationPort, icmp } : { protocol, sourcePort, destinationPort };
}

const noIcmp = { type: 0, code: 0, id: 0 };

/** Writes a tuple as CTA_TUPLE_ORIG or CTA_TUPLE_REPLY. */
export function encodeTuple(w: MessageWriter, attribute: number, tuple: FlowTuple): void {
  w.nest(attribute, (nest) => {
    encodeAddresses(nest, tuple.source, tuple.destination);
    nest.nest(ct.CTA_TUPLE_PROTO, (protocol) => {
      protocol.attrU8(ct.CTA_PROTO_NUM, tuple.protocol);
      if (tuple.icmp) encodeIcmp(protocol, tuple);
      else {
        protocol.attrBe16(ct.CTA_PROTO_SRC_PORT, tuple.sourcePort);
        protocol.attrBe16(ct.CTA_PROTO_DST_PORT, tuple.destinationPort);
      }
    });
  });
}

/** Writes the addresses of a tuple, of which one may be missing when the kernel is only to compare the other. */
export function encodeAddresses(w: MessageWriter, source: Address | undefined, destination: Address | undefined): void {
  const isV6 = (source ?? destination)?.family === "ipv6";
  w.nest(ct.CTA_TUPLE_IP, (nest) => {
    if (source) nest.attrBytes(isV6 ? ct.CTA_IP_V6_SRC : ct.CTA_IP_V4_SRC, addressBytes(source));
    if (destination) nest.attrBytes(isV6 ? ct.CTA_IP_V6_DST : ct.CTA_IP_V4_DST, addressBytes(destination));
  });
}

function encodeIcmp(w: MessageWriter, { source, icmp = noIcmp }: FlowTuple): void {
  const isV6 = source.family === "ipv6";
  w.attrBe16(isV6 ? ct.CTA_PROTO_ICMPV6_ID : ct.CTA_PROTO_ICMP_ID, icmp.id);
  w.attrU8(isV6 ? ct.CTA_PROTO_ICMPV6_TYPE : ct.CTA_PROTO_ICMP_TYPE, icmp.type);
  w.attrU8(isV6 ? ct.CTA_PROTO_ICMPV6_CODE : ct.CTA_PROTO_ICMP_CODE, icmp.code);
}
