import { hookChains, type SavedRule, type SavedTable } from "./port.ts";
import { stampPrefix } from "./stamp.ts";
import type { TableName } from "./table.ts";

const comments = /--comment ("(?:[^"\\]|\\.)*"|\S+)/g;
const quoted = /"(?:[^"\\]|\\.)*"/g;
const counted = /^\[(\d+):(\d+)\] /;

/**
 * The chains and rules of a table as `iptables-save -c -t TABLE` prints them. Lines that are neither are passed over: both variants
 * write remarks. Undefined when the listing has no end, as one that broke off.
 */
export function parseSave(text: string): SavedTable | undefined {
  const chains = new Map<string, SavedRule[]>();
  let ended = false;
  for (const line of text.split("\n")) {
    if (line.startsWith(":")) chains.set(line.slice(1, line.indexOf(" ")), []);
    else if (line.startsWith("[")) readRule(line, chains);
    else if (line === "COMMIT") ended = true;
  }
  return ended || text.trim() === "" ? chains : undefined;
}

/** The tables as `iptables-save -c` prints them one after the other, those we know. Undefined when the listing broke off. */
export function parseSaveAll(text: string): ReadonlyMap<TableName, SavedTable> | undefined {
  const tables = new Map<TableName, SavedTable>();
  for (const part of text.split(/^(?=\*)/m).filter((each) => each.startsWith("*"))) {
    const name = part.slice(1, part.indexOf("\n"));
    const table = parseSave(part);
    if (!table) return undefined;
    if (isTableName(name)) tables.set(name, table);
  }
  return tables;
}

function isTableName(name: string): name is TableName {
  return Object.hasOwn(hookChains, name);
}

function readRule(line: string, chains: Map<string, SavedRule[]>): void {
  const count = counted.exec(line);
  if (!count) return;
  const rest = line.slice(count[0].length);
  if (!rest.startsWith("-A ")) return;
  const space = rest.indexOf(" ", 3);
  const chain = space < 0 ? rest.slice(3) : rest.slice(3, space);
  const text = space < 0 ? "" : rest.slice(space + 1);
  const { identity, comment } = readComments(text);
  const target = / -[jg] (\S+)/.exec(` ${text.replace(quoted, '""')}`)?.[1] ?? "";
  const rule = { identity, comment, target, text, count: { packets: Number(count[1]), bytes: Number(count[2]) } };
  const rules = chains.get(chain);
  if (rules) rules.push(rule);
  else chains.set(chain, [rule]);
}

function readComments(text: string): { readonly identity: string; readonly comment: string } {
  let identity = "";
  let comment = "";
  for (const [, found] of text.matchAll(comments)) {
    const plain = unquote(found!);
    if (identity === "" && plain.startsWith(stampPrefix)) identity = plain.slice(stampPrefix.length);
    else if (comment === "") comment = plain;
  }
  return { identity, comment };
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;
}
