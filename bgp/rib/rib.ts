import type { Family } from "../../net/family.ts";
import { AdjRibIn } from "./adj-rib-in.ts";
import type { AttributeStore } from "./attribute-store.ts";
import { type Candidates, type DecisionOptions, decisionSteps } from "./decision-steps.ts";
import { type BestListener, LocRib } from "./loc-rib.ts";
import { PathTable } from "./path-table.ts";
import type { PeerTable } from "./peer-table.ts";
import { type PrefixTable, prefixTable } from "./prefix-table.ts";

/** The tables of one family. Attribute sets and peers are shared by both families. */
export class Rib {
  readonly family: Family;
  readonly attributes: AttributeStore;
  readonly prefixes: PrefixTable;
  readonly paths = new PathTable();
  readonly adjRibIn: AdjRibIn;
  readonly locRib: LocRib;
  readonly candidates: Candidates;

  constructor(
    family: Family,
    attributes: AttributeStore,
    peers: PeerTable,
    hear: BestListener,
    decision: DecisionOptions = {},
  ) {
    this.family = family;
    this.attributes = attributes;
    this.prefixes = prefixTable(family);
    this.candidates = {
      paths: this.paths,
      attributes: attributes.columns,
      peers,
      sets: attributes,
      steps: decisionSteps(decision),
    };
    if (decision.preferOldest) this.paths.trackArrival();
    this.locRib = new LocRib(this.prefixes, this.candidates, hear);
    this.adjRibIn = new AdjRibIn(this.prefixes, this.paths, attributes, this.locRib);
  }

  /**
   * Gives memory back after most routes have left; to be called when nothing waits. Whether columns that others keep by
   * prefix may be cut to `prefixes.limit`.
   */
  trim(): boolean {
    if (this.locRib.pending > 0 || this.adjRibIn.isSweeping) return false;
    this.paths.trim();
    if (!this.prefixes.trim()) return false;
    this.paths.trimPrefixes(this.prefixes.limit);
    this.locRib.trim(this.prefixes.limit);
    return true;
  }
}
