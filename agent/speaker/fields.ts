import { z } from "zod";
import { isInterfaceName } from "../../kernel/sysctl.ts";
import { parseAddress } from "../../net/address-text.ts";
import { parseAsn } from "../../net/asn.ts";
import { isMasked, type Prefix, parsePrefix } from "../../net/prefix.ts";

/** A text that `parse` understands; `wanted` says what would have been right. */
export function textField<T>(parse: (text: string) => T | undefined, wanted: string): z.ZodType<T> {
  return z.string({ error: wanted }).transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: wanted });
    return z.NEVER;
  });
}

/** An IPv4 or IPv6 address. */
export const addressField = textField(parseAddress, "an IPv4 or IPv6 address, as 10.0.0.1 or fd00::1");

function maskedPrefix(text: string): Prefix | undefined {
  const prefix = parsePrefix(text);
  return prefix && isMasked(prefix) ? prefix : undefined;
}

/** A prefix without host bits. */
export const prefixField = textField(maskedPrefix, "a prefix without host bits, as 10.0.0.0/16 or fd00::/48");

/** An AS number, plain or asdot (RFC 5396), not 0 (RFC 7607) and not AS_TRANS. */
export const asnField = z.union([z.number(), z.string()]).transform((value, context) => {
  const asn = typeof value === "string" ? parseAsn(value) : value;
  if (asn !== undefined && Number.isInteger(asn) && asn > 0 && asn <= 0xffffffff && asn !== 23456) return asn;
  context.addIssue({ code: "custom", message: "an AS number, 1..4294967295 and not 23456; hi.lo only in quotes" });
  return z.NEVER;
});

/** The name of an interface. */
export const interfaceField = z.string().refine(isInterfaceName, { error: "the name of an interface, as eth0" });

/** A TCP port. */
export const portField = z.number().int().min(1).max(65535);

/** A number of 32 bits. */
export const u32Field = z.number().int().min(0).max(0xffffffff);

/** Whole seconds between two bounds. */
export function secondsField(least: number, most: number): z.ZodNumber {
  return z.number().int().min(least).max(most);
}

/** What `field` reads for each family, both optional. */
export function byFamily<T extends z.ZodType>(field: T) {
  return z.strictObject({ ipv4: field.optional(), ipv6: field.optional() });
}

/** Optional fields that were not given are absent, not undefined. */
export function withoutAbsent<T extends object>(value: T): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}
