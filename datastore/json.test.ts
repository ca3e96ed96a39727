import assert from "node:assert/strict";
import { calicoDump } from "./io/calico-dump.ts";
import { depthLimit, parseJson, writeJson } from "./json.ts";

function parsed(text: string): unknown {
  const result = parseJson(text);
  assert(result.ok, text);
  return result.value;
}

describe("JSON", () => {
  it("writes every value of a Calico dump back octet for octet", () => {
    for (const { key, value } of calicoDump()) assert.equal(writeJson(parsed(value)), value, key);
  });

  it("keeps 64-bit integers, and reads sequence numbers as bigint whatever their size", () => {
    const text =
      '{"sequenceNumber":18446744073709551615,"sequenceNumberForAllocation":{"0":1,"1":1795223411475514662},"x":7}';
    const value = parsed(text) as { readonly sequenceNumber: bigint; readonly x: number };
    assert.equal(value.sequenceNumber, 18446744073709551615n);
    assert.deepEqual(value, {
      sequenceNumber: 18446744073709551615n,
      sequenceNumberForAllocation: { 0: 1n, 1: 1795223411475514662n },
      x: 7,
    });
    assert.equal(writeJson(value), text);
    assert.equal((parsed('{"sequenceNumber":5}') as { readonly sequenceNumber: unknown }).sequenceNumber, 5n);
  });

  it("sorts maps as Go does, by their keys' bytes, also keys that look like numbers", () => {
    const numbers = Object.fromEntries(["2", "10", "1"].map((key) => [key, 1n]));
    assert.equal(
      writeJson({ sequenceNumberForAllocation: numbers }),
      '{"sequenceNumberForAllocation":{"1":1,"10":1,"2":1}}',
    );
    assert.equal(writeJson({ labels: { b: "1", a: "2", 3: "x" } }), '{"labels":{"3":"x","a":"2","b":"1"}}');
    assert.equal(writeJson({ spec: { b: 1, a: 2 } }), '{"spec":{"b":1,"a":2}}');
  });

  it("escapes what Go escapes and leaves undefined out", () => {
    assert.equal(
      writeJson({ a: "<&>\u2028ä\n", b: undefined, c: [null] }),
      '{"a":"\\u003c\\u0026\\u003e\\u2028ä\\n","c":[null]}',
    );
  });

  it("answers what is no JSON, too deep or too long with the reason", () => {
    for (const text of ["", "{", '{"a":}', "[".repeat(1e5)]) assert.equal(parseJson(text).ok, false);
    const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    assert.equal(parseJson(deep(depthLimit)).ok, true);
    assert.deepEqual(parseJson(deep(depthLimit + 1)), { ok: false, why: "nested deeper than 64" });
    assert.equal(parseJson(`"${"[".repeat(100)}\\""`).ok, true, "brackets inside texts do not count");
  });
});
