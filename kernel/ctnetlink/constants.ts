/** Numbers of linux/netfilter/nfnetlink_conntrack.h under their own names; only those we use. */
export const ct = {
  IPCTNL_MSG_CT_NEW: 0,
  IPCTNL_MSG_CT_GET: 1,
  IPCTNL_MSG_CT_DELETE: 2,

  CTA_TUPLE_ORIG: 1,
  CTA_TUPLE_REPLY: 2,
  CTA_STATUS: 3,
  CTA_TIMEOUT: 7,
  CTA_MARK: 8,
  CTA_ID: 12,
  CTA_ZONE: 18,
  CTA_FILTER: 25,

  CTA_TUPLE_IP: 1,
  CTA_TUPLE_PROTO: 2,
  CTA_TUPLE_ZONE: 3,
  CTA_IP_V4_SRC: 1,
  CTA_IP_V4_DST: 2,
  CTA_IP_V6_SRC: 3,
  CTA_IP_V6_DST: 4,

  CTA_PROTO_NUM: 1,
  CTA_PROTO_SRC_PORT: 2,
  CTA_PROTO_DST_PORT: 3,
  CTA_PROTO_ICMP_ID: 4,
  CTA_PROTO_ICMP_TYPE: 5,
  CTA_PROTO_ICMP_CODE: 6,
  CTA_PROTO_ICMPV6_ID: 7,
  CTA_PROTO_ICMPV6_TYPE: 8,
  CTA_PROTO_ICMPV6_CODE: 9,

  // Within CTA_FILTER: which parts of the tuples beside it are compared.
  CTA_FILTER_ORIG_FLAGS: 1,
  CTA_FILTER_REPLY_FLAGS: 2,
  CTA_FILTER_F_CTA_IP_SRC: 1,
  CTA_FILTER_F_CTA_IP_DST: 2,
} as const;
