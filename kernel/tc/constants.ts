/**
 * Numbers of linux/rtnetlink.h, linux/pkt_sched.h, linux/pkt_cls.h and linux/tc_act/tc_mirred.h under their own names.
 */
export const tc = {
  RTM_NEWQDISC: 36,
  RTM_DELQDISC: 37,
  RTM_GETQDISC: 38,
  RTM_NEWTFILTER: 44,
  RTM_DELTFILTER: 45,
  RTM_GETTFILTER: 46,

  // struct tcmsg: octets, then attributes.
  SIZEOF_TCMSG: 20,
  TCA_KIND: 1,
  TCA_OPTIONS: 2,
  TC_H_ROOT: 0xffffffff,
  TC_H_INGRESS: 0xfffffff1,
  // Handle of an ingress queue, ffff:
  INGRESS_HANDLE: 0xffff0000,
  // Handle of a bucket of ours, 1:
  BUCKET_HANDLE: 0x00010000,

  TCA_TBF_PARMS: 1,
  TCA_TBF_RATE64: 4,
  TCA_TBF_PRATE64: 5,
  TCA_TBF_BURST: 6,
  TCA_TBF_PBURST: 7,
  TC_LINKLAYER_ETHERNET: 1,

  ETH_P_ALL: 3,
  TCA_U32_CLASSID: 1,
  TCA_U32_SEL: 5,
  TCA_U32_ACT: 7,
  TC_U32_TERMINAL: 1,

  TCA_ACT_KIND: 1,
  TCA_ACT_OPTIONS: 2,
  TCA_MIRRED_PARMS: 2,
  TCA_EGRESS_REDIR: 1,
  TC_ACT_STOLEN: 4,
} as const;
