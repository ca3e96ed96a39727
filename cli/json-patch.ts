import { CliError } from "./error.ts";

/** Most operations of one patch. */
const mostOperations = 10_000;

type Json = unknown;
type Fields = Readonly<Record<string, Json>>;

function isFields(value: Json): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The parts of a JSON pointer (RFC 6901). */
function partsOf(pointer: Json, what: string): readonly string[] {
  if (typeof pointer !== "string" || (pointer !== "" && !pointer.startsWith("/"))) {
    throw new CliError(`${what} = ${JSON.stringify(pointer)}: a pointer such as /spec/cidr would be right`);
  }
  const parts = pointer.split("/").slice(1);
  if (parts.some((part) => /~(?![01])/.test(part))) {
    throw new CliError(`${what} = ${pointer}: '~' is followed by 0 or 1 in a pointer`);
  }
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function absent(parts: readonly string[]): CliError {
  return new CliError(`--patch: there is no /${parts.join("/")} in the object`);
}

/** Where in a list a part points; `-` behind its end. */
function indexIn(list: readonly Json[], part: string, parts: readonly string[], most: number): number {
  if (part === "-" && most === list.length) return list.length;
  if (!/^(0|[1-9][0-9]{0,8})$/.test(part) || Number(part) > most) throw absent(parts);
  return Number(part);
}

function valueAt(target: Json, parts: readonly string[]): Json {
  return parts.reduce((inside: Json, part) => {
    if (Array.isArray(inside)) return inside[indexIn(inside, part, parts, inside.length - 1)] as Json;
    if (isFields(inside) && Object.hasOwn(inside, part)) return inside[part];
    throw absent(parts);
  }, target);
}

/** The target with what `change` makes of the list or object that holds the last part. */
function changed(
  target: Json,
  parts: readonly string[],
  change: (holder: readonly Json[] | Fields, last: string) => Json,
  depth = 0,
): Json {
  if (!Array.isArray(target) && !isFields(target)) throw absent(parts);
  const part = parts[depth]!;
  if (depth === parts.length - 1) return change(target, part);
  if (Array.isArray(target)) {
    const at = indexIn(target, part, parts, target.length - 1);
    return target.with(at, changed(target[at], parts, change, depth + 1));
  }
  if (!Object.hasOwn(target, part)) throw absent(parts);
  return withField(target, part, changed(target[part], parts, change, depth + 1));
}

/** By a map, so that a field called `__proto__` is a field. */
function withField(fields: Fields, name: string, value: Json): Fields {
  return Object.fromEntries(new Map(Object.entries(fields)).set(name, value));
}

function added(target: Json, parts: readonly string[], value: Json): Json {
  if (parts.length === 0) return value;
  return changed(target, parts, (holder, last) => {
    if (!Array.isArray(holder)) return withField(holder as Fields, last, value);
    return holder.toSpliced(indexIn(holder, last, parts, holder.length), 0, value);
  });
}

function removed(target: Json, parts: readonly string[]): Json {
  if (parts.length === 0) throw new CliError("--patch: the whole object cannot be removed");
  valueAt(target, parts);
  return changed(target, parts, (holder, last) => {
    if (Array.isArray(holder)) return holder.toSpliced(indexIn(holder, last, parts, holder.length - 1), 1);
    return Object.fromEntries(Object.entries(holder).filter(([key]) => key !== last));
  });
}

function replaced(target: Json, parts: readonly string[], value: Json): Json {
  valueAt(target, parts);
  if (parts.length === 0) return value;
  return changed(target, parts, (holder, last) =>
    Array.isArray(holder) ? holder.with(Number(last), value) : withField(holder as Fields, last, value),
  );
}

/** Whether two values are the same JSON; the order of fields does not count. */
function isSame(x: Json, y: Json): boolean {
  if (Array.isArray(x) && Array.isArray(y)) return x.length === y.length && x.every((each, i) => isSame(each, y[i]));
  if (!isFields(x) || !isFields(y)) return x === y;
  const keys = Object.keys(x);
  return keys.length === Object.keys(y).length && keys.every((key) => Object.hasOwn(y, key) && isSame(x[key], y[key]));
}

function applied(target: Json, operation: Json, at: number): Json {
  const what = `--patch: operation ${at + 1}`;
  if (!isFields(operation)) throw new CliError(`${what} is no object with op and path`);
  const { op, path, from, value } = operation;
  const parts = partsOf(path, `${what}: path`);
  const given = (): Json => {
    if (!("value" in operation)) throw new CliError(`${what}: ${String(op)} wants a value`);
    return value;
  };
  if (op === "add") return added(target, parts, given());
  if (op === "remove") return removed(target, parts);
  if (op === "replace") return replaced(target, parts, given());
  if (op === "test") {
    if (isSame(valueAt(target, parts), given())) return target;
    throw new CliError(`${what}: ${String(path)} is ${JSON.stringify(valueAt(target, parts))}; nothing was changed`);
  }
  if (op !== "move" && op !== "copy") {
    throw new CliError(`${what}: op = ${JSON.stringify(op)}; add, remove, replace, move, copy or test would be right`);
  }
  const source = partsOf(from, `${what}: from`);
  const isInside = op === "move" && source.length < parts.length && source.every((part, i) => part === parts[i]);
  if (isInside) throw new CliError(`${what}: ${String(from)} cannot be moved into itself`);
  const moved = valueAt(target, source);
  return added(op === "move" ? removed(target, source) : target, parts, moved);
}

/** A value changed as a JSON patch says (RFC 6902): all operations in their order, or none. @throws CliError naming the first that cannot be done */
export function jsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw new CliError("--patch: a list of operations is wanted (RFC 6902)");
  if (patch.length > mostOperations) throw new CliError(`--patch: more than ${mostOperations} operations`);
  return patch.reduce(applied, target);
}
