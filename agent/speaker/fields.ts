import { z } from "zod";
import { parseAddress } from "../../net/address-text.ts";
import { parseAsn } from "../../net/asn.ts";
import { isMasked, parsePrefix } from "../../net/prefix.ts";

/** An IPv4 or IPv6 address. */
export const addressField = z.string().transform((text, context) => {
  const address = parseAddress(text);
  if (address) return address;
  context.addIssue({ code: "custom", message: "an IPv4 or IPv6 address, as 10.0.0.1 or fd00::1" });
  return z.NEVER;
});

/** A prefix without host bits. */
export const prefixField = z.string().transform((text, context) => {
  const prefix = parsePrefix(text);
  if (prefix && isMasked(prefix)) return prefix;
  context.addIssue({ code: "custom", message: "a prefix without host bits, as 10.0.0.0/16 or fd00::/48" });
  return z.NEVER;
});

/** An AS number, plain or asdot (RFC 5396), not 0 (RFC 7607) and not AS_TRANS. */
export const asnField = z.union([z.number(), z.string()]).transform((value, context) => {
  const asn = typeof value === "string" ? parseAsn(value) : value;
  if (asn !== undefined && Number.isInteger(asn) && asn > 0 && asn <= 0xffffffff && asn !== 23456) return asn;
  context.addIssue({ code: "custom", message: "an AS number, 1..4294967295 and not 23456; hi.lo only in quotes" });
  return z.NEVER;
});

/** A TCP port. */
export const portField = z.number().int().min(1).max(65535);

/** Whole seconds between two bounds. */
export function secondsField(least: number, most: number): z.ZodNumber {
  return z.number().int().min(least).max(most);
}
