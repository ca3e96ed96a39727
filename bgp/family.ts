import type { Family } from "../net/family.ts";

/** Subsequent Address Family Identifier of unicast forwarding (RFC 4760 6). */
export const SAFI_UNICAST = 1;

/** Address Family Identifier of each family (IANA Address Family Numbers). */
export const afiOf = { ipv4: 1, ipv6: 2 } as const satisfies Record<Family, number>;

/** The family that an AFI and SAFI name, or undefined when this speaker does not carry it. */
export function familyOf(afi: number, safi: number): Family | undefined {
  if (safi !== SAFI_UNICAST) return undefined;
  return afi === 1 ? "ipv4" : afi === 2 ? "ipv6" : undefined;
}
