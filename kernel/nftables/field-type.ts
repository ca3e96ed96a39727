import type { FieldType } from "./set.ts";

/** How the kernel and nft see a kind of key: its width in octets, and the number under which nft knows the type. */
export interface FieldLayout {
  readonly octets: number;
  /** `enum datatypes` in nft's include/datatype.h; without it `nft list` could not print the elements. */
  readonly type: number;
  /** `enum byteorder` there: 1 host, 2 network. */
  readonly byteOrder: 1 | 2;
}

/** The layout of every kind of key. */
export const fieldLayout: { readonly [T in FieldType]: FieldLayout } = {
  ipv4_addr: { octets: 4, type: 7, byteOrder: 2 },
  ipv6_addr: { octets: 16, type: 8, byteOrder: 2 },
  inet_proto: { octets: 1, type: 12, byteOrder: 2 },
  inet_service: { octets: 2, type: 13, byteOrder: 2 },
  mark: { octets: 4, type: 19, byteOrder: 1 },
  ifname: { octets: 16, type: 41, byteOrder: 1 },
};

/** Octets that a field takes in a concatenation: rounded up to whole 32-bit registers. */
export function registerOctets(field: FieldType): number {
  return (fieldLayout[field].octets + 3) & ~3;
}

/** Octets of a whole key. A field on its own is not padded, fields of a concatenation are. */
export function keyOctets(key: readonly FieldType[]): number {
  return key.length === 1 ? fieldLayout[key[0]!].octets : key.reduce((sum, field) => sum + registerOctets(field), 0);
}

/** The type number of a key: of a concatenation six bits a field, the first field highest (TYPE_BITS in nft). */
export function keyType(key: readonly FieldType[]): number {
  return key.reduce((type, field) => type * 64 + fieldLayout[field].type, 0);
}
