import type { Family } from "../../net/family.ts";
import { MessageReader } from "../netlink/message-reader.ts";
import { NFGENMSG_LEN, NFNL_SUBSYS_NFTABLES, NFPROTO_IPV4, NFPROTO_IPV6, nfnetlinkType } from "../nfnetlink/header.ts";
import { hookChains } from "./port.ts";
import { ourPrefix } from "./stamp.ts";
import type { TableName } from "./table.ts";

/** Changes to tables, chains and rules (NFT_MSG_* in linux/netfilter/nf_tables.h). */
const ofTable: readonly number[] = [0, 2].map((number) => nfnetlinkType(NFNL_SUBSYS_NFTABLES, number));
const ofChain: readonly number[] = [3, 5].map((number) => nfnetlinkType(NFNL_SUBSYS_NFTABLES, number));
const ofRule: readonly number[] = [6, 8].map((number) => nfnetlinkType(NFNL_SUBSYS_NFTABLES, number));

/** NFTA_TABLE_NAME, NFTA_CHAIN_TABLE and NFTA_RULE_TABLE. */
const ATTR_TABLE = 1;
const NFTA_RULE_CHAIN = 2;
const NFTA_CHAIN_NAME = 3;

function isTable(name: string): name is TableName {
  return Object.hasOwn(hookChains, name);
}

/**
 * In which of the tables of iptables these notifications of nftables tell of something that concerns us: one of our chains or one of
 * the kernel's own, changed by somebody who is not in `own`. The process that changed it is the netlink address of its socket,
 * which is its id unless it has several. @throws KernelError `kernel/malformed`
 */
export function changedTables(octets: Uint8Array, family: Family, own: ReadonlySet<number>): ReadonlySet<TableName> {
  const changed = new Set<TableName>();
  const number = family === "ipv4" ? NFPROTO_IPV4 : NFPROTO_IPV6;
  const reader = new MessageReader(octets);
  while (reader.next()) {
    const { type } = reader;
    const rule = ofRule.includes(type);
    const chain = ofChain.includes(type);
    if (!(rule || chain || ofTable.includes(type))) continue;
    if (reader.length < NFGENMSG_LEN || reader.u8(0) !== number || own.has(reader.port)) continue;
    let table = "";
    let name = "";
    const row = reader.attributes(NFGENMSG_LEN);
    while (row.next()) {
      if (row.type === ATTR_TABLE) table = row.text();
      else if (row.type === (rule ? NFTA_RULE_CHAIN : NFTA_CHAIN_NAME) && (rule || chain)) name = row.text();
    }
    if (!isTable(table) || changed.has(table)) continue;
    const hooks: readonly string[] = hookChains[table];
    if (!(rule || chain) || name.startsWith(ourPrefix) || hooks.includes(name)) changed.add(table);
  }
  return changed;
}
