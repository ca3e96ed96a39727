/** A member in the form in which sets are compared and encoded: a string whose characters are octets (0..255). */
export type MemberKey = string;
