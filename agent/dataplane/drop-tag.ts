import { fingerprint } from "../../kernel/nftables/identity.ts";

/** The most octets of a tag: what iptables' NFLOG keeps of a prefix with its closing NUL (linux/netfilter/xt_NFLOG.h). */
export const longestDropTag = 63;

const printable = /^[ !#-[\]-~]*$/;

/**
 * What a packet that a rule drops carries to listeners of `dropGroup`, as the prefix of its NFLOG message: the rule's name where
 * it fits and prints (ASCII without `"` and `\`), else as much of it as fits, a `~` and a fingerprint of the whole name. A listener that
 * knows the names finds the rule by comparing tags; to one that does not, a tag still reads as a sentence.
 */
export function dropTag(name: string): string {
  if (name.length <= longestDropTag && printable.test(name)) return name;
  const clean = name.replace(/[^ !#-[\]-~]/gu, "?");
  return `${clean.slice(0, longestDropTag - 17)}~${fingerprint(new TextEncoder().encode(name))}`;
}
