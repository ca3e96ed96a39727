/** One thing that is wrong with an object: where, what stands there, and what would be right. */
export interface Problem {
  /** `Kind(name)` or `Kind(namespace/name)`. */
  readonly object: string;
  /** Path of the field, e.g. `spec.ingress[0].protocol`; empty for the object as a whole. */
  readonly field: string;
  /** What stands there; undefined when the field is missing. */
  readonly value: unknown;
  readonly want: string;
}

const longestValue = 80;

function valueText(value: unknown): string {
  const text = typeof value === "string" ? `'${value}'` : (JSON.stringify(value, bigintText) ?? String(value));
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** One line: `IPPool(p1): spec.cidr = '10.0.0.1/16': host bits are set; 10.0.0.0/16 would be right`. */
export function problemText({ object, field, value, want }: Problem): string {
  if (field === "") return `${object}: ${want}`;
  return value === undefined
    ? `${object}: ${field} is missing: ${want}`
    : `${object}: ${field} = ${valueText(value)}: ${want}`;
}

/** A path as people write it: `spec.ingress[0].protocol`, keys that are no plain names in brackets. */
export function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const name = String(step);
    if (!/^[A-Za-z0-9_$]+(\[[0-9]+\]|\.[A-Za-z0-9_]+)*$/.test(name)) return `${text}['${name}']`;
    return text === "" ? name : `${text}.${name}`;
  }, "");
}

/** What stands at a path of a value, or undefined. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at;
}
