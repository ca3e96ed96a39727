import type { Random } from "../lib/random.ts";

function octets(random: Random): readonly number[] {
  return Array.from({ length: 16 }, () => Math.floor(random() * 256));
}

function hex(values: readonly number[]): string {
  return values.map((value) => value.toString(16).padStart(2, "0")).join("");
}

/** A random UUID, version 4 (RFC 9562 5.4). */
export function randomUid(random: Random): string {
  const all = [...octets(random)];
  all[6] = (all[6]! & 0x0f) | 0x40;
  all[8] = (all[8]! & 0x3f) | 0x80;
  const text = hex(all);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

/** A random id of 32 hexadecimal digits, as a cluster's GUID is written. */
export function randomGuid(random: Random): string {
  return hex(octets(random));
}
