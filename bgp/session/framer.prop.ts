import assert from "node:assert/strict";
import fc from "fast-check";
import { Writer } from "../../lib/writer.ts";
import { writeMessage } from "../message/header.ts";
import type { Notification } from "../message/notification.ts";
import { Framer } from "./framer.ts";

interface Heard {
  readonly messages: readonly (readonly [type: number, hex: string])[];
  readonly fault: Notification | undefined;
}

/** What a framer makes of a stream that arrives in these pieces, each in a buffer that is spoilt afterwards. */
function hear(stream: Uint8Array, cuts: readonly number[], limit = 4096): Heard {
  const framer = new Framer();
  framer.limit = limit;
  const messages: [number, string][] = [];
  const ends = [...new Set([...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].sort((x, y) => x - y);
  let start = 0;
  for (const end of ends) {
    const lent = new Uint8Array(end - start + 6).fill(0xcc);
    lent.set(stream.subarray(start, end), 3);
    const fault = framer.push(lent, 3, 3 + end - start, (type, buf, from, to) => {
      messages.push([type, Buffer.from(buf.subarray(from, to)).toString("hex")]);
      return true;
    });
    lent.fill(0xee);
    if (fault) return { messages, fault };
    start = end;
  }
  return { messages, fault: undefined };
}

const message = fc
  .record({ type: fc.constantFrom(2, 3, 4, 5), body: fc.uint8Array({ minLength: 4, maxLength: 300 }) })
  .map(({ type, body }) => writeMessage(new Writer(), type, (w) => type !== 4 && w.bytes(body)).take());

const stream = fc
  .tuple(fc.array(message, { maxLength: 8 }), fc.option(fc.uint8Array({ maxLength: 60 })))
  .map(([good, tail]) => Uint8Array.from(Buffer.concat([...good, tail ?? new Uint8Array(0)])));

describe("framing", () => {
  it("delivers the same messages and the same fault however the stream was cut", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 40, size: "max" }), (octets, cuts) => {
        const whole = hear(octets, []);
        assert.deepEqual(hear(octets, cuts), whole);
        assert.deepEqual(hear(octets, octets.length < 400 ? [...octets.keys()] : cuts), whole);
      }),
      { numRuns: 300 },
    );
  });

  it("delivers every message of a good stream", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20, size: "max" }), (good) => {
        const { messages, fault } = hear(Uint8Array.from(Buffer.concat(good)), []);
        assert.equal(fault, undefined);
        assert.deepEqual(
          messages.map(([, hex]) => hex),
          good.map((one) => Buffer.from(one).toString("hex")),
        );
      }),
    );
  });

  it("delivers a message that came whole where it lies, without a copy", () => {
    const octets = writeMessage(new Writer(), 4).take();
    const seen: Uint8Array[] = [];
    new Framer().push(octets, 0, octets.length, (_type, buf) => seen.push(buf) > 0);
    assert.equal(seen[0], octets);
  });

  it("stops when told to", () => {
    const octets = Uint8Array.from(Buffer.concat([1, 2, 3].map(() => writeMessage(new Writer(), 4).take())));
    let count = 0;
    new Framer().push(octets, 0, octets.length, () => ++count < 2);
    assert.equal(count, 2);
  });
});

describe("header faults (RFC 4271 6.1)", () => {
  const header = (length: number, type: number, size = length): Uint8Array => {
    const octets = new Uint8Array(Math.max(19, Math.min(size, 70_000))).fill(255, 0, 16);
    octets.set([length >> 8, length & 255, type], 16);
    return octets;
  };
  const rows: readonly [string, Uint8Array, number, number | undefined, number[]][] = [
    ["length 18", header(18, 4, 19), 4096, 2, [0, 18]],
    ["KEEPALIVE of 20", header(20, 4), 4096, 2, [0, 20]],
    ["OPEN of 28", header(28, 1), 4096, 2, [0, 28]],
    ["UPDATE of 22", header(22, 2), 4096, 2, [0, 22]],
    ["NOTIFICATION of 20", header(20, 3), 4096, 2, [0, 20]],
    ["ROUTE-REFRESH of 22, which the session answers (RFC 7313 5)", header(22, 5), 4096, undefined, []],
    ["4097 octets", header(4097, 2), 4096, 2, [0x10, 1]],
    ["4097 octets where agreed (RFC 8654)", header(4097, 2), 65535, undefined, []],
    ["OPEN of 4097 even then", header(4097, 1), 65535, 2, [0x10, 1]],
    ["type 0", header(19, 0), 4096, 3, [0]],
    ["type 6", header(19, 6), 4096, 3, [6]],
    ["type 255", header(19, 255), 4096, 3, [255]],
  ];
  for (const [what, octets, limit, subcode, data] of rows) {
    it(`${what} → ${subcode === undefined ? "none" : `1/${subcode}`}`, () => {
      const { fault } = hear(octets, [], limit);
      assert.deepEqual(fault, subcode && { code: 1, subcode, data: Uint8Array.from(data) });
      assert.deepEqual(hear(octets, [1, 17, 18], limit).fault, fault);
    });
  }

  it("a marker that is not all ones → 1/1, before anything else", () => {
    for (let i = 0; i < 16; i++) {
      const octets = header(3, 99, 19);
      octets[i] = 0xfe;
      assert.deepEqual(hear(octets, []).fault, { code: 1, subcode: 1, data: new Uint8Array(0) });
    }
  });
});
