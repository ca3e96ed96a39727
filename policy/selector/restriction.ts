import type { Selector } from "./ast.ts";

/** A label that every selected object has, with one of these values, or with any value where there are none. */
export interface Restriction {
  readonly label: string;
  readonly values?: readonly string[];
}

/**
 * What a selector forces: each restriction by itself is necessary, so an index may look at the objects of any one of
 * them only. None means that nothing is known and every object must be looked at.
 * Source: Calico libcalico-go/lib/selector/parser (LabelRestrictions).
 */
export function restrictions(selector: Selector): readonly Restriction[] {
  switch (selector.op) {
    case "eq":
      return [{ label: selector.label, values: [selector.value] }];
    case "in":
      return [{ label: selector.label, values: selector.values }];
    case "has":
    case "contains":
    case "startsWith":
    case "endsWith":
      return [{ label: selector.label }];
    case "and":
      return selector.of.flatMap(restrictions);
    case "or":
      return common(selector.of.map(restrictions));
    default:
      return [];
  }
}

/** What holds whichever branch held: for labels that every branch restricts, the values of all. */
function common(branches: readonly (readonly Restriction[])[]): readonly Restriction[] {
  const [first = [], ...others] = branches;
  const found: Restriction[] = [];
  for (const { label, values } of first) {
    const rest = others.map((branch) => branch.find((r) => r.label === label));
    if (rest.some((r) => r === undefined) || found.some((r) => r.label === label)) continue;
    const all = [values, ...rest.map((r) => r!.values)];
    const union = new Set(all.flatMap((v) => v ?? []));
    found.push(all.some((v) => v === undefined) ? { label } : { label, values: [...union] });
  }
  return found;
}
