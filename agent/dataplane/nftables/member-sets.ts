import type { ElementText, SetSpec as KernelSetSpec } from "../../../kernel/nftables/set.ts";
import { type Family, families } from "../../../net/family.ts";
import type { MemberDelta } from "../../../policy/output.ts";
import { memberFamily, type SetId, type SetMember, type SetSpec } from "../../../policy/set.ts";
import { memberSet } from "./names.ts";
import type { Ruleset } from "./ruleset.ts";

interface Known {
  readonly spec: SetSpec;
  readonly counts: Record<Family, number>;
}

/**
 * Keeps the kernel's sets of the members that policies' sets have: one for each family that has members among them. There is no set
 * without members, and nobody looks into one.
 */
export class MemberSets {
  readonly #ruleset: Ruleset;
  readonly #known = new Map<SetId, Known>();
  readonly #changed: (id: SetId) => void;

  /** `changed` is told of sets that have another name now, or none. */
  constructor(ruleset: Ruleset, changed: (id: SetId) => void) {
    this.#ruleset = ruleset;
    this.#changed = changed;
  }

  /** The name of the kernel's set of one family's members, or undefined when there are none. */
  nameOf(id: SetId, family: Family): string | undefined {
    const known = this.#known.get(id);
    return known && known.counts[family] > 0 ? memberSet(id, known.spec.kind, family) : undefined;
  }

  /** The set is this now; of another kind than before, it starts empty. */
  set(spec: SetSpec): void {
    if (this.#known.get(spec.id)?.spec.kind === spec.kind) return;
    this.drop(spec.id);
    this.#known.set(spec.id, { spec, counts: { ipv4: 0, ipv6: 0 } });
    this.#changed(spec.id);
  }

  drop(id: SetId): void {
    for (const family of families) {
      const name = this.nameOf(id, family);
      if (name !== undefined) this.#ruleset.unwantSet(name);
    }
    if (this.#known.delete(id)) this.#changed(id);
  }

  changeMembers(id: SetId, { added, removed }: MemberDelta): void {
    const { spec, counts } = this.#known.get(id)!;
    for (const family of families) {
      const ours = (members: readonly SetMember[]) => members.filter((each) => memberFamily(each) === family);
      const [come, gone] = [ours(added), ours(removed)];
      if (come.length + gone.length === 0) continue;
      const before = counts[family];
      counts[family] += come.length - gone.length;
      const name = memberSet(id, spec.kind, family);
      if (before === 0) this.#ruleset.wantSet(kernelSet(spec, family));
      if (counts[family] === 0) this.#ruleset.unwantSet(name);
      else this.#ruleset.changeElements(name, come.map(elementText), gone.map(elementText));
      if (before === 0 || counts[family] === 0) this.#changed(id);
    }
  }
}

/** The kernel's set of one family's members of a policy set. Single addresses make a hash set, prefixes an interval set. */
export function kernelSet({ id, kind, about }: SetSpec, family: Family): KernelSetSpec {
  const address = family === "ipv4" ? "ipv4_addr" : "ipv6_addr";
  const name = memberSet(id, kind, family);
  const comment = about === undefined ? {} : { comment: about.replaceAll('"', "'") };
  if (kind === "port") return { name, key: [address, "inet_proto", "inet_service"], ...comment };
  return { name, key: [address], ...(kind === "net" && { interval: true }), ...comment };
}

/** A member as nft writes it: `10.0.0.1,tcp:80` becomes `10.0.0.1 . tcp . 80`. */
export function elementText(member: SetMember): ElementText {
  const comma = member.indexOf(",");
  if (comma < 0) return member;
  const colon = member.indexOf(":", comma);
  return `${member.slice(0, comma)} . ${member.slice(comma + 1, colon)} . ${member.slice(colon + 1)}`;
}
