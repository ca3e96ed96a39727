import type { MessageWriter } from "../netlink/message-writer.ts";

/**
 * What every message of NETLINK_NETFILTER begins with, behind the netlink header (linux/netfilter/nfnetlink.h):
 *
 *      0               1               2               3
 *      +---------------+---------------+-------------------------------+
 *      |    family     |  version = 0  |  resource id, network order   |
 *      +---------------+---------------+-------------------------------+
 */
export const NFGENMSG_LEN = 4;

/** Subsystem numbers (NFNL_SUBSYS_*): the high octet of a message type. */
export const NFNL_SUBSYS_CTNETLINK = 1;
/** Packet logging. */
export const NFNL_SUBSYS_ULOG = 4;
/** ipset. */
export const NFNL_SUBSYS_IPSET = 6;
/** nftables. */
export const NFNL_SUBSYS_NFTABLES = 10;

/** Opens a batch: what follows is applied as one or not at all. */
export const NFNL_MSG_BATCH_BEGIN = 0x10;
/** Closes a batch and applies it. */
export const NFNL_MSG_BATCH_END = 0x11;
/** Attribute of BATCH_BEGIN: apply only when the ruleset is still of this generation, else ERESTART. */
export const NFNL_BATCH_GENID = 1;

/** Multicast group of changes to nftables (NFNLGRP_NFTABLES). */
export const NFNLGRP_NFTABLES = 7;

/** Protocol families as netfilter numbers them (NFPROTO_* in linux/netfilter.h). */
export const NFPROTO_UNSPEC = 0;
/** Both IPv4 and IPv6. */
export const NFPROTO_INET = 1;
/** IPv4. */
export const NFPROTO_IPV4 = 2;
/** IPv6. */
export const NFPROTO_IPV6 = 10;

/** The message type of `message` in subsystem `subsystem`. */
export function nfnetlinkType(subsystem: number, message: number): number {
  return (subsystem << 8) | message;
}

/** Opens a message with its nfgenmsg; ends the one before it. */
export function beginNfnetlink(
  w: MessageWriter,
  type: number,
  flags: number,
  sequence: number,
  family: number,
  resource = 0,
): void {
  w.begin(type, flags, sequence).u8(family).u8(0).be16(resource);
}
