import { NFNL_SUBSYS_NFTABLES, NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6, nfnetlinkType } from "../nfnetlink/header.ts";
import type { TableFamily } from "./table.ts";

/** enum nf_tables_msg_types, as whole message types of nfnetlink. */
export const message = {
  newTable: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 0),
  getTable: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 1),
  deleteTable: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 2),
  newChain: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 3),
  getChain: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 4),
  deleteChain: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 5),
  newRule: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 6),
  getRule: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 7),
  deleteRule: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 8),
  newSet: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 9),
  getSet: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 10),
  deleteSet: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 11),
  newElement: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 12),
  getElement: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 13),
  deleteElement: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 14),
  newGeneration: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 15),
  getGeneration: nfnetlinkType(NFNL_SUBSYS_NFTABLES, 16),
} as const;

/** The protocol family a table's messages carry. */
export const familyNumber: { readonly [F in TableFamily]: number } = {
  inet: NFPROTO_INET,
  ip: NFPROTO_IPV4,
  ip6: NFPROTO_IPV6,
};

/** First attribute of every message about something in a table: the table's name (NFTA_CHAIN_TABLE, NFTA_RULE_TABLE, …). */
export const NFTA_TABLE = 1;
/** The kernel's number for the state of all rulesets of a namespace (NFTA_GEN_ID). */
export const NFTA_GEN_ID = 1;
