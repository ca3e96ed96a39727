import type { ElementText } from "../../../kernel/nftables/set.ts";
import { formatAddress } from "../../../net/address-text.ts";
import { formatPrefix } from "../../../net/prefix.ts";
import type { EndpointGates } from "../../../policy/chain.ts";
import { widestOnly } from "./list-sets.ts";
import { sourceSets } from "./names.ts";
import type { Ruleset } from "./ruleset.ts";

/** Keeps the sets of (interface, source address) that workloads may send from. */
export class SourceElements {
  readonly #ruleset: Ruleset;
  readonly #given = new Map<string, ReadonlyMap<string, readonly ElementText[]>>();

  constructor(ruleset: Ruleset) {
    this.#ruleset = ruleset;
  }

  /** The interface may send from what its endpoint may, or, without one, from nothing. */
  set(interfaceName: string, gates: EndpointGates | undefined): void {
    const before = this.#given.get(interfaceName);
    const after = elementsOf(interfaceName, gates);
    for (const set of new Set([...(before?.keys() ?? []), ...after.keys()])) {
      const had = before?.get(set) ?? [];
      const has = after.get(set) ?? [];
      const added = has.filter((element) => !had.includes(element));
      const removed = had.filter((element) => !has.includes(element));
      if (added.length + removed.length > 0) this.#ruleset.changeElements(set, added, removed);
    }
    if (gates) this.#given.set(interfaceName, after);
    else this.#given.delete(interfaceName);
  }
}

function elementsOf(interfaceName: string, gates: EndpointGates | undefined): Map<string, ElementText[]> {
  const found = new Map<string, ElementText[]>();
  const put = (set: string, element: ElementText) => found.set(set, [...(found.get(set) ?? []), element]);
  for (const address of gates?.sources ?? []) {
    put(sourceSets.own[address.family], `${interfaceName} . ${formatAddress(address)}`);
  }
  for (const prefix of widestOnly(gates?.spoofable ?? [])) {
    put(sourceSets.spoofable[prefix.family], `${formatPrefix(prefix)} . ${interfaceName}`);
  }
  return found;
}
