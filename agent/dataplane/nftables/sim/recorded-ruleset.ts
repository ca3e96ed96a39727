import type { Chain, ChainName } from "../../../../kernel/nftables/chain.ts";
import type { Verdict } from "../../../../kernel/nftables/expression.ts";
import type { ElementText, SetSpec } from "../../../../kernel/nftables/set.ts";
import { invariant } from "../../../../lib/error.ts";
import type { Ruleset } from "../ruleset.ts";

/**
 * A ruleset in memory. It keeps the driver's promises (elements are given to wanted sets only, adding twice is adding
 * once) and is stricter in one thing: what is taken away must have been there.
 */
export class RecordedRuleset implements Ruleset {
  readonly chains = new Map<ChainName, Chain>();
  readonly sets = new Map<string, SetSpec>();
  readonly elements = new Map<string, Set<ElementText>>();
  readonly maps = new Map<string, Map<string, Verdict>>();

  wantChain(chain: Chain): void {
    this.chains.set(chain.name, chain);
  }

  unwantChain(name: ChainName): void {
    invariant(this.chains.delete(name), `chain ${name} was taken away but not there`);
  }

  wantSet(spec: SetSpec): void {
    this.sets.set(spec.name, spec);
    if (!this.elements.has(spec.name)) this.elements.set(spec.name, new Set());
  }

  unwantSet(name: string): void {
    invariant(this.sets.delete(name), `set ${name} was taken away but not there`);
    this.elements.delete(name);
  }

  changeElements(name: string, add: Iterable<ElementText>, remove: Iterable<ElementText> = []): void {
    const elements = this.elements.get(name);
    invariant(elements, `elements were given to ${name}, which is not wanted`);
    for (const element of remove)
      invariant(elements.delete(element), `${element} was taken from ${name} but not there`);
    for (const element of add) elements.add(element);
  }

  wantMap(name: string): void {
    if (!this.maps.has(name)) this.maps.set(name, new Map());
  }

  unwantMap(name: string): void {
    invariant(this.maps.delete(name), `map ${name} was taken away but not there`);
  }

  wantEntry(map: string, interfaceName: string, verdict: Verdict): void {
    this.maps.get(map)!.set(interfaceName, verdict);
  }

  unwantEntry(map: string, interfaceName: string): void {
    invariant(this.maps.get(map)!.delete(interfaceName), `${interfaceName} was taken from ${map} but not there`);
  }
}
