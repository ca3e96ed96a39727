import type { Random } from "../lib/random.ts";
import { addressBits } from "../net/family.ts";
import { nthAddress, type Prefix, prefixOf } from "../net/prefix.ts";
import type { Pool } from "./pool.ts";

/** More blocks of one pool than this are never looked at: an IPv6 pool may hold 2^60. */
const furthest = 2 ** 32;

/** How many blocks a pool holds, cut at 2^32. */
export function blockCount(pool: Pool): number {
  return Math.min(furthest, 2 ** (pool.blockSize - pool.cidr.length));
}

/** FNV-1 over the octets of a name in UTF-8, 32 bits (the hash by which Calico spreads hosts over a pool). */
export function hostHash(name: string): number {
  let hash = 0x811c9dc5;
  for (const octet of new TextEncoder().encode(name)) hash = (Math.imul(hash, 0x01000193) ^ octet) >>> 0;
  return hash;
}

/**
 * Every block of a pool, from a start of the host's own and then in order, around the end: hosts that claim at the same
 * time meet seldom, and a host's blocks lie together. Blocks of one address start by chance, as they hold nothing
 * together anyway (Calico ipam.go randomBlockGenerator).
 */
export function* candidateBlocks(pool: Pool, host: string, random: Random): Generator<Prefix> {
  const count = blockCount(pool);
  const single = pool.blockSize === addressBits[pool.cidr.family];
  const start = single ? Math.floor(random() * count) : hostHash(host) % count;
  const size = 2 ** (addressBits[pool.cidr.family] - pool.blockSize);
  for (let i = 0; i < count; i++) {
    yield prefixOf(nthAddress(pool.cidr, ((start + i) % count) * size), pool.blockSize);
  }
}

/** The members in an order of chance (Fisher and Yates), the argument untouched. */
export function shuffled<T>(members: readonly T[], random: Random): T[] {
  const out = [...members];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
