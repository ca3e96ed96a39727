import assert from "node:assert/strict";
import fc from "fast-check";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

class Short extends Error {}
const reader = (b: Uint8Array) => new Reader(b, 0, b.length, () => new Short());

const field = fc.oneof(
  fc.record({ as: fc.constant("u8" as const), value: fc.nat(0xff) }),
  fc.record({ as: fc.constant("u16" as const), value: fc.nat(0xffff) }),
  fc.record({ as: fc.constant("u32" as const), value: fc.integer({ min: 0, max: 0xffffffff }) }),
  fc.record({ as: fc.constant("bytes" as const), value: fc.uint8Array({ maxLength: 300 }) }),
);

describe("Writer and Reader", () => {
  it("give back what was written, whatever the capacity", () => {
    fc.assert(
      fc.property(fc.array(field), fc.integer({ min: 1, max: 9 }), (fields, capacity) => {
        const w = new Writer(capacity);
        for (const f of fields) {
          if (f.as === "bytes") w.sized16((inner) => inner.bytes(f.value));
          else w[f.as](f.value);
        }
        const r = reader(w.take());
        for (const f of fields) {
          if (f.as !== "bytes") assert.equal(r[f.as](), f.value);
          else {
            const inner = r.sub(r.u16());
            assert.deepEqual(inner.bytes(inner.left), f.value);
          }
        }
        assert.equal(r.left, 0);
        assert.equal(w.length, 0);
      }),
    );
  });

  it("never read past the end, nor a child into its neighbour", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), fc.constantFrom("u8", "u16", "u32"), (octets, read) => {
        const size = { u8: 1, u16: 2, u32: 4 }[read];
        const r = reader(octets);
        if (octets.length < size) assert.throws(() => r[read](), Short);
        else r[read]();
        const child = reader(Uint8Array.of(1, 2, 3, 4)).sub(1);
        child.u8();
        assert.throws(() => child.u8(), Short);
      }),
    );
    assert.throws(() => reader(Uint8Array.of(1)).bytes(-1), Short);
    assert.throws(() => reader(Uint8Array.of(1)).sub(2), Short);
    assert.throws(() => reader(Uint8Array.of(1)).skip(2), Short);
  });

  it("patch one-octet lengths and give views", () => {
    const w = new Writer(1).u8(9).sized8((inner) => inner.u16(0x0102));
    assert.deepEqual([...w.view()], [9, 2, 1, 2]);
    assert.deepEqual([...w.patch16(2, 0xffff).view()], [9, 2, 255, 255]);
    assert.equal(w.reset().length, 0);
    const r = reader(Uint8Array.of(1, 2, 3));
    r.skip(2);
    assert.equal(r.at, 2);
  });
});
