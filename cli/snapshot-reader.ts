import { BadInput } from "./error.ts";
import { type Kept, type SnapshotHead, snapshotKind } from "./snapshot-text.ts";

/** Longest line that is read, in octets: more than etcd takes in one request. */
const lineLimit = 16 * 1024 * 1024;

/** A snapshot as it was read. */
export interface Snapshot {
  readonly head: SnapshotHead;
  readonly entries: readonly Kept[];
}

/** The lines of octets that come bit by bit, in UTF-8; `name` says whose. @throws BadInput for a line that is far too long */
async function* linesOf(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let rest = "";
  try {
    for await (const chunk of source) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop()!;
      if (rest.length > lineLimit) throw new BadInput([`${name}: a line longer than ${lineLimit} octets`]);
      yield* lines;
    }
    rest += decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new BadInput([`${name}: not UTF-8; it is no snapshot, or is damaged`]);
    throw error;
  }
  if (rest !== "") yield rest;
}

/** Takes a snapshot line by line; every fault names its line. */
class SnapshotParser {
  readonly entries: Kept[] = [];
  readonly #name: string;
  readonly #fields = new Map<string, string>();
  readonly #seen = new Set<string>();
  #line = 0;
  #inHead = true;
  #key: string | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  take(line: string): void {
    this.#line++;
    const text = line.endsWith("\r") ? this.#fault("a carriage return; something has changed the ends of lines") : line;
    if (text === "---") this.#begin();
    else if (text !== "" && !text.startsWith("#")) this.#field(text);
  }

  end(): SnapshotHead {
    if (this.#key !== undefined) this.#fault("the end, and a key without its value");
    const number = (field: string): number => {
      const text = this.#fields.get(field) ?? "";
      return /^[0-9]{1,15}$/.test(text) ? Number(text) : this.#fault(`no ${field}: N in the head`);
    };
    if (this.#fields.get("kind") !== snapshotKind) this.#fault(`no kind: ${snapshotKind} in the head`);
    if (this.#fields.get("version") !== "1") this.#fault("no version: 1 in the head");
    const keys = number("keys");
    if (keys !== this.entries.length) this.#fault(`${this.entries.length} keys instead of ${keys}; it is not whole`);
    return { revision: number("revision"), keys, taken: this.#fields.get("taken") ?? "" };
  }

  #begin(): void {
    if (this.#key !== undefined) this.#fault("a key without its value");
    this.#inHead = false;
  }

  #field(text: string): void {
    const colon = text.indexOf(": ");
    const [field, value] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 2)];
    if (this.#inHead) this.#fields.set(field, value);
    else if (field === "key" && this.#key === undefined) this.#key = this.#newKey(value);
    else if (field === "value" && this.#key !== undefined) {
      this.entries.push({ key: this.#key, value: value.startsWith("{") ? value : this.#text(value) });
      this.#key = undefined;
    } else this.#fault("neither key: nor the value: that belongs to it");
  }

  #newKey(value: string): string {
    const key = this.#text(value);
    if (!key.startsWith("/calico/")) this.#fault(`the key ${JSON.stringify(key)}; all begin with /calico/`);
    if (this.#seen.has(key)) this.#fault(`the key ${key} a second time`);
    this.#seen.add(key);
    return key;
  }

  #text(quoted: string): string {
    try {
      const value: unknown = JSON.parse(quoted);
      if (typeof value === "string") return value;
    } catch {
      // Said below.
    }
    return this.#fault("a text whose quotes do not fit");
  }

  #fault(what: string): never {
    throw new BadInput([`${this.#name}, line ${this.#line}: found ${what}`]);
  }
}

/** Reads a snapshot whole before anything is done with it. @throws BadInput naming the line, CliError when it cannot be read */
export async function readSnapshot(source: AsyncIterable<Uint8Array>, name: string): Promise<Snapshot> {
  const parser = new SnapshotParser(name);
  for await (const line of linesOf(source, name)) parser.take(line);
  return { head: parser.end(), entries: parser.entries };
}
