import { NFNL_SUBSYS_IPSET, NFPROTO_IPV4, NFPROTO_IPV6, nfnetlinkType } from "../nfnetlink/header.ts";
import type { IpsetSpec, IpsetType } from "./set.ts";

/** Message types (IPSET_CMD_* in linux/netfilter/ipset/ip_set.h). */
export const message = {
  protocol: nfnetlinkType(NFNL_SUBSYS_IPSET, 1),
  create: nfnetlinkType(NFNL_SUBSYS_IPSET, 2),
  destroy: nfnetlinkType(NFNL_SUBSYS_IPSET, 3),
  flush: nfnetlinkType(NFNL_SUBSYS_IPSET, 4),
  rename: nfnetlinkType(NFNL_SUBSYS_IPSET, 5),
  swap: nfnetlinkType(NFNL_SUBSYS_IPSET, 6),
  list: nfnetlinkType(NFNL_SUBSYS_IPSET, 7),
  add: nfnetlinkType(NFNL_SUBSYS_IPSET, 9),
  delete: nfnetlinkType(NFNL_SUBSYS_IPSET, 10),
} as const;

/** Attributes of a command (IPSET_ATTR_*): the protocol version. */
export const IPSET_ATTR_PROTOCOL = 1;
/** Name of the set. */
export const IPSET_ATTR_SETNAME = 2;
/** The type of a set to create; of swap and rename the other name. */
export const IPSET_ATTR_TYPENAME = 3;
/** Revision of a set's type. */
export const IPSET_ATTR_REVISION = 4;
/** A set's address family. */
export const IPSET_ATTR_FAMILY = 5;
/** Flags of a command (IPSET_FLAG_LIST_HEADER). */
export const IPSET_ATTR_FLAGS = 6;
/** What describes one set, or one member. */
export const IPSET_ATTR_DATA = 7;
/** Many members, each in an IPSET_ATTR_DATA. */
export const IPSET_ATTR_ADT = 8;
/** Number of a line; in the kernel's no to a row of members, which of them it was. */
export const IPSET_ATTR_LINENO = 9;
/** The oldest protocol version that the kernel speaks. */
export const IPSET_ATTR_PROTOCOL_MIN = 10;

/** Attributes of a member, and of a set's description (the same numbers mean one or the other): an address. */
export const IPSET_ATTR_IP = 1;
/** Length of a prefix. */
export const IPSET_ATTR_CIDR = 3;
/** Port, network order. */
export const IPSET_ATTR_PORT = 4;
/** Seconds after which members go; we make no such sets. */
export const IPSET_ATTR_TIMEOUT = 6;
/** Protocol number of a port. */
export const IPSET_ATTR_PROTO = 7;
/** Flags of a set or a member (IPSET_FLAG_EXTENSIONS, IPSET_FLAG_NOMATCH). */
export const IPSET_ATTR_CADT_FLAGS = 8;
/** Buckets that a hash has at first. */
export const IPSET_ATTR_HASHSIZE = 18;
/** Most members. */
export const IPSET_ATTR_MAXELEM = 19;
/** Mask by which all members are cut; we make no such sets. */
export const IPSET_ATTR_NETMASK = 20;
/** Name of an interface. */
export const IPSET_ATTR_IFACE = 23;
/** How many members there are. */
export const IPSET_ATTR_ELEMENTS = 24;
/** How many rules and sets look into the set. */
export const IPSET_ATTR_REFERENCES = 25;

/** Inside IPSET_ATTR_IP, by address family: an IPv4 address. */
export const IPSET_ATTR_IPADDR_IPV4 = 1;
/** An IPv6 address. */
export const IPSET_ATTR_IPADDR_IPV6 = 2;

/** Lists descriptions and no members (in IPSET_ATTR_FLAGS). */
export const IPSET_FLAG_LIST_HEADER = 4;
/** Extensions of a set that we never make (in IPSET_ATTR_CADT_FLAGS): counters, comments, marks. */
export const IPSET_FLAG_EXTENSIONS = 0x8 | 0x10 | 0x40;
/** A member that is an exception (in IPSET_ATTR_CADT_FLAGS). */
export const IPSET_FLAG_NOMATCH = 4;

/** The protocol version that we speak: every kernel since Linux 3.2 takes it, newer ones speak 7 as well. */
export const protocolVersion = 6;

/**
 * The revision of each type that we make: the one of Linux 3.18. Kernels keep older revisions, and an `ipset` program of that age
 * can still list our sets.
 */
export const typeRevision: { readonly [Type in IpsetType]: number } = {
  "hash:net": 6,
  "hash:ip,port": 5,
  "hash:net,iface": 6,
};

/** The family's number in messages. */
export function familyNumber(spec: Pick<IpsetSpec, "family">): number {
  return spec.family === "inet" ? NFPROTO_IPV4 : NFPROTO_IPV6;
}
