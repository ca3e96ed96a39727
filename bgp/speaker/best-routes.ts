import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import { type PathAttributes, pathAttributes } from "../attribute/path-attributes.ts";
import { staleness } from "../rib/path-table.ts";
import type { Tables } from "./tables.ts";

/** The best route of a prefix, with everything that was said of it. */
export interface BestRoute {
  readonly prefix: Prefix;
  /** Name of the peer it came from; `local`: ours. */
  readonly from: string;
  /** Undefined: here. */
  readonly nextHop: Address | undefined;
  readonly attributes: PathAttributes;
  /** Its peer is away and may come back (RFC 4724 4.2). */
  readonly isStale: boolean;
}

/** The best routes of a family, in no order. Decodes attributes: for people and tests, not for a loop. */
export function* bestRoutes(tables: Tables, family: Family): Generator<BestRoute> {
  const rib = tables.of(family)?.rib;
  if (!rib) return;
  for (let id = 1; id < rib.prefixes.limit; id++) {
    const path = rib.prefixes.holds(id) > 0 ? rib.locRib.best(id) : 0;
    if (path === 0) continue;
    const set = rib.paths.attributes[path]!;
    const block = tables.attributes.block(set);
    const { attributes } = decodeAttributes(block, 0, block.length, { fourOctetAs: true, isInternal: true });
    yield {
      prefix: rib.prefixes.prefix(id),
      from: tables.peers.peer(rib.paths.peer[path]!).name,
      nextHop: tables.nextHops.hop(tables.attributes.columns.nextHop[set]!).address,
      attributes: attributes ?? pathAttributes(),
      isStale: rib.paths.stale[path] !== staleness.fresh,
    };
  }
}
