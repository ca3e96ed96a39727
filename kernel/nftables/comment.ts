import { fingerprint } from "./identity.ts";
import type { Rule } from "./rule.ts";

/**
 * The most octets of a comment's text: nft 1.0.6 takes 128 with the two octets of its header and the closing NUL
 * (NFTNL_UDATA_COMMENT_MAXLEN in libnftnl).
 */
export const longestComment = 125;

const printable = /^[ !#-~]*$/;

/**
 * The comment that stands for a rule's name in the kernel: the name itself where it fits and prints, else as much of it as
 * fits, a `~` and a fingerprint of the whole, by which `trace` finds the name again.
 */
export function commentOf(name: string): string {
  if (name.length <= longestComment && printable.test(name)) return name;
  const clean = name.replace(/[^ !#-~]/gu, "?");
  return `${clean.slice(0, longestComment - 17)}~${fingerprint(new TextEncoder().encode(name))}`;
}

/** Whether what a rule logs is its name already, so that a listing need not say it twice. */
export function saysItself({ name, expressions }: Rule): boolean {
  return name !== undefined && expressions.some((each) => each.kind === "log" && each.prefix === commentOf(name));
}
