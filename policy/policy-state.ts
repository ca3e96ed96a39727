import type { Address } from "../net/address.ts";
import { formatAddress } from "../net/address-text.ts";
import { parsePrefix } from "../net/prefix.ts";
import { PrefixTrie } from "../net/prefix-trie.ts";
import type { Chain, ChainId, EndpointGates, HostGates } from "./chain.ts";
import { portMember } from "./compile/set-definition.ts";
import type { PolicyOutput } from "./output.ts";
import { memberFamily, type SetId, type SetMember, type SetSpec } from "./set.ts";

/** One set as it stands: its members, and its prefixes in a form that can be asked. */
interface StandingSet {
  readonly spec: SetSpec;
  readonly members: Set<SetMember>;
  readonly nets: { readonly ipv4: PrefixTrie<true>; readonly ipv6: PrefixTrie<true> };
}

/** Everything a policy graph has put out so far, added up: what a firewall that obeyed it holds. */
export class PolicyState {
  readonly chains = new Map<ChainId, Chain>();
  /** By interface name. */
  readonly endpoints = new Map<string, EndpointGates>();
  /** By interface name, or `*`. */
  readonly hosts = new Map<string, HostGates>();
  readonly #sets = new Map<SetId, StandingSet>();

  apply(output: PolicyOutput): void {
    for (const change of output.sets) {
      if (change.kind === "delete") this.#sets.delete(change.key);
      else this.#sets.set(change.key, { spec: change.value, members: new Set(), nets: emptyNets() });
    }
    for (const [id, { added, removed }] of output.members) {
      const { members, nets } = this.#sets.get(id)!;
      for (const member of removed) {
        members.delete(member);
        if (member.includes("/")) nets[memberFamily(member)].delete(parsePrefix(member)!);
      }
      for (const member of added) {
        members.add(member);
        if (member.includes("/")) nets[memberFamily(member)].set(parsePrefix(member)!, true);
      }
    }
    for (const { key, ...change } of output.chains) {
      if (change.kind === "set") this.chains.set(key, change.value);
      else this.chains.delete(key);
    }
    for (const { key, ...change } of output.endpoints) {
      if (change.kind === "set") this.endpoints.set(key, change.value);
      else this.endpoints.delete(key);
    }
    for (const { key, ...change } of output.hosts) {
      if (change.kind === "set") this.hosts.set(key, change.value);
      else this.hosts.delete(key);
    }
  }

  /** Whether the address, by itself or inside a prefix, is in the set. */
  hasAddress(id: SetId, address: Address): boolean {
    const set = this.#sets.get(id);
    if (!set) return false;
    return set.members.has(formatAddress(address)) || set.nets[address.family].lookup(address) !== undefined;
  }

  /** Whether the set of a named port holds this address, protocol and port. */
  hasPort(id: SetId, address: Address, protocol: number, port: number): boolean {
    return this.#sets.get(id)?.members.has(portMember(address, protocol, port)) ?? false;
  }

  /** Every set with its members. */
  *sets(): Generator<readonly [SetSpec, ReadonlySet<SetMember>]> {
    for (const { spec, members } of this.#sets.values()) yield [spec, members];
  }
}

function emptyNets(): StandingSet["nets"] {
  return { ipv4: new PrefixTrie(), ipv6: new PrefixTrie() };
}
