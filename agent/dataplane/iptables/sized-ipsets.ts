import type { IpsetMember, IpsetSpec, Ipsets } from "../../../kernel/ipset/set.ts";

/** One family's ipsets, all of which may have as many members as the options say (MaxIpsetSize). */
export class SizedIpsets {
  readonly #ipsets: Ipsets;
  readonly #wanted = new Map<string, Omit<IpsetSpec, "maxelem">>();
  #most: number;

  constructor(ipsets: Ipsets, most: number) {
    this.#ipsets = ipsets;
    this.#most = most;
  }

  /** From now on sets may have so many members, also those that are there; none of these loses one that fits. */
  resize(most: number): void {
    if (most === this.#most) return;
    this.#most = most;
    for (const spec of this.#wanted.values()) this.#ipsets.wantSet({ ...spec, maxelem: most });
  }

  /** As `Ipsets` has it, but for the size. */
  wantSet(spec: Omit<IpsetSpec, "maxelem">): void {
    this.#wanted.set(spec.name, spec);
    this.#ipsets.wantSet({ ...spec, maxelem: this.#most });
  }

  /** As `Ipsets` has it. */
  unwantSet(name: string): void {
    this.#wanted.delete(name);
    this.#ipsets.unwantSet(name);
  }

  /** As `Ipsets` has it. */
  changeMembers(set: string, add: Iterable<IpsetMember>, remove?: Iterable<IpsetMember>): void {
    this.#ipsets.changeMembers(set, add, remove);
  }
}
