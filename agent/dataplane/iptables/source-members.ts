import type { IpsetMember } from "../../../kernel/ipset/set.ts";
import type { Family } from "../../../net/family.ts";
import type { EndpointGates } from "../../../policy/chain.ts";
import type { FirewallOptions } from "../options.ts";
import { ipsetSpec, prefixTexts } from "./member-text.ts";
import { ipsetName, SOURCES } from "./names.ts";
import type { SizedIpsets } from "./sized-ipsets.ts";

/** Keeps the set of (prefix, interface) that workloads may send from. */
export class SourceMembers {
  readonly #ipsets: SizedIpsets;
  readonly #family: Family;
  readonly #given = new Map<string, ReadonlySet<IpsetMember>>();

  constructor(ipsets: SizedIpsets, family: Family) {
    this.#ipsets = ipsets;
    this.#family = family;
    ipsets.wantSet(ipsetSpec(SOURCES, "hash:net,iface", family));
  }

  /** The interface may send from what its endpoint may, or, without one, from nothing. */
  set(interfaceName: string, gates: EndpointGates | undefined, { sourceSpoofing }: FirewallOptions): void {
    const before = this.#given.get(interfaceName) ?? new Set();
    const allowed = [...(gates?.sources ?? []), ...(sourceSpoofing === "Any" ? (gates?.spoofable ?? []) : [])];
    const mine = allowed.filter(({ family }) => family === this.#family);
    const after = new Set(mine.flatMap(prefixTexts).map((net) => `${net},${interfaceName}`));
    const added = [...after].filter((member) => !before.has(member));
    const removed = [...before].filter((member) => !after.has(member));
    if (added.length + removed.length > 0) this.#ipsets.changeMembers(ipsetName(SOURCES, this.#family), added, removed);
    if (after.size > 0) this.#given.set(interfaceName, after);
    else this.#given.delete(interfaceName);
  }
}
