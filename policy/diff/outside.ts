import { type Address, addressPlus, ipv4, ipv6 } from "../../net/address.ts";
import { addressBits, families } from "../../net/family.ts";
import {
  covers,
  formatPrefix,
  hostPrefix,
  masked,
  nthAddress,
  type Prefix,
  prefixKey,
  prefixOf,
} from "../../net/prefix.ts";
import { PrefixTrie } from "../../net/prefix-trie.ts";
import type { Party } from "./addresses.ts";

/** The name of what is in no prefix that anybody speaks of. */
export const ELSEWHERE = "anywhere else";

/** Addresses by which `anywhere else` goes first: documentation's, which nobody has (RFC 5737, RFC 3849). */
const unlikely: readonly Address[] = [ipv4(0xc0000201), ipv4(0xc6336401), ipv6(0x20010db8, 0, 0, 1)];

/**
 * One address for each of the prefixes, in it and in no prefix inside it and nobody's, where there is one; and one for all
 * that is in none of them. `taken` are the addresses that somebody has.
 */
export function outsideParties(prefixes: Iterable<Prefix>, taken: Iterable<Address>): Party[] {
  const known = new Map<string, Prefix>();
  for (const family of families) known.set(ELSEWHERE + family, whole(family));
  for (const prefix of prefixes) if (prefix.length > 0) known.set(prefixKey(prefix), masked(prefix));
  const tries = { ipv4: new PrefixTrie<"net" | "taken">(), ipv6: new PrefixTrie<"net" | "taken">() };
  for (const prefix of known.values()) tries[prefix.family].set(prefix, "net");
  for (const address of taken) tries[address.family].set(hostPrefix(address), "taken");
  const parties: Party[] = [];
  for (const [key, prefix] of known) {
    const trie = tries[prefix.family];
    if (trie.get(prefix) === "taken") continue;
    const address = freeAddress(prefix, trie);
    if (!address) continue;
    parties.push({ address, label: key.startsWith(ELSEWHERE) ? ELSEWHERE : labelOf(prefix) });
  }
  return parties;
}

function whole(family: Address["family"]): Prefix {
  return prefixOf(family === "ipv4" ? ipv4(0) : ipv6(0, 0, 0, 0), 0);
}

function labelOf(prefix: Prefix): string {
  return prefix.length === addressBits[prefix.family] ? formatPrefix(prefix).replace(/\/.*/, "") : formatPrefix(prefix);
}

/** An address of the prefix whose longest stored prefix it is: what is free begins with it, or behind a part that is not. */
function freeAddress(prefix: Prefix, trie: PrefixTrie<unknown>): Address | undefined {
  const isFree = (address: Address) => trie.lookup(address)?.prefix.length === prefix.length;
  const found = unlikely.find((address) => prefix.length === 0 && covers(prefix, address) && isFree(address));
  if (found) return found;
  const first = nthAddress(prefix, 0);
  if (isFree(first)) return first;
  for (const [inner] of trie.coveredBy(prefix)) {
    if (inner.length === prefix.length) continue;
    const next = after(inner);
    if (covers(prefix, next) && isFree(next)) return next;
  }
  return undefined;
}

/** The first address behind a prefix, wrapping at the end of the family's space. */
function after(prefix: Prefix): Address {
  const bits = addressBits[prefix.family] - prefix.length;
  const { family, a, b, c, d } = masked(prefix);
  const start = { family, a, b, c, d };
  if (bits < 52) return addressPlus(start, 2 ** bits);
  const words = [a, b, c, d];
  let word = 3 - Math.floor(bits / 32);
  let carry = 2 ** (bits % 32);
  for (; word >= 0 && carry > 0; word--) {
    const sum = words[word]! + carry;
    words[word] = sum % 2 ** 32;
    carry = Math.floor(sum / 2 ** 32);
  }
  return ipv6(words[0]!, words[1]!, words[2]!, words[3]!);
}
