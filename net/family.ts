/** Address family of everything in this tree: one word for both, as in `ip -4` and `ip -6`. */
export type Family = "ipv4" | "ipv6";

/** Both families, in the order in which they are always printed. */
export const families: readonly Family[] = ["ipv4", "ipv6"];

/** How many bits an address of the family has. */
export const addressBits = { ipv4: 32, ipv6: 128 } as const satisfies Record<Family, number>;
