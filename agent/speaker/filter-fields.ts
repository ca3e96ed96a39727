import { z } from "zod";
import { parseAsPathPattern } from "../../bgp/filter/as-path-pattern.ts";
import type { AsPathMatch, Change, Filter, Match, PrefixRange, Term } from "../../bgp/filter/filter.ts";
import { peerName } from "../../bgp/speaker/config.ts";
import { parseAddress } from "../../net/address-text.ts";
import { communityField, extendedCommunityField, largeCommunityField, orAll } from "./community-fields.ts";
import { addressField, asnField, prefixField, textField, u32Field, withoutAbsent } from "./fields.ts";

const lengthField = z.number().int().min(0).max(128).optional();

const rangeField = z
  .union(
    [
      prefixField.transform((prefix) => ({ prefix })),
      z.strictObject({ prefix: prefixField, minLength: lengthField, maxLength: lengthField }),
    ],
    { error: "a prefix, or { prefix, minLength, maxLength }" },
  )
  .transform((range) => withoutAbsent(range) as PrefixRange);

const asPathField = z
  .strictObject({
    contains: z.array(asnField).min(1).optional(),
    first: z.array(asnField).min(1).optional(),
    last: z.array(asnField).min(1).optional(),
    minLength: z.number().int().min(0).max(65535).optional(),
    maxLength: z.number().int().min(0).max(65535).optional(),
    pattern: textField(
      parseAsPathPattern,
      "AS numbers, ? for any one and * for any number of them, as `65001 * 65002`; at most 64",
    ).optional(),
  })
  .transform((match) => withoutAbsent(match) as AsPathMatch);

function namedPeer(text: string): string | undefined {
  const [host = "", zone = "", more] = text.split("%");
  const address = parseAddress(host);
  return address && more === undefined ? peerName(address, zone) : undefined;
}

const matchField = z
  .strictObject({
    family: z.enum(["ipv4", "ipv6"]).optional(),
    prefixes: z.array(rangeField).min(1).optional(),
    notPrefixes: z.array(rangeField).min(1).optional(),
    source: z.enum(["local", "internal", "external", "peers"]).optional(),
    peers: z.array(textField(namedPeer, "the address of a peer, as 10.0.0.1 or fe80::1%eth0")).min(1).optional(),
    tags: z.array(u32Field).min(1).optional(),
    interfaces: z.array(z.string().min(1).max(15)).min(1).optional(),
    nextHops: z.array(prefixField).min(1).optional(),
    asPath: asPathField.optional(),
    communities: z.array(communityField).min(1).optional(),
    allCommunities: z.array(communityField).min(1).optional(),
    largeCommunities: z.array(largeCommunityField).min(1).optional(),
    allLargeCommunities: z.array(largeCommunityField).min(1).optional(),
    extendedCommunities: z.array(extendedCommunityField).min(1).optional(),
    allExtendedCommunities: z.array(extendedCommunityField).min(1).optional(),
    localPref: u32Field.optional(),
    med: u32Field.optional(),
  } satisfies Record<keyof Match, z.ZodType>)
  .transform((match) => withoutAbsent(match) as Match);

const changeField = z
  .strictObject({
    med: u32Field.optional(),
    addMed: z.number().int().min(-0xffffffff).max(0xffffffff).optional(),
    localPref: u32Field.optional(),
    addCommunities: z.array(communityField).optional(),
    removeCommunities: orAll(communityField).optional(),
    addLargeCommunities: z.array(largeCommunityField).optional(),
    removeLargeCommunities: orAll(largeCommunityField).optional(),
    addExtendedCommunities: z.array(extendedCommunityField).optional(),
    removeExtendedCommunities: orAll(extendedCommunityField).optional(),
    prepend: z.number().int().min(1).max(16).optional(),
    prependAsns: z
      .array(z.union([z.literal("own"), asnField], { error: "an AS number, or own" }))
      .min(1)
      .max(16)
      .optional(),
    nextHop: z.union([z.literal("self"), addressField], { error: "self, or an address" }).optional(),
  } satisfies Record<keyof Change, z.ZodType>)
  .transform((change) => withoutAbsent(change) as Change);

const termField = z
  .strictObject({
    name: z.string().min(1),
    match: matchField.default({}),
    verdict: z.enum(["accept", "reject", "next-term"]),
    change: changeField.optional(),
  })
  .transform((term) => withoutAbsent(term) as Term);

/** A filter: terms in order, the first that matches decides. */
export const filterField = z
  .strictObject({
    name: z.string().min(1),
    terms: z.array(termField).max(256),
    otherwise: z.enum(["accept", "reject"]),
  })
  .transform((filter): Filter => filter);
