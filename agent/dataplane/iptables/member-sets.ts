import type { IpsetMember } from "../../../kernel/ipset/set.ts";
import type { Family } from "../../../net/family.ts";
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
import { ipsetSpec, ipsetType, memberTexts } from "./member-text.ts";
import { ipsetName } from "./names.ts";
import type { SizedIpsets } from "./sized-ipsets.ts";

/** Sets that no policy's rule looks into. */
const fixed: ReadonlySet<SetId> = new Set([MASQUERADE_POOLS, ALL_POOLS, ALL_HOSTS, SERVICE_RANGES]);

/** Keeps the kernel's sets of one family's members of the policy's sets. */
export class MemberSets {
  readonly #ipsets: SizedIpsets;
  readonly #family: Family;
  /** How many members of the family each has. */
  readonly #sizes = new Map<SetId, number>();
  /** How many those have together that rules look into. */
  #members = 0;

  constructor(ipsets: SizedIpsets, family: Family) {
    this.#ipsets = ipsets;
    this.#family = family;
  }

  /** How many sets there are. */
  get size(): number {
    return this.#sizes.size;
  }

  /** Whether any set that a rule may look into has a member of the family. */
  get hasMembers(): boolean {
    return this.#members > 0;
  }

  has(id: SetId): boolean {
    return this.#sizes.has(id);
  }

  /** A set whose kind changed starts empty, as a new one does. */
  set({ id, kind }: SetSpec): void {
    if (this.#sizes.has(id)) this.delete(id);
    this.#sizes.set(id, 0);
    this.#ipsets.wantSet(ipsetSpec(id, ipsetType(kind), this.#family));
  }

  change(id: SetId, { added, removed }: MemberDelta): void {
    const [come, gone] = [this.#mine(added), this.#mine(removed)];
    if (come.length + gone.length === 0) return;
    this.#count(id, come.length - gone.length);
    const texts = (members: readonly SetMember[]): IpsetMember[] => members.flatMap(memberTexts);
    this.#ipsets.changeMembers(ipsetName(id, this.#family), texts(come), texts(gone));
  }

  delete(id: SetId): void {
    this.#count(id, -this.#sizes.get(id)!);
    this.#sizes.delete(id);
    this.#ipsets.unwantSet(ipsetName(id, this.#family));
  }

  #mine(members: readonly SetMember[]): SetMember[] {
    return members.filter((member) => memberFamily(member) === this.#family);
  }

  #count(id: SetId, more: number): void {
    this.#sizes.set(id, this.#sizes.get(id)! + more);
    if (!fixed.has(id)) this.#members += more;
  }
}
