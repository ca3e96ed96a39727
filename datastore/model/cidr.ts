import * as z from "zod";
import { parseAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { formatPrefix, isMasked, masked, parsePrefix } from "../../net/prefix.ts";

const familyName = { ipv4: "IPv4", ipv6: "IPv6" } as const;

function addressOf(family?: Family) {
  const what = family ? `an ${familyName[family]} address` : "an IP address";
  return z.string().refine((text) => {
    const address = parseAddress(text);
    return address !== undefined && (family === undefined || address.family === family);
  }, `${what} is wanted`);
}

function cidrOf(family?: Family) {
  const what = family ? `an ${familyName[family]} CIDR or address` : "a CIDR or an IP address";
  return z.string().refine((text) => {
    const prefix = parsePrefix(text);
    return prefix !== undefined && (family === undefined || prefix.family === family);
  }, `${what} is wanted`);
}

/** An IP address of either family, without prefix length. */
export const addressSchema = addressOf();
/** An IPv4 address. */
export const ipv4AddressSchema = addressOf("ipv4");
/** An IPv6 address. */
export const ipv6AddressSchema = addressOf("ipv6");
/** A CIDR of either family; a bare address counts as /32 or /128; host bits may be set (an interface's address, a net). */
export const cidrSchema = cidrOf();
/** An IPv4 CIDR or address. */
export const ipv4CidrSchema = cidrOf("ipv4");
/** An IPv6 CIDR or address. */
export const ipv6CidrSchema = cidrOf("ipv6");

/** A CIDR whose host bits are clear, with its prefix length written out. */
export const maskedCidrSchema = z.string().superRefine((text, context) => {
  const prefix = parsePrefix(text);
  if (!prefix) context.addIssue({ code: "custom", message: "a CIDR is wanted" });
  else if (!text.includes("/")) context.addIssue({ code: "custom", message: `${formatPrefix(prefix)} would be right` });
  else if (!isMasked(prefix)) {
    context.addIssue({ code: "custom", message: `host bits are set; ${formatPrefix(masked(prefix))} would be right` });
  }
});

/** The address of one host as a CIDR: /32 or /128, or bare. */
export const hostCidrSchema = z.string().refine((text) => {
  const prefix = parsePrefix(text);
  return prefix !== undefined && prefix.length === (prefix.family === "ipv4" ? 32 : 128);
}, "one address is wanted, as /32 or /128");
