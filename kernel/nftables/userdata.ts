import type { MessageWriter } from "../netlink/message-writer.ts";

/** Attribute of a rule's message: octets the kernel keeps and does not read, at most 256 (NFTA_RULE_USERDATA). */
export const NFTA_RULE_USERDATA = 7;

/**
 * Userdata is a row of (type, length, value), one octet each for type and length, as libnftnl lays it out. 0 is the comment,
 * NUL-terminated (NFTNL_UDATA_RULE_COMMENT); nft passes over types it does not know, and ours is one of those.
 */
const UDATA_RULE_COMMENT = 0;
const UDATA_MANX_IDENTITY = 0x4d;
/** A comment that nft need not print, since the rule's own words say it already. */
const UDATA_MANX_COMMENT = 0x4e;

/** What stands in a rule's userdata. */
export interface RuleUserdata {
  /** Empty when the rule is not of our making. */
  readonly identity: string;
  readonly comment: string;
}

/**
 * Begins the userdata of a rule with its comment, as nft would, or where nft does not look (`unseen`); ASCII. Answers what
 * `endUserdata` wants to know.
 */
export function beginUserdata(w: MessageWriter, comment: string | undefined, unseen: boolean): number {
  const mark = w.length;
  w.u16(0).u16(NFTA_RULE_USERDATA);
  if (comment !== undefined) writeText(w, unseen ? UDATA_MANX_COMMENT : UDATA_RULE_COMMENT, comment);
  return mark;
}

/** Ends the userdata with the identity, which may depend on all that was written so far. */
export function endUserdata(w: MessageWriter, mark: number, identity: string): void {
  w.u8(UDATA_MANX_IDENTITY).u8(identity.length).latin(identity);
  w.patch16(mark, w.length - mark);
  w.zeros(-w.length & 3);
}

/**
 * Appends an entry of userdata that holds text, NUL-terminated as libnftnl wants it; at most 254 ASCII characters. For those who
 * write userdata of other objects than rules.
 */
export function writeText(w: MessageWriter, type: number, value: string): void {
  w.u8(type)
    .u8(value.length + 1)
    .latin(value)
    .u8(0);
}

/** The text of an entry of this type in userdata, whoever wrote it; undefined when there is none. */
export function readText(octets: Uint8Array, type: number): string | undefined {
  for (let at = 0; at + 2 <= octets.length; at += 2 + octets[at + 1]!) {
    const to = at + 2 + octets[at + 1]!;
    if (octets[at] === type && to <= octets.length) return text(octets, at + 2, to);
  }
  return undefined;
}

function text(octets: Uint8Array, from: number, to: number): string {
  let out = "";
  for (let i = from; i < to && octets[i] !== 0; i++) out += String.fromCharCode(octets[i]!);
  return out;
}

/** Reads a rule's userdata, whoever wrote it; what does not parse counts as nothing. */
export function readUserdata(octets: Uint8Array): RuleUserdata {
  let identity = "";
  let comment = "";
  for (let at = 0; at + 2 <= octets.length; ) {
    const type = octets[at]!;
    const from = at + 2;
    const to = from + octets[at + 1]!;
    if (to > octets.length) break;
    if (type === UDATA_RULE_COMMENT || type === UDATA_MANX_COMMENT) comment = text(octets, from, to);
    else if (type === UDATA_MANX_IDENTITY) identity = text(octets, from, to);
    at = to;
  }
  return { identity, comment };
}
