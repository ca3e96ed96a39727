import type { Family } from "../../net/family.ts";
import { masked, type Prefix } from "../../net/prefix.ts";
import type { ExtendedCommunity, LargeCommunity, Origin, PathAttributes } from "../attribute/path-attributes.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { ineligible } from "../rib/path-table.ts";
import { localPeer } from "../rib/peer-table.ts";
import type { Tables } from "./tables.ts";

/** What a route of our own says. */
export interface LocalRoute {
  /** Host integers. */
  readonly communities?: readonly number[];
  readonly largeCommunities?: readonly LargeCommunity[];
  readonly extendedCommunities?: readonly ExtendedCommunity[];
  readonly med?: number;
  readonly localPref?: number;
  readonly origin?: Origin;
  /** A number that filters may ask for; no peer sees it. */
  readonly tag?: number;
  /** The interface behind which it lies, which filters may ask for; no peer sees it. */
  readonly interface?: string;
}

/** Routes of our own: born here, preferred over everything learned, with us as next hop. */
export class LocalRoutes {
  readonly #tables: Tables;
  /** Labels of sets that have one with an interface, by set id; let go of with the set. */
  readonly #labels = new Map<number, number>();

  constructor(tables: Tables) {
    this.#tables = tables;
    tables.attributes.onFree((set) => {
      const label = this.#labels.size === 0 ? undefined : this.#labels.get(set);
      if (label === undefined) return;
      this.#labels.delete(set);
      tables.attributes.labels.drop(label);
    });
  }

  /** This prefix is to be announced so; the same again does nothing. False when its family is not carried. */
  announce(prefix: Prefix, route: LocalRoute): boolean {
    const tables = this.#tables.of(prefix.family);
    if (!tables) return false;
    const { med, localPref, origin = "igp", communities = [], largeCommunities = [], extendedCommunities = [] } = route;
    const own = { origin, med, localPref, communities, largeCommunities, extendedCommunities };
    const attributes = pathAttributes(own);
    const set = this.#labelled(attributes, prefix.family, route);
    this.#tables.attributes.hold(set);
    const { a, b, c, d, length } = masked(prefix);
    const id = tables.rib.prefixes.intern(a, b, c, d, length);
    tables.rib.adjRibIn.announce(id, localPeer, 0, set, ineligible.no);
    this.#tables.attributes.drop(set);
    return true;
  }

  /** This prefix is not to be announced as ours; does nothing when it is not. */
  withdraw(prefix: Prefix): void {
    const { a, b, c, d, length } = masked(prefix);
    const tables = this.#tables.of(prefix.family);
    const id = tables?.rib.prefixes.find(a, b, c, d, length) ?? 0;
    if (tables && id !== 0) tables.rib.adjRibIn.withdraw(id, localPeer, 0);
  }

  #labelled(attributes: PathAttributes, family: Family, { tag = 0, interface: name = "" }: LocalRoute): number {
    const { labels } = this.#tables.attributes;
    const label = labels.hold(tag, name);
    const set = this.#tables.intake.internAttributes(attributes, family, label);
    if (name === "") return set;
    if (this.#labels.has(set)) labels.drop(label);
    else this.#labels.set(set, label);
    return set;
  }
}
