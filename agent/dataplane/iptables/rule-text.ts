import type { RuleText } from "../../../kernel/iptables/table.ts";
import { fingerprint } from "../../../kernel/nftables/identity.ts";

/** The longest comment (XT_MAX_COMMENT_LEN of linux/netfilter/xt_comment.h less its NUL). */
export const longestComment = 255;

/**
 * What stands for a rule's name in its comment: the name itself where it fits and prints, else as much of it as fits, a `~`
 * and a fingerprint of the whole.
 */
export function commentOf(name: string): string {
  if (name.length <= longestComment && /^[ !#-[\]-~]*$/.test(name)) return name;
  const clean = name.replace(/[^ !#-[\]-~]/gu, "?");
  return `${clean.slice(0, longestComment - 17)}~${fingerprint(new TextEncoder().encode(name))}`;
}

/** A comment match that says where a rule came from. */
export function comment(name: string): RuleText {
  return `-m comment --comment "${commentOf(name)}"`;
}

/** Rules' arguments side by side, absent ones left out. */
export function rule(...parts: readonly (string | undefined)[]): RuleText {
  return parts.filter((part) => part).join(" ");
}

/** All of the bits are set in the packet's mark. */
export function has(bits: number): RuleText {
  return `-m mark --mark ${hex(bits)}/${hex(bits)}`;
}

/** None of the bits is set in the packet's mark. */
export function hasNone(bits: number): RuleText {
  return `-m mark --mark 0x0/${hex(bits)}`;
}

/** Sets bits of the packet's mark; the packet goes on. */
export function setMark(bits: number): RuleText {
  return `-j MARK --set-xmark ${hex(bits)}/${hex(bits)}`;
}

/** Clears bits of the packet's mark; the packet goes on. */
export function clearMark(bits: number): RuleText {
  return `-j MARK --set-xmark 0x0/${hex(bits)}`;
}

function hex(bits: number): string {
  return `0x${(bits >>> 0).toString(16)}`;
}
