import type { ElementText, SetSpec } from "../../../kernel/nftables/set.ts";
import { formatAddress } from "../../../net/address-text.ts";
import { formatPrefix } from "../../../net/prefix.ts";
import type { EndpointGates } from "../../../policy/chain.ts";
import { widestOnly } from "./list-sets.ts";
import { sourceSets } from "./names.ts";
import type { Ruleset } from "./ruleset.ts";

const own = "addresses that each interface may send from";
const spoofable = "what each interface may send from beside its own addresses";
const specs: readonly SetSpec[] = [
  { name: sourceSets.own.ipv4, key: ["ifname", "ipv4_addr"], comment: own },
  { name: sourceSets.own.ipv6, key: ["ifname", "ipv6_addr"], comment: own },
  { name: sourceSets.spoofable.ipv4, key: ["ipv4_addr", "ifname"], interval: true, comment: spoofable },
  { name: sourceSets.spoofable.ipv6, key: ["ipv6_addr", "ifname"], interval: true, comment: spoofable },
];

/** Keeps the sets of (interface, source address) that workloads may send from; there is none without elements. */
export class SourceElements {
  readonly #ruleset: Ruleset;
  readonly #given = new Map<string, ReadonlyMap<string, readonly ElementText[]>>();
  /** By set: of how many elements. */
  readonly #sizes = new Map<string, number>();
  #mayForge: boolean;

  /** `mayForge`: whether anybody may send from addresses that are not its own. */
  constructor(ruleset: Ruleset, mayForge: boolean) {
    this.#ruleset = ruleset;
    this.#mayForge = mayForge;
  }

  /** Whether the set is there. */
  has(set: string): boolean {
    return this.#sizes.has(set);
  }

  /** It counts for whatever is `set` from now on. */
  setMayForge(mayForge: boolean): void {
    this.#mayForge = mayForge;
  }

  /** The interface may send from what its endpoint may, or, without one, from nothing. Answers whether `has` says otherwise now. */
  set(interfaceName: string, gates: EndpointGates | undefined): boolean {
    let others = false;
    const before = this.#given.get(interfaceName);
    const after = elementsOf(interfaceName, gates, this.#mayForge);
    for (const set of new Set([...(before?.keys() ?? []), ...after.keys()])) {
      const had = before?.get(set) ?? [];
      const has = after.get(set) ?? [];
      const added = has.filter((element) => !had.includes(element));
      const removed = had.filter((element) => !has.includes(element));
      if (added.length + removed.length > 0 && this.#change(set, added, removed)) others = true;
    }
    if (gates) this.#given.set(interfaceName, after);
    else this.#given.delete(interfaceName);
    return others;
  }

  /** Answers whether the set has come or gone by it. */
  #change(set: string, added: readonly ElementText[], removed: readonly ElementText[]): boolean {
    const before = this.#sizes.get(set) ?? 0;
    const size = before + added.length - removed.length;
    if (size === 0) {
      this.#sizes.delete(set);
      this.#ruleset.unwantSet(set);
      return true;
    }
    this.#sizes.set(set, size);
    if (before === 0) this.#ruleset.wantSet(specs.find(({ name }) => name === set)!);
    this.#ruleset.changeElements(set, added, removed);
    return before === 0;
  }
}

function elementsOf(
  interfaceName: string,
  gates: EndpointGates | undefined,
  mayForge: boolean,
): Map<string, ElementText[]> {
  const found = new Map<string, ElementText[]>();
  const put = (set: string, element: ElementText) => {
    const before = found.get(set) ?? [];
    if (!before.includes(element)) found.set(set, [...before, element]);
  };
  for (const address of gates?.sources ?? []) {
    put(sourceSets.own[address.family], `${interfaceName} . ${formatAddress(address)}`);
  }
  for (const prefix of widestOnly((mayForge && gates?.spoofable) || [])) {
    put(sourceSets.spoofable[prefix.family], `${formatPrefix(prefix)} . ${interfaceName}`);
  }
  return found;
}
