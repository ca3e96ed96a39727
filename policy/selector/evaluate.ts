import type { Selector } from "./ast.ts";

/** The labels of one object. */
export type Labels = Readonly<Record<string, string>>;

/** The value a label has on the object in question, inherited ones included, or undefined. */
export type LabelOf = (label: string) => string | undefined;

/** Whether an object with these labels, and none inherited, is selected. */
export function matches(selector: Selector, labels: Labels): boolean {
  return evaluate(selector, (label) => (Object.hasOwn(labels, label) ? labels[label] : undefined));
}

/**
 * Whether the object whose labels `labelOf` answers is selected. `!=` and `not in` hold when the label is absent; every
 * other comparison needs it. `global()` holds for everything: what it means is said where it is scoped.
 */
export function evaluate(selector: Selector, labelOf: LabelOf): boolean {
  switch (selector.op) {
    case "all":
    case "global":
      return true;
    case "has":
      return labelOf(selector.label) !== undefined;
    case "eq":
      return labelOf(selector.label) === selector.value;
    case "ne":
      return labelOf(selector.label) !== selector.value;
    case "contains":
      return labelOf(selector.label)?.includes(selector.value) ?? false;
    case "startsWith":
      return labelOf(selector.label)?.startsWith(selector.value) ?? false;
    case "endsWith":
      return labelOf(selector.label)?.endsWith(selector.value) ?? false;
    case "in":
    case "notIn": {
      const value = labelOf(selector.label);
      return (value !== undefined && selector.values.includes(value)) === (selector.op === "in");
    }
    case "not":
      return !evaluate(selector.of, labelOf);
    case "and":
      return selector.of.every((part) => evaluate(part, labelOf));
    case "or":
      return selector.of.some((part) => evaluate(part, labelOf));
  }
}

/** A lookup that answers from the object's own labels first, then from its parents' (profiles') in their order. */
export function inheriting(own: Labels, parents: readonly Labels[]): LabelOf {
  return (label) => {
    if (Object.hasOwn(own, label)) return own[label];
    for (const parent of parents) if (Object.hasOwn(parent, label)) return parent[label];
    return undefined;
  };
}
