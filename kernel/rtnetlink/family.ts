import type { Family } from "../../net/family.ts";
import { k } from "./constants.ts";

/** The kernel's number of a family. */
export const addressFamily = { ipv4: k.AF_INET, ipv6: k.AF_INET6 } as const satisfies Record<Family, number>;

/** The family of a kernel's number, or undefined for one that is not IP. */
export function familyOf(number: number): Family | undefined {
  return number === k.AF_INET ? "ipv4" : number === k.AF_INET6 ? "ipv6" : undefined;
}
