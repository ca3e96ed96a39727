/** Numbers of linux/netfilter/nfnetlink_log.h under their own names; only those we use. */
export const nful = {
  NFULNL_MSG_PACKET: 0,
  NFULNL_MSG_CONFIG: 1,

  NFULA_PACKET_HDR: 1,
  NFULA_MARK: 2,
  NFULA_TIMESTAMP: 3,
  NFULA_IFINDEX_INDEV: 4,
  NFULA_IFINDEX_OUTDEV: 5,
  NFULA_PAYLOAD: 9,
  NFULA_PREFIX: 10,
  NFULA_SEQ: 12,

  NFULA_CFG_CMD: 1,
  NFULA_CFG_MODE: 2,
  NFULA_CFG_TIMEOUT: 4,
  NFULA_CFG_QTHRESH: 5,
  NFULA_CFG_FLAGS: 6,
  NFULNL_CFG_CMD_BIND: 1,
  NFULNL_COPY_PACKET: 2,
  NFULNL_CFG_F_SEQ: 1,
} as const;
