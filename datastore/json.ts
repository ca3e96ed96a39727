/** Longest value that is read at all, in characters; etcd's own limit of a request is 1.5 MB. */
export const valueLimit = 8 * 1024 * 1024;
/** Deepest nesting that is read; the deepest of Calico's resources has 12. */
export const depthLimit = 64;

/** What a text holds, or why it holds nothing. */
export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };

/** Fields that are maps of free keys, not structs: Go writes these sorted by their keys' bytes. */
export const mapFields: ReadonlySet<string> = new Set([
  "labels",
  "annotations",
  "labelsToApply",
  "secondary",
  "alternateOwnerAttrs",
  "block",
  "sequenceNumberForAllocation",
  "matchLabels",
  "environmentVars",
  "bpfLogFilters",
]);
const manyDigits = /[0-9]{16}/;
const integer = /^-?[0-9]+$/;
const arrayIndex = /^(0|[1-9][0-9]{0,9})$/;
const htmlSensitive = /[<>&\u2028\u2029]/g;

type Revive = (this: unknown, key: string, value: unknown, context: { readonly source: string }) => unknown;

/** Integers beyond 2^53 become bigint; those that are 64-bit by nature (IPAM's sequence numbers) always do. */
const reviveWide: Revive = (key, value, context) => {
  if (key === "sequenceNumberForAllocation" && typeof value === "object" && value !== null) {
    const wide = Object.entries(value).map(([k, v]) => [
      k,
      typeof v === "number" && Number.isInteger(v) ? BigInt(v) : v,
    ]);
    return Object.fromEntries(wide);
  }
  if (typeof value !== "number" || !integer.test(context.source)) return value;
  return key === "sequenceNumber" || !Number.isSafeInteger(value) ? BigInt(context.source) : value;
};

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quoted) {
      if (c === 0x5c) i++;
      else if (c === 0x22) quoted = false;
    } else if (c === 0x22) quoted = true;
    else if (c === 0x7b || c === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x7d || c === 0x5d) depth--;
  }
  return deepest;
}

/**
 * Reads JSON without losing 64-bit integers: those beyond 2^53, and IPAM's sequence numbers whatever their size, come as
 * bigint. Too long or too deep a text, or one that is no JSON, is answered with the reason.
 */
export function parseJson(text: string): Parsed {
  if (text.length > valueLimit) return { ok: false, why: `longer than ${valueLimit} characters` };
  if (depthOf(text) > depthLimit) return { ok: false, why: `nested deeper than ${depthLimit}` };
  try {
    const wide = manyDigits.test(text) || text.includes('"sequenceNumber');
    return { ok: true, value: wide ? JSON.parse(text, reviveWide as () => unknown) : JSON.parse(text) };
  } catch (error) {
    return { ok: false, why: error instanceof SyntaxError ? error.message : "not JSON" };
  }
}

function quote(text: string): string {
  const plain = JSON.stringify(text);
  if (plain.search(htmlSensitive) < 0) return plain;
  return plain.replace(htmlSensitive, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function byteOrder(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0;
}

function writeObject(name: string, value: object): string {
  const fields = Object.entries(value).filter(([, v]) => v !== undefined);
  // A key that looks like an array's index never names a field of a struct; and the engine moved it to the front.
  if (mapFields.has(name) || fields.some(([key]) => arrayIndex.test(key))) fields.sort(([x], [y]) => byteOrder(x, y));
  return `{${fields.map(([key, v]) => `${quote(key)}:${write(key, v)}`).join(",")}}`;
}

function write(name: string, value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map((each) => write("", each)).join(",")}]`;
  if (typeof value === "object" && value !== null) return writeObject(name, value);
  return JSON.stringify(value) ?? "null";
}

/**
 * Writes a value as Go's encoding/json writes Calico's: fields in the order in which they stand, maps sorted by their
 * keys, `<`, `>` and `&` escaped, bigint as plain digits, undefined left out. What `parseJson` read is written back octet
 * for octet. Source: go encoding/json; calico libcalico-go/lib/backend/etcdv3.
 */
export function writeJson(value: unknown): string {
  return write("", value);
}
