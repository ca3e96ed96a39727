import * as z from "zod";
import { parseAsn } from "../../net/asn.ts";

/** An AS number as Calico stores it: a number, or a text in plain or asdot form. `asNumberOf` makes it a number. */
export const asNumberSchema = z.union([
  z.int().min(0).max(0xffffffff),
  z
    .string()
    .refine((text) => parseAsn(text) !== undefined, "an AS number, 0 to 4294967295 or asdot 'hi.lo', is wanted"),
]);

/** An AS number in either spelling. */
export type AsNumber = z.infer<typeof asNumberSchema>;

/** The AS number as a number. The caller vouches that the value passed the schema; anything else gives 0. */
export function asNumberOf(value: AsNumber): number {
  return typeof value === "number" ? value : (parseAsn(value) ?? 0);
}
