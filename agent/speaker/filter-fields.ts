import { z } from "zod";
import type { Change, Filter, Match, PrefixRange, Term } from "../../bgp/filter/filter.ts";
import { prefixField } from "./fields.ts";

const u32 = z.number().int().min(0).max(0xffffffff);

const communityField = z.string().transform((text, context) => {
  const [, high, low] = /^([0-9]{1,5}):([0-9]{1,5})$/.exec(text) ?? [];
  if (Number(high) <= 65535 && Number(low) <= 65535) return Number(high) * 65536 + Number(low);
  context.addIssue({ code: "custom", message: "a community, as 65000:100" });
  return z.NEVER;
});

const rangeField = z
  .strictObject({
    prefix: prefixField,
    minLength: z.number().int().min(0).max(128).optional(),
    maxLength: z.number().int().min(0).max(128).optional(),
  })
  .transform((range) => range as PrefixRange);

const matchField = z
  .strictObject({
    prefixes: z.array(rangeField).min(1).optional(),
    source: z.enum(["local", "internal", "external"]).optional(),
    tags: z.array(u32).min(1).optional(),
    communities: z.array(communityField).min(1).optional(),
  })
  .transform((match) => match as Match);

const changeField = z
  .strictObject({
    med: u32.optional(),
    localPref: u32.optional(),
    addCommunities: z.array(communityField).optional(),
    removeCommunities: z.union([z.literal("all"), z.array(communityField)]).optional(),
    prepend: z.number().int().min(1).max(16).optional(),
    nextHop: z.literal("self").optional(),
  })
  .transform((change) => change as Change);

const verdictField = z.enum(["accept", "reject"]);

const termField = z
  .strictObject({
    name: z.string().min(1),
    match: matchField.default({}),
    verdict: verdictField,
    change: changeField.optional(),
  })
  .transform((term) => term as Term);

/** A filter: terms in order, the first that matches decides. */
export const filterField = z
  .strictObject({ name: z.string().min(1), terms: z.array(termField).max(256), otherwise: verdictField })
  .transform((filter): Filter => filter);
