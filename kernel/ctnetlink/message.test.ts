import assert from "node:assert/strict";
import { MessageReader } from "../netlink/message-reader.ts";
import { MessageWriter } from "../netlink/message-writer.ts";
import { answer, tuple } from "./conntrack.contract.ts";
import { ct } from "./constants.ts";
import { type FlowTuple, formatTuple } from "./flow.ts";
import { decodeFlow, encodeFlowDeletion } from "./message.ts";
import { encodeTuple } from "./tuple.ts";

/** An entry as a dump tells it. */
function entry(original: FlowTuple, reply: FlowTuple, more: (w: MessageWriter) => void = () => {}): Uint8Array {
  const w = new MessageWriter().begin(256, 0, 1).zeros(4);
  encodeTuple(w, ct.CTA_TUPLE_ORIG, original);
  encodeTuple(w, ct.CTA_TUPLE_REPLY, reply);
  more(w);
  return w.view().slice();
}

function read(octets: Uint8Array) {
  const reader = new MessageReader(octets);
  assert.ok(reader.next());
  return decodeFlow(reader);
}

describe("messages of the connection table", () => {
  const shapes = [
    tuple("10.65.0.2", "10.65.1.3"),
    tuple("fd65::2", "fd65::3", { protocol: 6 }),
    tuple("10.65.0.2", "10.65.1.3", { protocol: 1, icmp: { type: 8, code: 0, id: 77 } }),
    tuple("fd65::2", "fd65::3", { protocol: 58, icmp: { type: 128, code: 0, id: 65535 } }),
    tuple("10.65.0.2", "10.65.1.3", { protocol: 47, sourcePort: 0, destinationPort: 0 }),
  ];

  it("come back from what is written of them", () => {
    for (const original of shapes) {
      const flow = read(
        entry(original, answer(original), (w) =>
          w
            .attrBe32(ct.CTA_STATUS, 0x1a)
            .attrBe32(ct.CTA_MARK, 0xfffffff0)
            .attrBe32(ct.CTA_ID, 0xdeadbeef)
            .attrBe16(ct.CTA_ZONE, 7),
        ),
      );
      const expected = { original, reply: answer(original), zone: 7, id: 0xdeadbeef, status: 0x1a, mark: 0xfffffff0 };
      assert.deepEqual(flow, expected, formatTuple(original));
    }
  });

  it("a deletion names tuple, zone and number", () => {
    const flow = { original: shapes[0]!, reply: answer(shapes[0]!), zone: 3, id: 9, status: 0, mark: 0 };
    const w = new MessageWriter().begin(258, 0, 1);
    encodeFlowDeletion(w, flow);
    const reader = new MessageReader(w.view());
    assert.ok(reader.next());
    const seen = new Map<number, number>();
    const row = reader.attributes(4);
    while (row.next()) seen.set(row.type, row.length);
    assert.deepEqual([...seen.keys()], [ct.CTA_TUPLE_ORIG, ct.CTA_ZONE, ct.CTA_ID]);
  });

  it("are passed over when they are not of IP, and refused when they are cut short", () => {
    const w = new MessageWriter().begin(256, 0, 1).zeros(4);
    encodeTuple(w, ct.CTA_TUPLE_ORIG, shapes[0]!);
    assert.equal(read(w.view()), undefined);
    const short = new MessageWriter().begin(256, 0, 1).zeros(4).attrU8(ct.CTA_STATUS, 1).view();
    assert.throws(() => read(short), { code: "kernel/malformed" });
  });

  it("refuse every cut, or read less: nothing reaches past the end", () => {
    const whole = entry(shapes[1]!, answer(shapes[1]!));
    for (let length = 20; length < whole.length; length++) {
      const cut = whole.slice(0, length);
      new DataView(cut.buffer).setUint32(0, length, true);
      try {
        read(cut);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "kernel/malformed");
      }
    }
  });
});
