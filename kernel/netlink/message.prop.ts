import assert from "node:assert/strict";
import fc from "fast-check";
import { KernelError } from "../error.ts";
import type { AttributeReader } from "./attribute.ts";
import { aligned } from "./header.ts";
import { MessageReader, readDone, readError } from "./message-reader.ts";
import { MessageWriter } from "./message-writer.ts";

/** A tree of attributes: what any netlink body comes down to. */
type Attribute =
  | { readonly type: number; readonly bytes: Uint8Array }
  | { readonly type: number; readonly row: readonly Attribute[] };

const { attribute } = fc.letrec<{ attribute: Attribute }>((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 3 },
    fc.record({ type: fc.nat(0x3fff), bytes: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({ type: fc.nat(0x3fff), row: fc.array(tie("attribute"), { maxLength: 4 }) }),
  ),
}));
const message = fc.record({
  type: fc.nat(0xffff),
  flags: fc.nat(0xffff),
  sequence: fc.nat(0xffffffff),
  fixed: fc.nat(4).map((n) => n * 4),
  row: fc.array(attribute, { maxLength: 5 }),
});

function write(w: MessageWriter, row: readonly Attribute[]): void {
  for (const each of row) {
    if ("bytes" in each) w.attrBytes(each.type, each.bytes);
    else w.nest(each.type, (inner) => write(inner, each.row));
  }
}

function checkRow(reader: AttributeReader, row: readonly Attribute[]): void {
  for (const each of row) {
    assert.ok(reader.next());
    assert.equal(reader.type, each.type);
    if ("bytes" in each) assert.deepEqual(Uint8Array.from(reader.bytes()), each.bytes);
    else checkRow(reader.nested(), each.row);
  }
  assert.equal(reader.next(), false);
}

function readAll(reader: AttributeReader, depth = 0): void {
  while (reader.next()) {
    reader.text();
    if (reader.length >= 4) reader.u32();
    if (depth < 4) readAll(reader.nested(), depth + 1);
  }
}

describe("netlink messages", () => {
  it("come back as they were written, many in one buffer", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
        const w = new MessageWriter(8);
        for (const { type, flags, sequence, fixed, row } of messages) {
          write(w.begin(type, flags, sequence).zeros(fixed), row);
        }
        const octets = w.view();
        assert.equal(octets.length, aligned(octets.length));
        const reader = new MessageReader(octets);
        for (const { type, flags, sequence, fixed, row } of messages) {
          assert.ok(reader.next());
          assert.deepEqual([reader.type, reader.flags, reader.sequence, reader.port], [type, flags, sequence, 0]);
          checkRow(reader.attributes(fixed), row);
        }
        assert.equal(reader.next(), false);
      }),
      { numRuns: 200 },
    );
  });

  it("of any octets are read, or are a malformed message, and nothing else", () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      // A header that may be right, before noise.
      fc.uint8Array({ minLength: 16, maxLength: 80 }).map((octets) => {
        new DataView(octets.buffer).setUint32(0, octets.length, true);
        return octets;
      }),
    );
    fc.assert(
      fc.property(noise, (octets) => {
        try {
          const reader = new MessageReader(octets);
          while (reader.next()) {
            readError(reader);
            readDone(reader);
            readAll(reader.attributes(0));
          }
        } catch (error) {
          assert.ok(error instanceof KernelError);
          assert.equal(error.code, "kernel/malformed");
        }
      }),
      { numRuns: 500 },
    );
  });
});
