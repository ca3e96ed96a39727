import type { ReachSeen } from "../driver.ts";
import type { ReachRow, Verdict } from "../expectation.ts";

/** Judges every try against the first row that fits it; one verdict a sender, naming what went otherwise. */
export function judgeReach(rows: readonly ReachRow[], seen: readonly ReachSeen[]): Verdict[] {
  const senders = [...new Set(seen.map((each) => each.from))];
  if (senders.length === 0) return [{ what: "somebody is there to be reached", held: false, seen: "nobody" }];
  return senders.map((from) => {
    const tries = seen.filter((each) => each.from === from);
    const wrong = tries.flatMap((each) => fault(each, mayPass(rows, each)));
    const passes = tries.filter((each) => mayPass(rows, each)).length;
    const what = `${from}: ${passes} of ${tries.length} tries pass, sources kept`;
    const more = wrong.length > worthTelling ? [`and ${wrong.length - worthTelling} more`] : [];
    return { what, held: wrong.length === 0, seen: [...wrong.slice(0, worthTelling), ...more].join(", ") };
  });
}

/** How many tries that went otherwise a verdict names; the matrix has them all. */
const worthTelling = 4;

/** What the first row that fits says; nothing fitting means yes. */
export function mayPass(rows: readonly ReachRow[], each: Pick<ReachSeen, "from" | "to" | "probe">): boolean {
  return rows.find((row) => fits(row, each))?.pass ?? true;
}

function fits(row: ReachRow, each: Pick<ReachSeen, "from" | "to" | "probe">): boolean {
  return (
    (row.from === "*" || row.from.includes(each.from)) &&
    (row.to === "*" || row.to.includes(each.to)) &&
    (row.probes === undefined || row.probes.includes(each.probe))
  );
}

function fault(each: ReachSeen, expected: boolean): string[] {
  const name = `${each.probe} ${each.family} to ${each.to}`;
  if (each.passed !== expected) return [`${name} ${each.passed ? "passes" : "does not pass"}`];
  return each.passed && !each.sourceKept ? [`${name} arrives from ${each.source}`] : [];
}
