import { z } from "zod";
import { parseCommunity, parseExtendedCommunity, parseLargeCommunity } from "../../bgp/attribute/community-text.ts";
import type { ExtendedCommunity, LargeCommunity } from "../../bgp/attribute/path-attributes.ts";
import { textField } from "./fields.ts";

/** A community, as `65000:100` or by its well-known name. */
export const communityField: z.ZodType<number> = textField(parseCommunity, "a community, as 65000:100 or no-export");

/** A large community (RFC 8092 5). */
export const largeCommunityField: z.ZodType<LargeCommunity> = textField(
  parseLargeCommunity,
  "a large community, as 65000:1:2",
);

/** An extended community (RFC 4360). */
export const extendedCommunityField: z.ZodType<ExtendedCommunity> = textField(
  parseExtendedCommunity,
  "an extended community, as rt:65000:100, soo:10.0.0.1:7 or 0x and 16 digits",
);

/** Some of a kind of communities, or all there are. */
export function orAll<T>(field: z.ZodType<T>): z.ZodType<"all" | T[]> {
  return z.union([z.literal("all"), z.array(field)], { error: "all, or a list" });
}
