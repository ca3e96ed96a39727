import { type Entry, type Revision, type StoreEvent, StoreRefused } from "../../store.ts";

function malformed(why: string): StoreRefused {
  return new StoreRefused("datastore/refused", `etcd sent a message that ${why}`, { operation: "decode" });
}

/**
 * Reading by hand what comes in bulk: pages of lists and batches of events. Only the fields that we need are touched, each
 * key and value becomes one string, and nothing else is allocated; everything else goes through the generated codec.
 * Field numbers are those of `rpc.proto`.
 */
class Cursor {
  at: number;
  readonly end: number;
  readonly octets: Buffer;

  constructor(octets: Buffer, at: number, end: number) {
    this.octets = octets;
    this.at = at;
    this.end = end;
  }

  /** A varint as a number; exact below 2^53, which revisions never reach. */
  varint(): number {
    const first = this.octets[this.at++]!;
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let scale = 0x80; this.at < this.end; scale *= 0x80) {
      const octet = this.octets[this.at++]!;
      value += (octet & 0x7f) * scale;
      if (octet < 0x80) return value;
    }
    throw malformed("ends early");
  }

  /** Where the length-delimited field that begins here ends; the cursor stands at its first octet. */
  field(): number {
    const length = this.varint();
    const end = this.at + length;
    if (end > this.end) throw malformed("ends early");
    return end;
  }

  text(): string {
    const end = this.field();
    const text = this.octets.toString("utf8", this.at, end);
    this.at = end;
    return text;
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 2) this.at = this.field();
    else if (wireType === 1) this.at += 8;
    else if (wireType === 5) this.at += 4;
    else throw malformed(`has wire type ${wireType}`);
  }
}

function readKeyValue(cursor: Cursor, end: number): Entry {
  let key = "";
  let value = "";
  let revision = 0;
  while (cursor.at < end) {
    const tag = cursor.varint();
    if (tag === 0x0a) key = cursor.text();
    else if (tag === 0x2a) value = cursor.text();
    else if (tag === 0x18) revision = cursor.varint();
    else cursor.skip(tag & 7);
  }
  return { key, value, revision };
}

function readHeader(cursor: Cursor, end: number): Revision {
  let revision = 0;
  while (cursor.at < end) {
    const tag = cursor.varint();
    if (tag === 0x18) revision = cursor.varint();
    else cursor.skip(tag & 7);
  }
  return revision;
}

/** A RangeResponse being read, as many entries at a time as its reader wants. */
export class PageReader {
  readonly #cursor: Cursor;

  constructor(octets: Buffer) {
    this.#cursor = new Cursor(octets, 0, octets.length);
  }

  /** Appends at most `most` entries to `entries`; whether there are more to read. @throws StoreRefused when it is none. */
  read(entries: Entry[], most: number): boolean {
    const cursor = this.#cursor;
    const until = entries.length + most;
    while (cursor.at < cursor.end && entries.length < until) {
      const tag = cursor.varint();
      if (tag === 0x12) entries.push(readKeyValue(cursor, cursor.field()));
      else cursor.skip(tag & 7);
    }
    return cursor.at < cursor.end;
  }
}

/** All entries of a RangeResponse. @throws StoreRefused when it is none. */
export function readEntries(octets: Buffer): readonly Entry[] {
  const entries: Entry[] = [];
  new PageReader(octets).read(entries, Number.POSITIVE_INFINITY);
  return entries;
}

/** What must be known of a page to ask for the next one, before the page itself is read. */
export interface PageEnd {
  readonly revision: Revision;
  readonly more: boolean;
  /** A view of the last key; undefined when the page is empty. */
  readonly lastKey: Buffer | undefined;
}

/** Walks over a RangeResponse without reading its entries. @throws StoreRefused when it is none. */
export function readPageEnd(octets: Buffer): PageEnd {
  const cursor = new Cursor(octets, 0, octets.length);
  let revision = 0;
  let more = false;
  let last: Cursor | undefined;
  while (cursor.at < cursor.end) {
    const tag = cursor.varint();
    if (tag === 0x12) {
      const end = cursor.field();
      last = new Cursor(octets, cursor.at, end);
      cursor.at = end;
    } else if (tag === 0x0a) revision = readHeader(cursor, cursor.field());
    else if (tag === 0x18) more = cursor.varint() !== 0;
    else cursor.skip(tag & 7);
  }
  return { revision, more, lastKey: last && keyWithin(last) };
}

/** A view of the key of the entry that a cursor is confined to. */
function keyWithin(cursor: Cursor): Buffer {
  while (cursor.at < cursor.end) {
    const tag = cursor.varint();
    if (tag !== 0x0a) {
      cursor.skip(tag & 7);
      continue;
    }
    const end = cursor.field();
    return cursor.octets.subarray(cursor.at, end);
  }
  return cursor.octets.subarray(0, 0);
}

/** A message of a watch. `compacted` is the revision up to which history is gone, or 0. */
export interface WatchAnswer {
  readonly revision: Revision;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compacted: Revision;
  readonly why: string;
  readonly fragment: boolean;
  readonly events: readonly StoreEvent[];
}

function readEvent(cursor: Cursor, end: number): StoreEvent {
  let deleted = false;
  let entry: Entry = { key: "", value: "", revision: 0 };
  while (cursor.at < end) {
    const tag = cursor.varint();
    if (tag === 0x08) deleted = cursor.varint() === 1;
    else if (tag === 0x12) entry = readKeyValue(cursor, cursor.field());
    else cursor.skip(tag & 7);
  }
  return deleted
    ? { kind: "delete", key: entry.key, revision: entry.revision }
    : { kind: "put", key: entry.key, value: entry.value, revision: entry.revision };
}

/** Reads a WatchResponse. @throws StoreRefused when it is none. */
export function readWatchAnswer(octets: Buffer): WatchAnswer {
  const cursor = new Cursor(octets, 0, octets.length);
  const answer = { revision: 0, created: false, canceled: false, compacted: 0, why: "", fragment: false };
  const events: StoreEvent[] = [];
  while (cursor.at < cursor.end) {
    const tag = cursor.varint();
    if (tag === 0x5a) events.push(readEvent(cursor, cursor.field()));
    else if (tag === 0x0a) answer.revision = readHeader(cursor, cursor.field());
    else if (tag === 0x18) answer.created = cursor.varint() !== 0;
    else if (tag === 0x20) answer.canceled = cursor.varint() !== 0;
    else if (tag === 0x28) answer.compacted = cursor.varint();
    else if (tag === 0x32) answer.why = cursor.text();
    else if (tag === 0x38) answer.fragment = cursor.varint() !== 0;
    else cursor.skip(tag & 7);
  }
  return { ...answer, events };
}
