import assert from "node:assert/strict";
import { calicoGolden, type GoldenValue } from "./io/calico-golden.ts";
import { decodeAffinity, decodeBlock, decodeHandle } from "./ipam-decode.ts";
import { ipamConfigPath, parseIpamPath } from "./ipam-key.ts";
import { writeJson } from "./json.ts";
import { kindNames } from "./model/resource.ts";
import { isAnnotatedPolicy } from "./policy-name.ts";
import { parseResourcePath, type ResourceKey } from "./resource-key.ts";
import { fromStore, toStore } from "./stored-form.ts";

const golden = calicoGolden();

function resourceKeyOf({ key }: GoldenValue): ResourceKey | undefined {
  return key === ipamConfigPath ? { kind: "IPAMConfiguration", name: "default" } : parseResourcePath(key);
}

/** What is stored again after a value was read, decoded, and written back unchanged; `before` is what lay there. */
function writtenBack(one: GoldenValue, before: string | undefined): string {
  const resource = resourceKeyOf(one);
  if (resource) {
    const decoded = fromStore(resource, { key: one.key, value: one.value, revision: 7 });
    assert(decoded.ok, one.value);
    return toStore(decoded.value, one.key, before, before === undefined || isAnnotatedPolicy(before));
  }
  const decoders = { block: decodeBlock, affinity: decodeAffinity, handle: decodeHandle };
  const kind = parseIpamPath(one.key)?.kind;
  assert(kind === "block" || kind === "affinity" || kind === "handle", one.key);
  const decoded = decoders[kind](one.value);
  assert(decoded.ok, one.value);
  return writeJson(decoded.value);
}

describe("what Calico wrote", () => {
  it("is there for every kind", () => {
    const kinds = new Set(golden.map(({ kind }) => kind));
    for (const kind of [...kindNames, "BlockAffinity", "IPAMBlock", "IPAMHandle"]) assert(kinds.has(kind), kind);
    for (const one of golden) assert.equal(resourceKeyOf(one)?.kind ?? one.kind, one.kind, one.key);
  });

  for (const one of golden) {
    it(`is written back octet for octet: ${one.kind} of ${one.era}, ${one.note} (${one.key.split("/").at(-1)})`, () =>
      assert.equal(writtenBack(one, one.value), one.value));
  }

  it("is written the same when nothing lay there, where the name is annotated as 3.30 and later do", () => {
    const older = /^3\.([0-9]|1[0-9]|2[0-9])$/;
    const policies = /NetworkPolicy$/;
    for (const one of golden) {
      if (policies.test(one.kind) && (older.test(one.era) || one.key.includes("/knp."))) continue;
      assert.equal(writtenBack(one, undefined), one.value, one.note);
    }
  });

  it("reads a block whose lists Go wrote as null as one with empty lists", () => {
    const text = '{"cidr":"10.0.0.0/32","affinity":null,"allocations":[0],"unallocated":null,"attributes":null}';
    const decoded = decodeBlock(text);
    assert(decoded.ok);
    assert.deepEqual([decoded.value.unallocated, decoded.value.attributes], [[], []]);
  });

  it("keeps numbers beyond 2^53", () => {
    const numbers = golden.flatMap(({ value }) => value.match(/(?<![0-9a-f])[0-9]{17,20}(?![0-9a-f-])/g) ?? []);
    assert(numbers.some((text) => BigInt(text) > 2n ** 63n) && numbers.length > 10);
    const block = golden.find(({ value }) => value.includes("18446744073709551615"))!;
    const decoded = decodeBlock(block.value);
    assert(decoded.ok && decoded.value.sequenceNumber === 2n ** 64n - 1n);
  });

  it("keeps what only a newer Calico understands, at every depth, when it is written back", () => {
    for (const one of golden) {
      if (!resourceKeyOf(one)) continue;
      const value = one.value.replace(/\}$/, ',"ofTomorrow":{"a":[1,9007199254740993]}}').replace("{,", "{");
      assert.equal(writtenBack({ ...one, value }, value), value, one.key);
    }
  });
});
