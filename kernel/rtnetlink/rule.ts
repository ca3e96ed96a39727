import { addressBytes, addressFromBytes } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import { addressBits } from "../../net/family.ts";
import { type Prefix, prefixOf } from "../../net/prefix.ts";
import { malformed } from "../error.ts";
import type { AttributeReader } from "../netlink/attribute.ts";
import type { Message } from "../netlink/message-reader.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import type { Rule } from "../rule.ts";
import { k } from "./constants.ts";
import { addressFamily, familyOf } from "./family.ts";

/** FRA_SUPPRESS_PREFIXLEN when nothing is suppressed. */
const noSuppression = 0xffffffff;

type Draft = { -readonly [Field in keyof Rule]: Rule[Field] };

/** The rule of an RTM_NEWRULE; undefined when it is not IP or does something else than look into a table. */
export function decodeRule(message: Message): Rule | undefined {
  const family = familyOf(message.u8(0));
  if (!family || message.u8(7) !== k.FR_ACT_TO_TBL) return undefined;
  const rule: Draft = { family, priority: 0, table: message.u8(4), protocol: 0 };
  if ((message.u32(8) & k.FIB_RULE_INVERT) !== 0) rule.invert = true;
  const row = message.attributes(k.SIZEOF_FIB_RULE_HDR);
  let mark = 0;
  let mask = 0;
  while (row.next()) {
    if (row.type === k.FRA_FWMARK) mark = row.u32();
    else if (row.type === k.FRA_FWMASK) mask = row.u32();
    else decodeField(rule, row, message.u8(1), message.u8(2));
  }
  if (mask !== 0) rule.mark = { value: mark, mask };
  return rule;
}

function decodeField(rule: Draft, row: AttributeReader, toLength: number, fromLength: number): void {
  switch (row.type) {
    case k.FRA_DST:
      rule.to = prefixIn(row, rule.family, toLength);
      break;
    case k.FRA_SRC:
      rule.from = prefixIn(row, rule.family, fromLength);
      break;
    case k.FRA_IIFNAME:
      rule.inputInterface = row.text();
      break;
    case k.FRA_OIFNAME:
      rule.outputInterface = row.text();
      break;
    case k.FRA_PRIORITY:
      rule.priority = row.u32();
      break;
    case k.FRA_TABLE:
      rule.table = row.u32();
      break;
    case k.FRA_PROTOCOL:
      rule.protocol = row.u8();
      break;
    case k.FRA_SUPPRESS_PREFIXLEN:
      if (row.u32() !== noSuppression) rule.suppressPrefixLength = row.u32();
      break;
  }
}

function prefixIn(row: AttributeReader, family: Family, length: number): Prefix {
  const address = addressFromBytes(row.bytes());
  if (address?.family !== family || length > addressBits[family])
    throw malformed(`rule with a ${family} prefix of length ${length}`);
  return prefixOf(address, length);
}

/** Body of an RTM_NEWRULE or RTM_DELRULE. */
export function encodeRule(w: MessageWriter, rule: Rule): void {
  const table = rule.table < 256 ? rule.table : k.RT_TABLE_UNSPEC;
  encodeHeader(w, addressFamily[rule.family], rule.to?.length ?? 0, rule.from?.length ?? 0, table, rule.invert);
  w.attrU32(k.FRA_PRIORITY, rule.priority).attrU32(k.FRA_TABLE, rule.table).attrU8(k.FRA_PROTOCOL, rule.protocol);
  if (rule.from) w.attrBytes(k.FRA_SRC, addressBytes(rule.from));
  if (rule.to) w.attrBytes(k.FRA_DST, addressBytes(rule.to));
  if (rule.mark) w.attrU32(k.FRA_FWMARK, rule.mark.value).attrU32(k.FRA_FWMASK, rule.mark.mask);
  if (rule.inputInterface !== undefined) w.attrText(k.FRA_IIFNAME, rule.inputInterface);
  if (rule.outputInterface !== undefined) w.attrText(k.FRA_OIFNAME, rule.outputInterface);
  if (rule.suppressPrefixLength !== undefined) w.attrU32(k.FRA_SUPPRESS_PREFIXLEN, rule.suppressPrefixLength);
}

/** Body of a dump of one family's rules. */
export function encodeRuleDump(w: MessageWriter, family: Family): void {
  w.u8(addressFamily[family]).zeros(k.SIZEOF_FIB_RULE_HDR - 1);
}

/**
 *      struct fib_rule_hdr: family u8, dst length u8, src length u8, tos u8,
 *                           table u8, reserved u8, reserved u8, action u8, flags u32
 */
function encodeHeader(w: MessageWriter, family: number, to: number, from: number, table: number, invert = false): void {
  w.u8(family).u8(to).u8(from).u8(0);
  w.u8(table).u8(0).u8(0).u8(k.FR_ACT_TO_TBL);
  w.u32(invert ? k.FIB_RULE_INVERT : 0);
}
