import { parseJson, writeJson } from "../datastore/json.ts";

/** A key and its value, as they lie in the store. */
export interface Kept {
  readonly key: string;
  readonly value: string;
}

/** What stands in front of the keys of a snapshot. */
export interface SnapshotHead {
  /** The revision at which everything was read. */
  readonly revision: number;
  /** How many keys follow: fewer mean that the end is missing. */
  readonly keys: number;
  /** RFC 3339. */
  readonly taken: string;
}

/** The kind by which a snapshot is known. */
export const snapshotKind = "DatastoreSnapshot";

/** Characters that YAML takes for ends of lines, or does not take at all; Go's JSON may hold them inside of strings. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const notPlain = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff]/;

/** Whether a value may stand in YAML as it is: an object of JSON, on one line, each field once. */
function standsAlone(value: string): boolean {
  if (!value.startsWith("{") || notPlain.test(value)) return false;
  const parsed = parseJson(value);
  return parsed.ok && writeJson(parsed.value) === value;
}

/** Text in quotes that both JSON and YAML read alike. */
function quoted(text: string): string {
  const plain = JSON.stringify(text);
  return plain.replace(/[\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** The head of a snapshot: the first document of the stream. */
export function headText({ revision, keys, taken }: SnapshotHead): string {
  return `kind: ${snapshotKind}\nversion: 1\nrevision: ${revision}\nkeys: ${keys}\ntaken: "${taken}"\n`;
}

/**
 * One key of a snapshot, a document of two lines. An object of JSON stands there as it is (JSON is YAML), so that people can
 * read and compare it; anything else is quoted. The octets after `value: ` are the octets of the store.
 */
export function keptText({ key, value }: Kept): string {
  return `---\nkey: ${quoted(key)}\nvalue: ${standsAlone(value) ? value : quoted(value)}\n`;
}
