import assert from "node:assert/strict";
import type { Family } from "../../net/family.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { AttributeStore } from "../rib/attribute-store.ts";
import { NextHopTable } from "../rib/next-hop-table.ts";
import { noPeer } from "../rib/peer-table.ts";
import { prefixTable } from "../rib/prefix-table.ts";
import { UpdatePacker } from "./pack.ts";
import { allBut } from "./slab.ts";

/** The UPDATE that withdraws these prefixes, in hex without its marker. */
function withdrawn(family: Family, texts: readonly string[], identifiers?: readonly number[]): string {
  const prefixes = prefixTable(family);
  const list = Uint32Array.from(texts, (text) => {
    const { a, b, c, d, length } = parsePrefix(text)!;
    return prefixes.intern(a, b, c, d, length);
  });
  const next = Int32Array.from(texts, (_, i) => (i + 1 < texts.length ? i + 1 : -1));
  const out: Uint8Array[] = [];
  const nextHops = new NextHopTable(() => ({ reachable: true, metric: 0 }));
  const store = new AttributeStore({ asn: 65000, routerId: 1, clusterId: 1 }, nextHops);
  const terms = { family, maxMessageLength: 4096, addPath: identifiers && ("all" as const) };
  const packer = new UpdatePacker(terms, store, prefixes, (slab) => out.push(slab.bytes));
  const chains = { prefixes: list, identifiers: Uint32Array.from(identifiers ?? []), next };
  packer.withdraw(allBut(noPeer), chains, 0);
  packer.flush();
  return Buffer.concat(out)
    .toString("hex")
    .replace(/^f{32}/, "");
}

describe("packed withdrawals", () => {
  it("of IPv4 stand in the message's own field (RFC 4271 4.3)", () => {
    assert.equal(
      withdrawn("ipv4", ["10.244.0.0/26", "10.0.0.0/8"]),
      "001e02" + "0007" + "1a0af40000" + "080a" + "0000",
    );
  });

  it("of IPv6 stand in MP_UNREACH_NLRI with its flags, code and length (RFC 4760 4)", () => {
    const attribute = "900f000c" + "000201" + "4020010db800020000";
    assert.equal(withdrawn("ipv6", ["2001:db8:2::/64"]), `002702${"0000"}${"0010"}${attribute}`);
  });

  it("have their path identifiers in front where those are used (RFC 7911 3)", () => {
    const ipv4 = "00" + "000007" + "1a0af40000" + "00000100" + "080a";
    assert.equal(withdrawn("ipv4", ["10.244.0.0/26", "10.0.0.0/8"], [7, 256]), `002602${"000f"}${ipv4}0000`);
    const attribute = "900f0010" + "000201" + "fffffffe" + "4020010db800020000";
    assert.equal(withdrawn("ipv6", ["2001:db8:2::/64"], [0xfffffffe]), `002b02${"0000"}${"0014"}${attribute}`);
  });
});
