import type { Chain } from "../../../kernel/nftables/chain.ts";
import { type Family, families } from "../../../net/family.ts";
import type { MemberDelta } from "../../../policy/output.ts";
import {
  ALL_HOSTS,
  ALL_POOLS,
  MASQUERADE_POOLS,
  memberFamily,
  SERVICE_RANGES,
  type SetId,
  type SetMember,
  type SetSpec,
} from "../../../policy/set.ts";
import { elementText, kernelSet } from "./member-sets.ts";
import { memberSet } from "./names.ts";
import type { Ruleset } from "./ruleset.ts";

/** The sets that rules beside those of policies look into. */
export interface FixedSets {
  /** The name of the kernel's set of one family's members, or undefined when there are none. */
  nameOf(id: SetId, family: Family): string | undefined;
}

const ids: ReadonlySet<SetId> = new Set([MASQUERADE_POOLS, ALL_POOLS, ALL_HOSTS, SERVICE_RANGES]);

interface Known {
  readonly spec: SetSpec;
  readonly members: Readonly<Record<Family, Set<SetMember>>>;
}

/** Keeps those sets: their members, whoever needs them, and of the kernel's sets the ones that a rule looks into now. */
export class FixedMemberSets implements FixedSets {
  readonly #ruleset: Ruleset;
  readonly #known = new Map<SetId, Known>();
  /** The kernel's sets that are wanted. */
  readonly #wanted = new Set<string>();

  constructor(ruleset: Ruleset) {
    this.#ruleset = ruleset;
  }

  /** Whether it is one of these. */
  static isOne(id: SetId): boolean {
    return ids.has(id);
  }

  nameOf(id: SetId, family: Family): string | undefined {
    const known = this.#known.get(id);
    return known && known.members[family].size > 0 ? memberSet(id, known.spec.kind, family) : undefined;
  }

  /** The set is this now; of another kind than before, it starts empty. */
  set(spec: SetSpec): void {
    if (this.#known.get(spec.id)?.spec.kind === spec.kind) return;
    this.drop(spec.id);
    this.#known.set(spec.id, { spec, members: { ipv4: new Set(), ipv6: new Set() } });
  }

  drop(id: SetId): void {
    const known = this.#known.get(id);
    if (known) for (const family of families) this.#unwant(memberSet(id, known.spec.kind, family));
    this.#known.delete(id);
  }

  changeMembers(id: SetId, { added, removed }: MemberDelta): void {
    const { spec, members } = this.#known.get(id)!;
    for (const member of removed) members[memberFamily(member)].delete(member);
    for (const member of added) members[memberFamily(member)].add(member);
    for (const family of families) {
      const name = memberSet(id, spec.kind, family);
      if (!this.#wanted.has(name)) continue;
      const ours = (list: readonly SetMember[]) =>
        list.filter((each) => memberFamily(each) === family).map(elementText);
      this.#ruleset.changeElements(name, ours(added), ours(removed));
    }
  }

  /** These are the chains that may look into them, and no others. */
  needBy(chains: readonly Chain[]): void {
    const asked = new Set<string>();
    for (const { rules } of chains) {
      for (const { expressions } of rules)
        for (const each of expressions) if (each.kind === "lookup") asked.add(each.set);
    }
    for (const { spec, members } of this.#known.values()) {
      for (const family of families) {
        const name = memberSet(spec.id, spec.kind, family);
        if (!asked.has(name)) this.#unwant(name);
        else if (!this.#wanted.has(name)) {
          this.#wanted.add(name);
          this.#ruleset.wantSet(kernelSet(spec, family));
          this.#ruleset.changeElements(name, Array.from(members[family], elementText));
        }
      }
    }
  }

  #unwant(name: string): void {
    if (this.#wanted.delete(name)) this.#ruleset.unwantSet(name);
  }
}
