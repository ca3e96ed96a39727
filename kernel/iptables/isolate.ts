import type { IptablesPort, Outcome } from "./port.ts";
import type { TableDelta, Unit } from "./table-delta.ts";

/** How an isolation ended: each unit was written, or was blamed and is one of the culprits; or it could not go on. */
export type Isolation =
  | { readonly kind: "done"; readonly culprits: ReadonlySet<Unit> }
  | Exclude<Outcome, { readonly kind: "committed" | "refused" }>;

/**
 * Writes what can be written of units that were refused together, and finds those that cannot, by halving: a program that reads
 * lines names the wrong one, and the kernel none. New chains are declared first, so that any half may lead to any of them. A culprit
 * is blamed, and what then stands for it is written before anything that leads to it. Ends early when wishes change. @throws KernelError
 */
export async function isolate(
  port: IptablesPort,
  delta: TableDelta,
  units: readonly Unit[],
  deletes: boolean,
  blame: (unit: Unit, why: string) => void,
): Promise<Isolation> {
  const culprits = new Set<Unit>();
  const blamed = (unit: Unit, why: string): void => {
    culprits.add(unit);
    blame(unit, why);
  };
  const { wishes } = delta;
  const declarations = delta.declareNew(units);
  const declared = await port.restore(delta.name, declarations.lines);
  if (declared.kind === "refused" && delta.wishes === wishes) {
    // Not even that: the table itself cannot be had.
    for (const unit of units) blamed(unit, declared.why);
    return { kind: "done", culprits };
  }
  if (declared.kind === "committed") declarations.committed();
  else if (declared.kind !== "refused") return declared;
  const left: (readonly Unit[])[] = [units];
  for (let part = left.pop(); part !== undefined && delta.wishes === wishes; part = left.pop()) {
    const plan = delta.plan(part, deletes);
    const outcome = await port.restore(delta.name, plan.lines);
    if (outcome.kind === "committed") plan.committed();
    else if (outcome.kind !== "refused") return outcome;
    else if (delta.wishes !== wishes) break;
    else if (part.length === 1) {
      const [unit] = part as readonly [Unit];
      blamed(unit, outcome.why);
      if (unit.kind === "chain") await writeInstead(port, delta, unit, deletes);
    } else {
      const middle = part.length >> 1;
      // The first half comes first: new chains stand before those that lead to them.
      left.push(part.slice(middle), part.slice(0, middle));
    }
  }
  return { kind: "done", culprits };
}

async function writeInstead(port: IptablesPort, delta: TableDelta, unit: Unit, deletes: boolean): Promise<void> {
  const plan = delta.plan([unit], deletes);
  if ((await port.restore(delta.name, plan.lines)).kind === "committed") plan.committed();
}
