import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { Message } from "../netlink/message-reader.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import {
  NFGENMSG_LEN,
  NFNL_SUBSYS_CTNETLINK,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NFPROTO_UNSPEC,
  nfnetlinkType,
} from "../nfnetlink/header.ts";
import { ct } from "./constants.ts";
import type { Flow, FlowPlace } from "./flow.ts";
import { type DecodedTuple, decodeTuple, encodeAddresses, encodeTuple } from "./tuple.ts";

/** Message types of the connection table, subsystem included. */
export const conntrackMessage = {
  get: nfnetlinkType(NFNL_SUBSYS_CTNETLINK, ct.IPCTNL_MSG_CT_GET),
  delete: nfnetlinkType(NFNL_SUBSYS_CTNETLINK, ct.IPCTNL_MSG_CT_DELETE),
} as const;

/** The flow that an entry of a dump tells, or undefined when it is not of IP. @throws KernelError `kernel/malformed` */
export function decodeFlow(message: Message): Flow | undefined {
  let original: DecodedTuple | undefined;
  let reply: DecodedTuple | undefined;
  let zone = 0;
  let id = 0;
  let status = 0;
  let mark = 0;
  const row = message.attributes(NFGENMSG_LEN);
  while (row.next()) {
    switch (row.type) {
      case ct.CTA_TUPLE_ORIG:
        original = decodeTuple(row.nested());
        break;
      case ct.CTA_TUPLE_REPLY:
        reply = decodeTuple(row.nested());
        break;
      case ct.CTA_STATUS:
        status = row.be32();
        break;
      case ct.CTA_MARK:
        mark = row.be32();
        break;
      case ct.CTA_ID:
        id = row.be32();
        break;
      case ct.CTA_ZONE:
        zone = row.be16();
    }
  }
  if (!original || !reply) return undefined;
  // A zone of one direction alone answers to its number in that direction.
  return { original: original.tuple, reply: reply.tuple, zone: original.zone ?? zone, id, status, mark };
}

/** Body of a dump of a family's flows, or of all. */
export function encodeFlowDump(w: MessageWriter, family: Family | undefined): void {
  w.u8(family === undefined ? NFPROTO_UNSPEC : familyNumber(family)).zeros(NFGENMSG_LEN - 1);
}

/**
 * Body of a dump of the flows that have an address at one place; Linux since 5.8 leaves the others out (CTA_FILTER), an
 * older one tells them all.
 */
export function encodeFilteredDump(w: MessageWriter, address: Address, place: FlowPlace): void {
  encodeFlowDump(w, address.family);
  const isOriginal = place.startsWith("original");
  const isSource = place.endsWith("source");
  w.nest(isOriginal ? ct.CTA_TUPLE_ORIG : ct.CTA_TUPLE_REPLY, (tuple) => {
    encodeAddresses(tuple, isSource ? address : undefined, isSource ? undefined : address);
  });
  w.nest(ct.CTA_FILTER, (filter) => {
    const flag = isSource ? ct.CTA_FILTER_F_CTA_IP_SRC : ct.CTA_FILTER_F_CTA_IP_DST;
    filter.attrU32(ct.CTA_FILTER_ORIG_FLAGS, isOriginal ? flag : 0);
    filter.attrU32(ct.CTA_FILTER_REPLY_FLAGS, isOriginal ? 0 : flag);
  });
}

/** Body of the deletion of one entry: its number keeps a newer flow with the same tuple safe. */
export function encodeFlowDeletion(w: MessageWriter, { original, zone, id }: Flow): void {
  encodeFlowDump(w, original.source.family);
  encodeTuple(w, ct.CTA_TUPLE_ORIG, original);
  if (zone !== 0) w.attrBe16(ct.CTA_ZONE, zone);
  w.attrBe32(ct.CTA_ID, id);
}

function familyNumber(family: Family): number {
  return family === "ipv4" ? NFPROTO_IPV4 : NFPROTO_IPV6;
}
