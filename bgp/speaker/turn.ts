import type { Clock } from "../../lib/clock.ts";
import type { Tables } from "./tables.ts";

/** After this long the sockets get their turn. */
const sliceMs = 5;
/** Prefixes decided, and paths swept and judged anew, between two looks at the clock. */
const stepSize = 8192;

/**
 * One turn of the speaker: takes condemned paths away, runs changed import filters, decides best paths, serves update
 * groups and the route sink, until nothing is left or the slice is over. While a restart is under way nothing is decided
 * nor said. Answers whether there is more to do at once.
 */
export function work(tables: Tables, isOpen: boolean, clock: Clock): boolean {
  const end = clock.now() + sliceMs;
  for (;;) {
    let isMore = false;
    for (const { rib, groups, aggregates, feed, reimports } of tables.families.values()) {
      if (rib.adjRibIn.isSweeping && rib.adjRibIn.sweep(stepSize * 4)) isMore = true;
      if (reimports.isBusy && reimports.run(stepSize >> 2)) isMore = true;
      if (!isOpen) continue;
      rib.locRib.settle(stepSize);
      if (aggregates !== undefined && rib.locRib.pending === 0) aggregates.settle();
      const isDecided = rib.locRib.pending === 0 && !rib.adjRibIn.isSweeping && !reimports.isBusy;
      if (!isDecided) isMore = true;
      if (groups.pump(isDecided)) isMore = true;
      feed?.pump();
    }
    if (!isMore) {
      tables.trim();
      return false;
    }
    if (clock.now() >= end) return true;
  }
}
