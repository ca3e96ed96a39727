import type { IpsetMember } from "../../../kernel/ipset/set.ts";
import type { Family } from "../../../net/family.ts";
import type { ChainId } from "../../../policy/chain.ts";
import type { SetId } from "../../../policy/set.ts";
import { ipsetSpec } from "./member-text.ts";
import { ipsetName } from "./names.ts";
import type { SizedIpsets } from "./sized-ipsets.ts";

/** The sets of nets that rules have of their own, kept as long as a chain needs them. Named by content, they never change. */
export class ListSets {
  readonly #ipsets: SizedIpsets;
  readonly #family: Family;
  readonly #holders = new Map<SetId, number>();
  /** By chain: what it needs. */
  readonly #needs = new Map<ChainId, readonly SetId[]>();

  constructor(ipsets: SizedIpsets, family: Family) {
    this.#ipsets = ipsets;
    this.#family = family;
  }

  /** How many sets there are. */
  get size(): number {
    return this.#holders.size;
  }

  /** The chain needs exactly these sets now. */
  hold(chain: ChainId, lists: ReadonlyMap<SetId, readonly IpsetMember[]>): void {
    for (const [id, members] of lists) {
      const holders = this.#holders.get(id) ?? 0;
      this.#holders.set(id, holders + 1);
      if (holders > 0) continue;
      const spec = ipsetSpec(id, "hash:net", this.#family);
      this.#ipsets.wantSet(spec);
      this.#ipsets.changeMembers(spec.name, members);
    }
    for (const id of this.#needs.get(chain) ?? []) {
      const holders = this.#holders.get(id)! - 1;
      if (holders > 0) this.#holders.set(id, holders);
      else {
        this.#holders.delete(id);
        this.#ipsets.unwantSet(ipsetName(id, this.#family));
      }
    }
    if (lists.size > 0) this.#needs.set(chain, [...lists.keys()]);
    else this.#needs.delete(chain);
  }
}
