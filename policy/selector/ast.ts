/** Operators that compare one label with one value. */
export type CompareOp = "eq" | "ne" | "contains" | "startsWith" | "endsWith";

/** Operators that compare one label with a set of values. */
export type SetOp = "in" | "notIn";

/**
 * A parsed selector, exactly as deep as its text: parentheses that change nothing leave no trace, nested `&&` stay
 * nested. `values` are sorted and distinct. `and` and `or` have at least two members.
 * Source: Calico libcalico-go/lib/selector/parser.
 */
export type Selector =
  | { readonly op: "all" }
  | { readonly op: "global" }
  | { readonly op: "has"; readonly label: string }
  | { readonly op: CompareOp; readonly label: string; readonly value: string }
  | { readonly op: SetOp; readonly label: string; readonly values: readonly string[] }
  | { readonly op: "not"; readonly of: Selector }
  | { readonly op: "and"; readonly of: readonly Selector[] }
  | { readonly op: "or"; readonly of: readonly Selector[] };

/** Matches everything: what an empty selector means. */
export const ALL: Selector = { op: "all" };

/** `label == 'value'`. */
export function labelEquals(label: string, value: string): Selector {
  return { op: "eq", label, value };
}

/** `label in {…}`; the values in any order, repeated or not. */
export function labelIn(label: string, values: readonly string[]): Selector {
  return { op: "in", label, values: [...new Set(values)].sort((x, y) => (x < y ? -1 : 1)) };
}

/** All of them, as one `&&`; a single one stays itself and none is `all()`. */
export function conjunction(selectors: readonly Selector[]): Selector {
  if (selectors.length === 0) return ALL;
  return selectors.length === 1 ? selectors[0]! : { op: "and", of: selectors };
}
