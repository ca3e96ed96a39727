import assert from "node:assert/strict";
import { millis } from "../../lib/unit.ts";
import { Writer } from "../../lib/writer.ts";
import { writeMessage } from "../message/header.ts";
import { attributeFault, fault } from "../message/scan-fault.ts";
import { hexOf, startedPair } from "../sim/session-pair.ts";
import { faultOffset, MALFORMED_KEPT, MalformedRing } from "./malformed.ts";

/** An UPDATE of these parts, as they are. */
function update(withdrawn: readonly number[], attributes: readonly number[], nlri: readonly number[] = []): Uint8Array {
  const body = [0, withdrawn.length, ...withdrawn, attributes.length >> 8, attributes.length & 255, ...attributes];
  return writeMessage(new Writer(), 2, (w) => w.bytes(Uint8Array.from([...body, ...nlri]))).take();
}

const origin = [0x40, 1, 1, 0];
const path = [0x40, 2, 0];
const nextHop = [0x40, 3, 4, 10, 0, 0, 2];
const localPref = [0x40, 5, 4, 0, 0, 0, 100];

describe("evidence of malformed UPDATEs (RFC 7606 6)", () => {
  it("is kept whole, with the verdict and where the fault lies", () => {
    const { clock, a, b } = startedPair();
    const noOrigin = update([], [...path, ...nextHop, ...localPref], [24, 10, 1, 2]);
    b.session.sendBulk(noOrigin);
    clock.advance(millis(100));
    const wrongPrefix = update([99, 10], []);
    b.session.sendBulk(wrongPrefix);
    clock.advance(millis(100));
    const [first, second] = a.session.malformed();
    assert.equal(hexOf(first!.octets), hexOf(noOrigin));
    assert.deepEqual([first!.verdict, first!.attribute, first!.offset], ["withdraw", 1, -1]);
    assert.deepEqual([second!.verdict, second!.attribute, second!.offset], ["reset", undefined, 19 + 2]);
    assert.ok(first!.at < second!.at && first!.why.length > 0);
    assert.equal(a.session.counters.malformed, 2);
    assert.deepEqual(b.session.malformed(), []);
  });

  it("outlives the session, and is never more than the last few", () => {
    const ring = new MalformedRing();
    const message = update([], [...origin], [24, 10, 1, 2]);
    for (let i = 0; i < 40; i++) ring.add(i, message, 0, message.length, [fault(3, "withdraw", 3, `number ${i}`)]);
    assert.equal(ring.list().length, MALFORMED_KEPT);
    assert.deepEqual([ring.list()[0]!.at, ring.list().at(-1)!.at], [24, 39]);
  });

  it("is cut after 4096 octets, keeps the worst of several faults, and nothing when there is none", () => {
    const ring = new MalformedRing();
    const buf = new Uint8Array(70_000);
    ring.add(1, buf, 100, 65_100, [fault(8, "withdraw", 1, "worst"), fault(32, "discard", 1, "other")]);
    ring.add(2, buf, 0, 23, []);
    const [only, ...more] = ring.list();
    assert.deepEqual([only!.octets.length, only!.length, only!.why, more], [4096, 65_000, "worst", []]);
    assert.notEqual(only!.octets.buffer, buf.buffer, "a copy");
  });

  it("says where, as far as the structure can be followed, and never reads beyond the message", () => {
    const good = update([8, 10], [...origin, 0x50, 8, 0, 2, 0, 0, ...path], [24, 10, 1, 2]);
    const at = (attribute: number | undefined, subcode = 1, buf = good): number =>
      faultOffset(buf, 0, buf.length, { ...fault(attribute, "withdraw", subcode, ""), attribute });
    assert.deepEqual([at(1), at(8), at(2), at(77)], [25, 29, 35, -1]);
    assert.deepEqual([at(undefined, 10), at(undefined, 1)], [38, -1]);
    assert.equal(attributeFault(good, 29, 35, "discard", 5, "").data.length, 6);
    for (let length = 19; length < good.length; length++) {
      for (const attribute of [1, 2, 8, undefined]) {
        assert.ok(at(attribute, 10, good.slice(0, length)) <= length);
      }
    }
  });

  it("holds what the speaker finds in the attributes, too", () => {
    const { clock, a, b } = startedPair();
    const good = update([], [...origin, ...path, ...nextHop, ...localPref], [24, 10, 1, 2]);
    b.session.sendBulk(good);
    a.onUpdate = () => a.session.noteFaults([fault(2, "withdraw", 11, "AS 0")]);
    clock.advance(millis(100));
    assert.deepEqual(
      a.session.malformed().map(({ offset, why }) => `${offset} ${why}`),
      ["27 AS 0"],
    );
    assert.equal(a.session.counters.malformed, 1);
  });
});
