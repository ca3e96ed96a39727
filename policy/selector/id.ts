import { sha224 } from "../../lib/sha224.ts";
import type { Selector } from "./ast.ts";
import { canonicalText } from "./canonical.ts";

/**
 * The id of a selector's set of members: `s:` and the unpadded base64url of SHA-224 of `s:` and the canonical text.
 * The same selector has the same id on every node and in Calico (libcalico-go/lib/hash MakeUniqueID).
 */
export function selectorId(selector: Selector): string {
  return uniqueId("s", canonicalText(selector));
}

/** `prefix:` and the unpadded base64url of SHA-224 of `prefix:content`. */
export function uniqueId(prefix: string, content: string): string {
  const digest = sha224(new TextEncoder().encode(`${prefix}:${content}`));
  return `${prefix}:${base64Url(digest)}`;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function base64Url(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += 3) {
    const left = octets.length - at;
    const bits = (octets[at]! << 16) | ((octets[at + 1] ?? 0) << 8) | (octets[at + 2] ?? 0);
    for (let i = 0; i < Math.min(left + 1, 4); i++) text += ALPHABET[(bits >>> (18 - 6 * i)) & 63]!;
  }
  return text;
}
