import { MessageWriter } from "../netlink/message-writer.ts";
import { commentOf, saysItself } from "./comment.ts";
import type { Expression, Match, Statement } from "./expression.ts";
import { fingerprint } from "./identity.ts";
import { lowerMatch } from "./lower-match.ts";
import { lowerStatement } from "./lower-statement.ts";
import type { Rule } from "./rule.ts";
import { RuleContext } from "./rule-context.ts";
import type { TableFamily } from "./table.ts";
import { beginUserdata, endUserdata } from "./userdata.ts";

/** Attribute of a rule's message: its expressions, a list (NFTA_RULE_EXPRESSIONS). */
export const NFTA_RULE_EXPRESSIONS = 4;

/**
 * A rule ready for the kernel. `identity` is the fingerprint of all the rule says; the kernel keeps it beside the rule, so a
 * later process knows its own rules again without taking them apart.
 */
export interface EncodedRule {
  readonly rule: Rule;
  readonly identity: string;
  /** NFTA_RULE_EXPRESSIONS and NFTA_RULE_USERDATA. */
  readonly body: Uint8Array;
}

const matchKinds: ReadonlySet<string> = new Set<Match["kind"]>([
  "address",
  "port",
  "l4proto",
  "nfproto",
  "icmp",
  "interface",
  "mark",
  "ct state",
  "ct status",
  "lookup",
  "reverse path",
  "address type",
  "limit",
  "ct count",
]);

/** Whether an expression asks (a match) or does something (a statement). */
export function isMatch(expression: Expression): expression is Match {
  return matchKinds.has(expression.kind);
}

const scratch = new MessageWriter(4096);

/** A rule in the kernel's words. @throws InvalidRuleset naming what cannot be said in a table of the family */
export function encodeRule(family: TableFamily, rule: Rule): EncodedRule {
  scratch.reset();
  const context = new RuleContext(scratch, family);
  scratch.nest(NFTA_RULE_EXPRESSIONS, () => {
    for (const expression of rule.expressions) {
      if (isMatch(expression)) lowerMatch(context, expression);
      else lowerStatement(context, expression satisfies Statement);
    }
  });
  const comment = rule.name === undefined ? undefined : commentOf(rule.name);
  const mark = beginUserdata(scratch, comment, saysItself(rule));
  const identity = fingerprint(scratch.view());
  endUserdata(scratch, mark, identity);
  return { rule, identity, body: kept(scratch.view()) };
}

/** Bodies of rules that come together lie together: a buffer for each would cost as much as all else. */
const slabOctets = 8192;
let slab = new Uint8Array(0);
let used = 0;

function kept(octets: Uint8Array): Uint8Array {
  if (octets.length > slabOctets >> 2) return octets.slice();
  if (used + octets.length > slab.length) {
    slab = new Uint8Array(slabOctets);
    used = 0;
  }
  const copy = slab.subarray(used, used + octets.length);
  copy.set(octets);
  used += octets.length;
  return copy;
}
