/**
 * Framing that every netlink family shares (linux/netlink.h). Headers and numbers are host-endian; only attributes that
 * say so carry network order.
 *
 *      0                   1                   2                   3
 *      +---------------------------------------------------------------+
 *      |                      length, header included                  |
 *      +-------------------------------+-------------------------------+
 *      |             type              |             flags             |
 *      +-------------------------------+-------------------------------+
 *      |                           sequence                            |
 *      +---------------------------------------------------------------+
 *      |                            port id                            |
 *      +---------------------------------------------------------------+
 */

/** Octets of a message header. */
export const NLMSG_HDRLEN = 16;

/** Message types below the families' own (linux/netlink.h NLMSG_*). */
export const NLMSG_NOOP = 1;
/** An acknowledgement (error 0) or a refusal. */
export const NLMSG_ERROR = 2;
/** End of a dump; carries an error number when the dump failed. */
export const NLMSG_DONE = 3;
/** Data was lost. */
export const NLMSG_OVERRUN = 4;

/** Flags of any request (linux/netlink.h NLM_F_*). */
export const NLM_F_REQUEST = 0x1;
/** Part of a multi-part answer, ended by NLMSG_DONE. */
export const NLM_F_MULTI = 0x2;
/** Answer with NLMSG_ERROR also on success. */
export const NLM_F_ACK = 0x4;
/** Send the notification of this change back to us. */
export const NLM_F_ECHO = 0x8;
/** The dump was not consistent: what it lists changed while it ran. */
export const NLM_F_DUMP_INTR = 0x10;
/** The dump was filtered as asked. */
export const NLM_F_DUMP_FILTERED = 0x20;

/** Replace what is there (requests that create). */
export const NLM_F_REPLACE = 0x100;
/** Fail when it is there. */
export const NLM_F_EXCL = 0x200;
/** Create when it is not there. */
export const NLM_F_CREATE = 0x400;
/** Add to the end of the list. */
export const NLM_F_APPEND = 0x800;
/** All entries, not one (requests that get): NLM_F_ROOT | NLM_F_MATCH. */
export const NLM_F_DUMP = 0x300;

/** NLMSG_ERROR carries only the header of the refused request, not its body. */
export const NLM_F_CAPPED = 0x100;
/** NLMSG_ERROR ends in attributes (NLMSGERR_ATTR_*). */
export const NLM_F_ACK_TLVS = 0x200;

/** The kernel's sentence about an error (linux/netlink.h NLMSGERR_ATTR_MSG). */
export const NLMSGERR_ATTR_MSG = 1;
/** Where in the request the offending attribute stands (NLMSGERR_ATTR_OFFS). */
export const NLMSGERR_ATTR_OFFS = 2;

/** Netlink protocol of links, addresses, routes, rules and neighbours. */
export const NETLINK_ROUTE = 0;
/** Netlink protocol of nftables, ipset, conntrack and packet logging. */
export const NETLINK_NETFILTER = 12;

/** Whether this machine keeps the low octet first; netlink speaks the machine's order. */
export const hostIsLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Octets rounded up to the next multiple of four, as messages and attributes are laid out. */
export function aligned(octets: number): number {
  return (octets + 3) & ~3;
}
