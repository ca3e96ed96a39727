import { writeJson } from "../../datastore/json.ts";

/** What Go calls fields of an object that are written otherwise in JSON. */
const goNames: ReadonlyMap<string, string> = new Map([
  ["ObjectMeta", "metadata"],
  ["ListMeta", "metadata"],
]);

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A field by its name in JSON, or by the one it has in Calico's Go code: `.Spec.CIDR`, `.ObjectMeta.Name`. `TypeMeta` is the
 * object itself. Undefined when there is none.
 */
export function fieldOf(value: unknown, name: string): unknown {
  if (!isFields(value)) return undefined;
  if (Object.hasOwn(value, name)) return value[name];
  if (name === "TypeMeta") return value;
  const wanted = (goNames.get(name) ?? name).toLowerCase();
  const key = Object.keys(value).find((each) => each.toLowerCase() === wanted);
  return key === undefined ? undefined : value[key];
}

/** Whether a value counts as true: not false, 0, nil, or empty. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isFields(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** A value as Go's `%v` prints it: lists as `[a b]`, maps as `map[k:v]` by key, what is missing as `<no value>`. */
export function goText(value: unknown): string {
  if (value === undefined || value === null) return "<no value>";
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (isFields(value)) {
    const keys = Object.keys(value).sort((x, y) => (x < y ? -1 : 1));
    return `map[${keys.map((key) => `${key}:${goText(value[key])}`).join(" ")}]`;
  }
  return typeof value === "string" ? value : writeJson(value);
}

/** What `range` goes over: keys or numbers, and values; undefined for what is neither list nor map. */
export function entriesOf(value: unknown): readonly (readonly [unknown, unknown])[] | undefined {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.map((each, i) => [i, each]);
  if (!isFields(value)) return undefined;
  return Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1));
}
