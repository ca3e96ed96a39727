import assert from "node:assert/strict";
import type { Address } from "../../net/address.ts";
import { parseAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { formatPrefix, masked, parsePrefix } from "../../net/prefix.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { scanUpdate } from "../message/scan-update.ts";
import { UpdateScan } from "../message/update-scan.ts";
import { NlriCursor } from "../nlri/cursor.ts";
import { AttributeIntake } from "../rib/attribute-intake.ts";
import { AttributeStore } from "../rib/attribute-store.ts";
import { NextHopTable } from "../rib/next-hop-table.ts";
import { noPeer } from "../rib/peer-table.ts";
import { prefixTable } from "../rib/prefix-table.ts";
import { simTerms } from "../sim/terms.ts";
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

/** How one prefix may look in an UPDATE: family, whether identifiers are used, and the family of its next hop. */
const forms = [
  ["ipv4", false, "10.0.0.1"],
  ["ipv4", true, "10.0.0.1"],
  ["ipv4", false, "2001:db8::1"],
  ["ipv4", true, "2001:db8::1"],
  ["ipv6", false, "2001:db8::1"],
  ["ipv6", true, "2001:db8::1"],
] as const;

describe("packed announcements", () => {
  for (const [family, addPath, hop] of forms) {
    it(`of ${family} by ${hop}${addPath ? ", with path identifiers" : ""}, come back whole from full messages`, () => {
      const { messages, sent } = announced(family, addPath, parseAddress(hop)!, 3000);
      const received: string[] = [];
      const scan = new UpdateScan();
      const identified = { send: false, receive: addPath };
      const terms = simTerms({ addPath: { ipv4: identified, ipv6: identified }, extendedNextHop: true });
      for (const message of messages) {
        scanUpdate(message, 0, message.length, terms, scan);
        assert.equal(scan.verdict, "ok", scan.faults.map(({ why }) => why).join());
        const [start, end] = scan.reachFamily ? [scan.reachStart, scan.reachEnd] : [scan.nlriStart, scan.nlriEnd];
        const cursor = new NlriCursor().start(message, start, end, family, addPath);
        while (cursor.next()) {
          const { a, b, c, d, length, pathId } = cursor;
          received.push(`${formatPrefix({ family, a, b, c, d, length })} ${pathId}`);
        }
      }
      assert.deepEqual(received, sent);
      for (const message of messages.slice(0, -1)) assert.ok(message.length > 4096 - 21, `${message.length} octets`);
    });
  }
});

/** Messages that announce many prefixes with one set, and what they should say. */
function announced(
  family: Family,
  addPath: boolean,
  nextHop: Address,
  count: number,
): { messages: Uint8Array[]; sent: string[] } {
  const prefixes = prefixTable(family);
  const store = new AttributeStore(
    { asn: 65000, routerId: 1, clusterId: 1 },
    new NextHopTable(() => ({ reachable: true, metric: 0 })),
  );
  const isIpv4 = nextHop.family === "ipv4";
  const of = isIpv4 ? { nextHop } : { mpNextHop: { address: nextHop, linkLocal: undefined } };
  const asPath = [{ kind: "sequence" as const, asns: [65001] }];
  const set = new AttributeIntake(store).internAttributes(pathAttributes({ asPath, ...of }), family);
  const all = Array.from({ length: count }, (_, i) => {
    const length = (i % 17) + 16;
    return masked({ family, a: 0x20010000 + i * 7919, b: family === "ipv6" ? i : 0, c: 0, d: 0, length });
  });
  const list = Uint32Array.from(all, ({ a, b, c, d, length }) => prefixes.intern(a >>> 0, b, c, d, length));
  const identifiers = Uint32Array.from(all, (_, i) => (addPath ? i * 65537 + 1 : 0));
  const next = Int32Array.from(all, (_, i) => (i + 1 < count ? i + 1 : -1));
  const messages: Uint8Array[] = [];
  const terms = { family, maxMessageLength: 4096, addPath: addPath ? ("all" as const) : undefined };
  const packer = new UpdatePacker(terms, store, prefixes, ({ bytes }) => {
    for (let at = 0; at < bytes.length; ) {
      const length = (bytes[at + 16]! << 8) | bytes[at + 17]!;
      messages.push(bytes.slice(at, at + length));
      at += length;
    }
  });
  packer.announce(allBut(noPeer), noPeer, set, { prefixes: list, identifiers, next }, 0);
  packer.flush();
  return { messages, sent: all.map((prefix, i) => `${formatPrefix(prefix)} ${identifiers[i]}`) };
}
