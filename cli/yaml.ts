import { dump, loadAll, YAMLException } from "js-yaml";
import { BadInput } from "./error.ts";

/** Longest input that is read, in characters: more is no manifest. */
const inputLimit = 64 * 1024 * 1024;

/** One object of the input and where it stands, e.g. `pools.yaml, document 2, item 3`. */
export interface Document {
  readonly where: string;
  readonly value: unknown;
}

function items(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== "object" || value === null || !("kind" in value) || !("items" in value)) return undefined;
  const { kind, items: inner } = value;
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(inner) ? inner : undefined;
}

function flatten(where: string, value: unknown): readonly Document[] {
  const inner = items(value);
  if (!inner) return [{ where, value }];
  return inner.flatMap((each, i) => flatten(`${where}, item ${i + 1}`, each));
}

/**
 * The objects of a YAML or JSON text: several documents, lists (`kind: …List` with items, or plain arrays) opened up, empty
 * documents left out. @throws BadInput with line and column when the text is malformed
 */
export function readDocuments(text: string, file: string): readonly Document[] {
  const name = file === "-" ? "standard input" : file;
  if (text.length > inputLimit) throw new BadInput([`${name}: longer than ${inputLimit} characters`]);
  let values: unknown[];
  try {
    values = loadAll(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const at = error.mark ? `, line ${error.mark.line + 1}, column ${error.mark.column + 1}` : "";
    throw new BadInput([`${name}${at}: malformed YAML: ${error.reason}`]);
  }
  return values.flatMap((value, i) => {
    if (value === null || value === undefined) return [];
    return flatten(values.length === 1 ? name : `${name}, document ${i + 1}`, value);
  });
}

/** A value as YAML with its keys in order, as calicoctl prints it. */
export function writeYaml(value: unknown): string {
  return dump(value, { sortKeys: true, seqNoIndent: true, lineWidth: -1, quoteStyle: "double" });
}
