import assert from "node:assert/strict";
import { parsePrefix } from "../net/prefix.ts";
import { calicoDump } from "./io/calico-dump.ts";
import { decodeAffinity, decodeBlock, decodeHandle, decodeIpamConfig, ipamObjectName } from "./ipam-decode.ts";
import { parseIpamPath } from "./ipam-key.ts";
import { writeJson } from "./json.ts";
import { affinityState } from "./model/block-affinity.ts";

const decoders = { block: decodeBlock, affinity: decodeAffinity, handle: decodeHandle, config: decodeIpamConfig };

describe("values of IPAM", () => {
  it("are understood as Calico wrote them, and written back octet for octet", () => {
    let seen = 0;
    for (const { key, value } of calicoDump()) {
      const parsed = parseIpamPath(key);
      if (!parsed || parsed.kind === "host") continue;
      const decoded = decoders[parsed.kind](value);
      assert(decoded.ok, key);
      assert.equal(writeJson(decoded.value), value, key);
      seen++;
    }
    assert.equal(seen, 9);
  });

  it("keep a sequence number exactly", () => {
    const text =
      '{"cidr":"10.0.0.0/30","affinity":null,"allocations":[0,null,null,null],"unallocated":[1,2,3],"attributes":[{"handle_id":"h","secondary":null}],"sequenceNumber":1795223411475514665,"deleted":false}';
    const block = decodeBlock(text);
    assert(block.ok);
    assert.equal(block.value.sequenceNumber, 1795223411475514665n);
    const next = { ...block.value, sequenceNumber: block.value.sequenceNumber! + 1n };
    assert(writeJson(next).includes('"sequenceNumber":1795223411475514666,'));
  });

  it("read an old affinity without state as confirmed", () => {
    for (const text of ["", "{}", '{"state":""}']) {
      const decoded = decodeAffinity(text);
      assert(decoded.ok && affinityState(decoded.value) === "confirmed", text);
    }
  });

  it("count as absent when malformed, with the object's name", () => {
    const name = ipamObjectName({ kind: "block", cidr: parsePrefix("10.0.0.0/26")! });
    for (const text of [
      "",
      "{}",
      '{"cidr":"x","allocations":[],"unallocated":[],"attributes":[]}',
      '{"cidr":"10.0.0.0/26","allocations":["a"],"unallocated":[],"attributes":[]}',
    ]) {
      const decoded = decodeBlock(text, name);
      assert(!decoded.ok && decoded.problems[0]!.object === "IPAMBlock(10.0.0.0/26)", text);
    }
  });
});
