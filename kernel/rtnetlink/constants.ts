/**
 * Numbers of rtnetlink under the names of the kernel's headers: linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h,
 * linux/neighbour.h, linux/fib_rules.h. Only those we use.
 */
export const k = {
  // Address families (linux/socket.h).
  AF_UNSPEC: 0,
  AF_INET: 2,
  AF_INET6: 10,

  // Message types.
  RTM_NEWLINK: 16,
  RTM_DELLINK: 17,
  RTM_GETLINK: 18,
  RTM_SETLINK: 19,
  RTM_NEWADDR: 20,
  RTM_DELADDR: 21,
  RTM_GETADDR: 22,
  RTM_NEWROUTE: 24,
  RTM_DELROUTE: 25,
  RTM_GETROUTE: 26,
  RTM_NEWNEIGH: 28,
  RTM_DELNEIGH: 29,
  RTM_GETNEIGH: 30,
  RTM_NEWRULE: 32,
  RTM_DELRULE: 33,
  RTM_GETRULE: 34,

  // Multicast groups.
  RTNLGRP_LINK: 1,
  RTNLGRP_NEIGH: 3,
  RTNLGRP_IPV4_IFADDR: 5,
  RTNLGRP_IPV4_ROUTE: 7,
  RTNLGRP_IPV6_IFADDR: 9,
  RTNLGRP_IPV6_ROUTE: 11,

  // struct ifinfomsg: octets, then attributes.
  SIZEOF_IFINFOMSG: 16,
  IFLA_ADDRESS: 1,
  IFLA_IFNAME: 3,
  IFLA_MTU: 4,
  IFLA_LINK: 5,
  IFLA_MASTER: 10,
  IFLA_LINKINFO: 18,
  IFLA_NET_NS_FD: 28,
  IFLA_INFO_KIND: 1,
  IFLA_INFO_DATA: 2,
  VETH_INFO_PEER: 1,
  IFF_UP: 0x1,
  IFF_LOWER_UP: 0x10000,

  // struct ifaddrmsg: octets, then attributes.
  SIZEOF_IFADDRMSG: 8,
  IFA_ADDRESS: 1,
  IFA_LOCAL: 2,
  IFA_FLAGS: 8,
  IFA_F_NODAD: 0x02,
  IFA_F_DADFAILED: 0x08,
  IFA_F_TENTATIVE: 0x40,

  // struct rtmsg: octets, then attributes.
  SIZEOF_RTMSG: 12,
  RTA_DST: 1,
  RTA_OIF: 4,
  RTA_GATEWAY: 5,
  RTA_PRIORITY: 6,
  RTA_PREFSRC: 7,
  RTA_MULTIPATH: 9,
  RTA_TABLE: 15,
  RTA_VIA: 18,

  // struct rtnexthop: octets, then attributes.
  SIZEOF_RTNEXTHOP: 8,
  RTNH_F_DEAD: 1,
  RTNH_F_ONLINK: 4,
  // The route is a cached one, not from a table.
  RTM_F_CLONED: 0x200,
  RT_TABLE_UNSPEC: 0,
  RT_TABLE_COMPAT: 252,

  // struct ndmsg: octets, then attributes.
  SIZEOF_NDMSG: 12,
  NDA_DST: 1,
  NDA_LLADDR: 2,
  NUD_PERMANENT: 0x80,

  // struct fib_rule_hdr: octets, then attributes.
  SIZEOF_FIB_RULE_HDR: 12,
  FRA_DST: 1,
  FRA_SRC: 2,
  FRA_IIFNAME: 3,
  FRA_PRIORITY: 6,
  FRA_FWMARK: 10,
  FRA_SUPPRESS_PREFIXLEN: 14,
  FRA_TABLE: 15,
  FRA_FWMASK: 16,
  FRA_OIFNAME: 17,
  FRA_PROTOCOL: 21,
  FR_ACT_TO_TBL: 1,
  FIB_RULE_INVERT: 2,
} as const;
