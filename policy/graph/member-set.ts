import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { addressBits, type Family } from "../../net/family.ts";
import { covers, formatPrefix, type Prefix, parsePrefix } from "../../net/prefix.ts";
import { PrefixTrie } from "../../net/prefix-trie.ts";
import type { MemberDelta } from "../output.ts";
import type { SetKind, SetMember } from "../set.ts";

/** The text of an address or prefix as a set's member; the prefix has no host bits set. */
export function prefixMember(prefix: Prefix): SetMember {
  return prefix.length === addressBits[prefix.family] ? formatAddress(prefix) : formatPrefix(prefix);
}

/**
 * The members of one set, counted by how many things contribute each. A member inside another (an endpoint's address in
 * a network set's net) is kept but hidden as long as the wider one is there: interval sets and ipsets both suffer from
 * overlaps. `flush` answers what changed in what can be seen.
 */
export class MemberSet {
  readonly kind: "address" | "port";
  readonly #counts = new Map<SetMember, number>();
  readonly #nets: Record<Family, PrefixTrie<Prefix>> = { ipv4: new PrefixTrie(), ipv6: new PrefixTrie() };
  /** Single addresses, findable by the net that covers them; only while there are nets. */
  #hosts: Record<Family, PrefixTrie<SetMember>> | undefined;
  /** Touched since the last flush, and whether it was seen then. */
  readonly #touched = new Map<SetMember, boolean>();
  readonly #hidden = new Set<SetMember>();

  constructor(kind: "address" | "port") {
    this.kind = kind;
  }

  /** What the members look like now; `net` while a prefix is among them. */
  get setKind(): SetKind {
    if (this.kind === "port") return "port";
    return this.#nets.ipv4.size + this.#nets.ipv6.size > 0 ? "net" : "host";
  }

  /** One more thing contributes this text, which overlaps nothing: a port member. */
  addText(member: SetMember): void {
    this.#count(member, 1);
  }

  dropText(member: SetMember): void {
    this.#count(member, -1);
  }

  /** One more thing contributes this address or prefix, whose host bits are clear. */
  add(prefix: Prefix): void {
    const member = prefixMember(prefix);
    if (this.#count(member, 1) !== 1) return;
    if (prefix.length === addressBits[prefix.family]) this.#addHost(prefix, member);
    else this.#addNet(prefix, member);
  }

  drop(prefix: Prefix): void {
    const member = prefixMember(prefix);
    if (this.#count(member, -1) !== 0) return;
    this.#hidden.delete(member);
    if (prefix.length === addressBits[prefix.family]) this.#hosts?.[prefix.family].delete(prefix);
    else this.#dropNet(prefix);
  }

  /** What changed in what can be seen since the last flush, or undefined. */
  flush(): MemberDelta | undefined {
    const added: SetMember[] = [];
    const removed: SetMember[] = [];
    for (const [member, before] of this.#touched) {
      const now = this.#seen(member);
      if (now !== before) (now ? added : removed).push(member);
    }
    this.#touched.clear();
    return added.length + removed.length > 0 ? { added, removed } : undefined;
  }

  /** Whether the address, by itself or inside a prefix, is a member. */
  has(address: Address): boolean {
    return this.#counts.has(formatAddress(address)) || this.#nets[address.family].lookup(address) !== undefined;
  }

  /** Whether the text is a member: a port's. */
  hasText(member: SetMember): boolean {
    return this.#counts.has(member);
  }

  /** Every member that can be seen. */
  all(): SetMember[] {
    return [...this.#counts.keys()].filter((member) => !this.#hidden.has(member));
  }

  #seen(member: SetMember): boolean {
    return this.#counts.has(member) && !this.#hidden.has(member);
  }

  #touch(member: SetMember): void {
    if (!this.#touched.has(member)) this.#touched.set(member, this.#seen(member));
  }

  #count(member: SetMember, by: number): number {
    this.#touch(member);
    const count = (this.#counts.get(member) ?? 0) + by;
    if (count > 0) this.#counts.set(member, count);
    else this.#counts.delete(member);
    return count;
  }

  #addHost(prefix: Prefix, member: SetMember): void {
    if (!this.#hosts) return;
    this.#hosts[prefix.family].set(prefix, member);
    if (this.#nets[prefix.family].lookup(prefix)) this.#hidden.add(member);
  }

  #addNet(prefix: Prefix, member: SetMember): void {
    this.#hosts ??= this.#indexHosts();
    const nets = this.#nets[prefix.family];
    for (const [, inner] of nets.coveredBy(prefix)) this.#hide(prefixMember(inner), true);
    for (const [, host] of this.#hosts[prefix.family].coveredBy(prefix)) this.#hide(host, true);
    if (nets.lookup(prefix)) this.#hidden.add(member);
    nets.set(prefix, prefix);
  }

  #dropNet(prefix: Prefix): void {
    const nets = this.#nets[prefix.family];
    nets.delete(prefix);
    if (nets.lookup(prefix)) return;
    let outer: Prefix | undefined;
    for (const [, inner] of nets.coveredBy(prefix)) {
      if (outer && covers(outer, inner)) continue;
      outer = inner;
      this.#hide(prefixMember(inner), false);
    }
    for (const [host, member] of this.#hosts![prefix.family].coveredBy(prefix)) {
      if (!nets.lookup(host)) this.#hide(member, false);
    }
    if (this.#nets.ipv4.size + this.#nets.ipv6.size === 0) this.#hosts = undefined;
  }

  #hide(member: SetMember, hidden: boolean): void {
    this.#touch(member);
    if (hidden) this.#hidden.add(member);
    else this.#hidden.delete(member);
  }

  #indexHosts(): Record<Family, PrefixTrie<SetMember>> {
    const hosts = { ipv4: new PrefixTrie<SetMember>(), ipv6: new PrefixTrie<SetMember>() };
    for (const member of this.#counts.keys()) {
      if (member.includes("/")) continue;
      const prefix = parsePrefix(member)!;
      hosts[prefix.family].set(prefix, member);
    }
    return hosts;
  }
}
