import type { PathAttributes } from "../attribute/path-attributes.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { pathOf } from "../filter/attribute-test.ts";
import { valueSpan } from "../filter/block-value.ts";
import { attributeCode } from "../iana.ts";
import type { AttributeStore } from "../rib/attribute-store.ts";
import type { Aggregate } from "../speaker/config.ts";

/** Most AS numbers of an AS_SET: one segment. With more the set is left out, and ATOMIC_AGGREGATE says so. */
const mostOfSet = 255;

const origins = ["igp", "egp", "incomplete"] as const;

/**
 * What lies inside an aggregate, counted: how many routes, of which origin, and how often each AS number stands in their
 * paths. Adding and taking away the same set leaves no trace, so the outcome never depends on the order.
 */
export class Tally {
  readonly aggregate: Aggregate;
  #routes = 0;
  /** Routes whose AS_PATH is not empty. */
  #withPath = 0;
  /** Routes that have lost AS numbers before (ATOMIC_AGGREGATE). */
  #atomic = 0;
  readonly #origins = [0, 0, 0];
  readonly #asns = new Map<number, number>();

  constructor(aggregate: Aggregate) {
    this.aggregate = aggregate;
  }

  /** Whether anything lies inside. */
  get isActive(): boolean {
    return this.#routes > 0;
  }

  /** One route with this set more (1) or less (-1). */
  count(set: number, store: AttributeStore, by: 1 | -1): void {
    const block = store.block(set);
    const asns = new Set(pathOf(block).flatMap((segment) => segment.asns));
    this.#routes += by;
    this.#origins[store.columns.origin[set]!]! += by;
    if (asns.size > 0) this.#withPath += by;
    if (valueSpan(block, attributeCode.atomicAggregate)) this.#atomic += by;
    if (!this.aggregate.asSet) return;
    for (const asn of asns) {
      const left = (this.#asns.get(asn) ?? 0) + by;
      if (left === 0) this.#asns.delete(asn);
      else this.#asns.set(asn, left);
    }
  }

  /**
   * What the aggregate says (RFC 4271 9.2.2.2): the worst origin; the AS numbers as one set where that is asked for and
   * fits; ATOMIC_AGGREGATE where AS numbers are left out, or were before; who aggregated. Communities are those configured.
   */
  attributes(asn: number, routerId: number): PathAttributes {
    const { asSet = false, communities = [] } = this.aggregate;
    const keepsAll = asSet && this.#asns.size <= mostOfSet;
    const asns = keepsAll ? [...this.#asns.keys()].sort((x, y) => x - y) : [];
    const isLossy = this.#withPath > 0 && !keepsAll;
    const worst = this.#origins.findLastIndex((routes) => routes > 0);
    return pathAttributes({
      origin: origins[worst] ?? "igp",
      asPath: asns.length > 0 ? [{ kind: "set", asns }] : [],
      atomicAggregate: isLossy || this.#atomic > 0,
      aggregator: { asn, routerId },
      communities,
    });
  }
}
