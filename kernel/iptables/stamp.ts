import { fingerprint } from "../nftables/identity.ts";
import { InvalidTable } from "./error.ts";
import type { RuleText } from "./table.ts";

/** Chains whose names begin so are ours. */
export const ourPrefix = "cali-";
/** What a stamp begins with; Felix writes its own in the same form, so that each of the two knows rules of the other. */
export const stampPrefix = "cali:";
/** The longest name of a chain (XT_EXTENSION_MAXNAMELEN less its NUL). */
const longestChain = 28;
/** The longest line that iptables-restore reads is 10,240 octets; the stamp and the chain's name need some. */
const longestRule = 10_000;
/** The longest comment (XT_MAX_COMMENT_LEN less its NUL). */
const longestComment = 255;

const encoder = new TextEncoder();

/** A fingerprint of what a rule says, by which it is known again: 16 hex digits. */
export function identityOf(rule: RuleText): string {
  return fingerprint(encoder.encode(rule));
}

/** The rule with its stamp, a comment of its own that stands before those that the rule brings. */
export function stamped(rule: RuleText, identity = identityOf(rule)): RuleText {
  return `-m comment --comment "${stampPrefix}${identity}" ${rule}`;
}

/** A comment match for any text: what the language cannot carry becomes `?`, what is too long is cut. */
export function commentMatch(text: string): RuleText {
  const clean = text.replace(/[^ !#-~]/gu, "?").replaceAll("\\", "?");
  return `-m comment --comment "${clean.slice(0, longestComment)}"`;
}

/** @throws InvalidTable when the name is no chain of ours */
export function checkChain(name: string): void {
  if (name.length <= longestChain && /^cali-[!-~]+$/.test(name)) return;
  throw new InvalidTable("chain", name, `${ourPrefix}…, at most ${longestChain} ASCII letters without space`);
}

/** @throws InvalidTable when the rule is more than one line, or longer than iptables-restore reads */
export function checkRule(chain: string, rule: RuleText): void {
  if (rule.length <= longestRule && !/[\n\r\0]/.test(rule)) return;
  throw new InvalidTable(`rule of ${chain}`, rule.slice(0, 200), `one line of at most ${longestRule} letters`);
}
