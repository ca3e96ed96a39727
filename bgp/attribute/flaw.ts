import { updateError } from "../iana.ts";
import type { FaultAction } from "../message/update-fault.ts";
import type { Flaw } from "./descriptor.ts";

/** The attribute has the wrong length (RFC 4271 6.3, Attribute Length Error). */
export function lengthFlaw(action: FaultAction, found: number, right: string): Flaw {
  return { action, subcode: updateError.length, why: `${found} octets: ${right} expected` };
}

/** The attribute has no business in a message of this kind of peer (RFC 7606 7.5, 7.9, 7.10). */
export const notFromExternal: Flaw = {
  action: "discard",
  subcode: updateError.optional,
  why: "only internal peers may send it",
};
