import assert from "node:assert/strict";
import fc from "fast-check";
import { KernelError } from "../error.ts";
import { AttributeReader } from "../netlink/attribute.ts";
import { MessageWriter } from "../netlink/message-writer.ts";
import { readChain, writeHook } from "./chain-message.ts";
import { elementKeys, type RawElement, readElements } from "./element-message.ts";
import { readRule } from "./rule-message.ts";
import type { FieldType, SetSpec } from "./set.ts";
import { readSet, writeSet } from "./set-message.ts";
import { readUserdata } from "./userdata.ts";

/** Octets that look like attributes more often than chance would have it. */
const attributes = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 14 }), fc.uint8Array({ maxLength: 24 }), fc.boolean()), { maxLength: 6 })
  .map((list) => {
    const w = new MessageWriter();
    for (const [type, payload, nested] of list) w.attrBytes(nested ? type | 0x8000 : type, payload);
    return w.view().slice();
  });
const octets = fc.oneof(attributes, fc.uint8Array({ maxLength: 64 }));

const decoders: { readonly [What in string]: (octets: Uint8Array) => unknown } = {
  chain: (x) => readChain(new AttributeReader(x)),
  rule: (x) => readRule(new AttributeReader(x)),
  set: (x) => readSet(new AttributeReader(x)),
  userdata: readUserdata,
  elements: (x) => {
    const raw: RawElement[] = [];
    readElements(new AttributeReader(x), raw);
    return elementKeys({ name: "s", key: ["ipv4_addr"], interval: true }, raw);
  },
};

describe("decoding what the kernel sends", () => {
  for (const [what, decode] of Object.entries(decoders)) {
    it(`any octets are a ${what} or kernel/malformed, never anything else`, () => {
      fc.assert(
        fc.property(octets, (x) => {
          try {
            decode(x);
          } catch (error) {
            assert.ok(error instanceof KernelError && error.code === "kernel/malformed", String(error));
          }
        }),
        { numRuns: 1000 },
      );
    });
  }

  it("a set comes back as the kind it was made", () => {
    const field = fc.constantFrom<FieldType>("ipv4_addr", "ipv6_addr", "inet_proto", "inet_service", "ifname", "mark");
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 4 }), fc.boolean(), (fields, interval) => {
        const [first, ...rest] = fields;
        const spec: SetSpec = { name: "s", key: [first!, ...rest], interval };
        const w = new MessageWriter();
        writeSet(w.attrText(2, spec.name), spec, 1);
        assert.deepEqual(readSet(new AttributeReader(w.view())), { kind: "set", name: "s", spec });
      }),
    );
  });

  it("a base chain comes back where it hung", () => {
    const hook = fc.record({
      type: fc.constantFrom("filter", "nat", "route"),
      point: fc.constantFrom("prerouting", "input", "forward", "output", "postrouting"),
      priority: fc.integer({ min: -400, max: 400 }),
      policy: fc.constantFrom("accept", "drop"),
    });
    fc.assert(
      fc.property(hook, (x) => {
        const w = new MessageWriter();
        writeHook(w.attrText(3, "c"), x);
        assert.deepEqual(readChain(new AttributeReader(w.view())), { name: "c", hook: { ...x } });
      }),
    );
  });
});
