import type { Family } from "../net/family.ts";
import { formatPrefix, type Prefix } from "../net/prefix.ts";

/** A routing rule (`ip rule`): which packets look in which table. An absent match matches everything. */
export interface Rule {
  readonly family: Family;
  /** Lower is asked first. */
  readonly priority: number;
  readonly table: number;
  readonly from?: Prefix;
  readonly to?: Prefix;
  /** Packet mark and the bits of it that count. */
  readonly mark?: { readonly value: number; readonly mask: number };
  readonly inputInterface?: string;
  readonly outputInterface?: string;
  /** True: packets that do not match. */
  readonly invert?: boolean;
  /** Routes of this prefix length or less found in the table do not count (`suppress_prefixlength`). */
  readonly suppressPrefixLength?: number;
  /** Who made it (RTPROT_*, FRA_PROTOCOL). */
  readonly protocol: number;
}

/** The key of a rule: everything in it, as `ip rule` would print it. Two rules of one key are the same rule. */
export function ruleKey(rule: Rule): string {
  const words = [rule.family, `${rule.priority}:`];
  if (rule.invert) words.push("not");
  words.push("from", rule.from ? formatPrefix(rule.from) : "all");
  if (rule.to) words.push("to", formatPrefix(rule.to));
  if (rule.mark) words.push("fwmark", `0x${rule.mark.value.toString(16)}/0x${rule.mark.mask.toString(16)}`);
  if (rule.inputInterface) words.push("iif", rule.inputInterface);
  if (rule.outputInterface) words.push("oif", rule.outputInterface);
  words.push("lookup", `${rule.table}`);
  if (rule.suppressPrefixLength !== undefined) words.push("suppress_prefixlength", `${rule.suppressPrefixLength}`);
  words.push("proto", `${rule.protocol}`);
  return words.join(" ");
}
