import type { AttributeReader } from "../netlink/attribute.ts";
import { NFTA_RULE_EXPRESSIONS } from "./encoded-rule.ts";
import { type Count, readCounter } from "./expression/counter.ts";
import type { RuleState } from "./port.ts";
import { NFTA_RULE_USERDATA, readUserdata } from "./userdata.ts";

/** The chain a rule is in (NFTA_RULE_CHAIN). */
export const NFTA_RULE_CHAIN = 2;
/** The kernel's number of a rule (NFTA_RULE_HANDLE). */
export const NFTA_RULE_HANDLE = 3;
/** The rule before which to insert (NFTA_RULE_POSITION, without NLM_F_APPEND). */
export const NFTA_RULE_POSITION = 6;

/** Reads a rule's message: its chain and what we know rules by. */
export function readRule(attributes: AttributeReader): RuleState & { readonly chain: string } {
  let chain = "";
  let handle = 0;
  let count: Count | undefined;
  let userdata = { identity: "", comment: "" };
  while (attributes.next()) {
    if (attributes.type === NFTA_RULE_CHAIN) chain = attributes.text();
    else if (attributes.type === NFTA_RULE_HANDLE) handle = Number(attributes.be64());
    else if (attributes.type === NFTA_RULE_EXPRESSIONS) count = readCounter(attributes.nested());
    else if (attributes.type === NFTA_RULE_USERDATA) userdata = readUserdata(attributes.bytes());
  }
  return { chain, handle, count, ...userdata };
}

/** Reads only the handle of a rule's message. */
export function readHandle(attributes: AttributeReader): number {
  while (attributes.next()) if (attributes.type === NFTA_RULE_HANDLE) return Number(attributes.be64());
  return 0;
}
