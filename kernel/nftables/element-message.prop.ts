import assert from "node:assert/strict";
import fc from "fast-check";
import { AttributeReader } from "../netlink/attribute.ts";
import { MessageWriter } from "../netlink/message-writer.ts";
import { elementKey } from "./element.ts";
import { elementKeys, type RawElement, readElements, writeElement, writeEntry } from "./element-message.ts";
import type { Verdict } from "./expression.ts";
import { keyOctets } from "./field-type.ts";
import { disjoint } from "./interval.ts";
import type { SetSpec } from "./set.ts";

function roundTrip(spec: SetSpec, keys: readonly string[]): string[] {
  const w = new MessageWriter();
  for (const key of keys) writeElement(w, spec, key);
  const raw: RawElement[] = [];
  readElements(new AttributeReader(w.view()), raw);
  // The kernel lists elements in an order of its own.
  return elementKeys(spec, raw.reverse());
}

const word = fc.integer({ min: 0, max: 0xffffffff });
const address = word.map((w) => `${w >>> 24}.${(w >>> 16) & 255}.${(w >>> 8) & 255}.${w & 255}`);
const length = fc.integer({ min: 0, max: 32 });

describe("element messages", () => {
  it("an exact set comes back as it went", () => {
    const spec: SetSpec = { name: "s", key: ["ipv4_addr"] };
    fc.assert(
      fc.property(fc.uniqueArray(address), (texts) => {
        const keys = texts.map((text) => elementKey(spec, text));
        assert.deepEqual(roundTrip(spec, keys).sort(), keys.sort());
      }),
    );
  });

  it("disjoint ranges come back as they went, also side by side and at both ends of the space", () => {
    const spec: SetSpec = { name: "s", key: ["ipv4_addr"], interval: true };
    const texts = fc.array(
      fc.oneof(
        fc.tuple(address, length).map(([a, n]) => `${a}/${n}`),
        fc.constantFrom("0.0.0.0/8", "1.0.0.0/8", "255.0.0.0/8", "255.255.255.255", "0.0.0.0/0"),
      ),
    );
    fc.assert(
      fc.property(texts, (list) => {
        const keys = disjoint([...new Set(list.map((text) => elementKey(spec, text)))].sort(), keyOctets(spec.key));
        assert.deepEqual(roundTrip(spec, keys), keys);
      }),
    );
  });

  it("ranges in a concatenation come back as they went", () => {
    const spec: SetSpec = { name: "s", key: ["ipv4_addr", "inet_proto", "inet_service"], interval: true };
    const text = fc
      .tuple(address, length, fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 65535 }))
      .map(([a, n, protocol, port]) => `${a}/${n} . ${protocol} . ${port}`);
    fc.assert(
      fc.property(fc.uniqueArray(text), (texts) => {
        const keys = [...new Set(texts.map((x) => elementKey(spec, x)))];
        assert.deepEqual(roundTrip(spec, keys).sort(), keys.sort());
      }),
    );
  });

  it("entries of a map come back as they went", () => {
    const verdict = fc.oneof(
      fc.constantFrom<Verdict>({ kind: "accept" }, { kind: "drop" }, { kind: "return" }),
      fc.constantFrom<Verdict>({ kind: "jump", chain: "a" }, { kind: "goto", chain: "longer-name" }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,15}$/), verdict, (name, to) => {
        const raw: RawElement[] = [];
        const w = new MessageWriter();
        writeEntry(w, name, to);
        readElements(new AttributeReader(w.view()), raw);
        assert.deepEqual(raw, [{ key: name.padEnd(16, "\0"), keyEnd: undefined, end: false, verdict: to }]);
      }),
    );
  });
});
