import type { Message } from "../netlink/message-reader.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import { NFGENMSG_LEN, NFNL_SUBSYS_ULOG, nfnetlinkType } from "../nfnetlink/header.ts";
import { nful } from "./constants.ts";
import { readHeaders } from "./headers.ts";
import { hooks, type LoggedPacket } from "./logged-packet.ts";

/** Message types of packet logging, subsystem included. */
export const nflogMessage = {
  packet: nfnetlinkType(NFNL_SUBSYS_ULOG, nful.NFULNL_MSG_PACKET),
  config: nfnetlinkType(NFNL_SUBSYS_ULOG, nful.NFULNL_MSG_CONFIG),
} as const;

/** A tenth of a second, in the kernel's hundredths: how long packets wait for one another. */
const patience = 10;
/** This many packets are told at once when they come quickly. */
const togetherAtMost = 64;

/** What follows the nfgenmsg of the requests that bind a group, in order: the group, then how it is to tell packets. */
export function groupRequests(copyRange: number): readonly ((w: MessageWriter) => void)[] {
  const mode = new Uint8Array(6);
  new DataView(mode.buffer).setUint32(0, copyRange);
  mode[4] = nful.NFULNL_COPY_PACKET;
  return [
    (w) => w.attrU8(nful.NFULA_CFG_CMD, nful.NFULNL_CFG_CMD_BIND),
    (w) =>
      w
        .attrBytes(nful.NFULA_CFG_MODE, mode)
        .attrBe32(nful.NFULA_CFG_TIMEOUT, patience)
        .attrBe32(nful.NFULA_CFG_QTHRESH, togetherAtMost)
        .attrBe16(nful.NFULA_CFG_FLAGS, nful.NFULNL_CFG_F_SEQ),
  ];
}

/** A logged packet with its number in the group's row, when the kernel numbers them. */
export interface NumberedPacket {
  readonly packet: LoggedPacket;
  readonly sequence: number | undefined;
}

/**
 * The packet that a message tells; at most `copyRange` of its octets are kept. @throws KernelError `kernel/malformed`
 */
export function decodePacket(message: Message, copyRange: number): NumberedPacket {
  const packet = { prefix: "", inInterface: 0, outInterface: 0, mark: 0, octets: new Uint8Array(0) };
  let hook: LoggedPacket["hook"];
  let timestamp: number | undefined;
  let sequence: number | undefined;
  const row = message.attributes(NFGENMSG_LEN);
  while (row.next()) {
    switch (row.type) {
      case nful.NFULA_PACKET_HDR:
        // hardware protocol u16, hook u8, pad u8
        hook = hooks[(row.be32() >>> 8) & 255];
        break;
      case nful.NFULA_MARK:
        packet.mark = row.be32();
        break;
      case nful.NFULA_TIMESTAMP:
        timestamp = readTimestamp(row.be64(), row.bytes());
        break;
      case nful.NFULA_IFINDEX_INDEV:
        packet.inInterface = row.be32();
        break;
      case nful.NFULA_IFINDEX_OUTDEV:
        packet.outInterface = row.be32();
        break;
      case nful.NFULA_PAYLOAD:
        packet.octets = row.bytes().slice(0, copyRange);
        break;
      case nful.NFULA_PREFIX:
        packet.prefix = row.text();
        break;
      case nful.NFULA_SEQ:
        sequence = row.be32();
    }
  }
  return { packet: { ...packet, hook, timestamp, headers: readHeaders(packet.octets) }, sequence };
}

/** Seconds and microseconds, eight octets each, as milliseconds. */
function readTimestamp(seconds: bigint, octets: Uint8Array): number | undefined {
  if (octets.length < 16) return undefined;
  const micros = new DataView(octets.buffer, octets.byteOffset).getBigUint64(8);
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}
