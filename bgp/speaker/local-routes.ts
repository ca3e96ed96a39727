import { masked, type Prefix } from "../../net/prefix.ts";
import type { ExtendedCommunity, LargeCommunity, Origin } from "../attribute/path-attributes.ts";
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

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** This prefix is to be announced so; the same again does nothing. False when its family is not carried. */
  announce(prefix: Prefix, route: LocalRoute): boolean {
    const tables = this.#tables.of(prefix.family);
    if (!tables) return false;
    const { med, localPref, origin = "igp", communities = [], largeCommunities = [], extendedCommunities = [] } = route;
    const own = { origin, med, localPref, communities, largeCommunities, extendedCommunities };
    const attributes = pathAttributes(own);
    const set = this.#tables.intake.internAttributes(attributes, prefix.family, route.tag ?? 0);
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
}
