import assert from "node:assert/strict";
import { parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { AttributeReader } from "../netlink/attribute.ts";
import { encodeRule, NFTA_RULE_EXPRESSIONS } from "./encoded-rule.ts";
import { readCounter } from "./expression/counter.ts";
import type { Expression } from "./expression.ts";
import { representativeTable } from "./representative.contract.ts";
import type { TableFamily } from "./table.ts";
import { NFTA_RULE_USERDATA, readUserdata } from "./userdata.ts";

/** The names of a rule's expressions, as the kernel would read them. */
function expressionNames(family: TableFamily, ...expressions: Expression[]): string {
  const body = new AttributeReader(encodeRule(family, { expressions }).body);
  const names: string[] = [];
  while (body.next()) {
    if (body.type !== NFTA_RULE_EXPRESSIONS) continue;
    const list = body.nested();
    while (list.next()) {
      const expression = list.nested();
      expression.next();
      names.push(expression.text());
    }
  }
  return names.join(" ");
}

const v4: Expression = { kind: "address", field: "saddr", prefix: parsePrefix("10.0.0.0/8")! };
const v6: Expression = { kind: "address", field: "daddr", prefix: parsePrefix("fd00::/9")! };
const web: Expression = { kind: "port", protocol: "tcp", field: "dport", from: 80, to: 80 };

describe("encoded rules", () => {
  const encoded: readonly [string, TableFamily, Expression[], string][] = [
    ["an address asks for its family first in an inet table", "inet", [v4], "meta cmp payload cmp"],
    ["and not in a table of the family", "ip", [v4], "payload cmp"],
    ["nor twice", "inet", [v4, { ...v4, field: "daddr" }], "meta cmp payload cmp payload cmp"],
    ["a prefix of whole octets needs no mask, another does", "ip6", [v6], "payload bitwise cmp"],
    [
      "every address is no question beyond the family",
      "inet",
      [{ ...v4, prefix: parsePrefix("0.0.0.0/0")! }],
      "meta cmp",
    ],
    [
      "a port asks for its protocol once",
      "inet",
      [{ kind: "l4proto", protocol: 6 }, web, web],
      "meta cmp payload cmp payload cmp",
    ],
    ["a range is two comparisons", "ip", [{ ...web, to: 90 }], "meta cmp payload cmp cmp"],
    ["outside a range is one", "ip", [{ ...web, to: 90, not: true }], "meta cmp payload range"],
    ["any interface is no question", "inet", [{ kind: "interface", field: "iifname", name: "*" }], ""],
    [
      "a key of three fields lies in three registers",
      "ip",
      [{ kind: "lookup", key: ["ip saddr", "l4proto", "dport"], set: "s" }],
      "payload meta payload lookup",
    ],
    ["a constant mark is not read first", "ip", [{ kind: "set mark", keep: 0, flip: 1 }], "immediate meta"],
  ];
  for (const [what, family, expressions, names] of encoded) {
    it(what, () => assert.equal(expressionNames(family, ...expressions), names));
  }

  const refused: readonly [string, TableFamily, Expression[]][] = [
    ["IPv6 in a table of IPv4", "ip", [v6]],
    ["both families in one rule", "inet", [v4, v6]],
    ["two protocols in one rule", "inet", [web, { kind: "port", protocol: "udp", field: "dport", from: 53, to: 53 }]],
    [
      "a reset for what is not TCP",
      "inet",
      [
        { kind: "l4proto", protocol: 17 },
        { kind: "reject", with: "tcp reset" },
      ],
    ],
    ["a port beyond 65535", "ip", [{ ...web, to: 65536 }]],
    ["a port that is no whole number", "ip", [{ ...web, from: 1.5 }]],
    ["a protocol beyond 255", "ip", [{ kind: "l4proto", protocol: 256 }]],
    ["an ICMP type beyond 255", "ip", [{ kind: "icmp", family: "ipv4", type: 256 }]],
    ["no state at all", "ip", [{ kind: "ct state", states: [] }]],
    ["a name that no interface has", "ip", [{ kind: "interface", field: "iifname", name: "x".repeat(16) }]],
    ["not any interface", "ip", [{ kind: "interface", field: "iifname", name: "*", not: true }]],
    ["a log prefix with quotes", "ip", [{ kind: "log", prefix: 'a"b' }]],
    ["NAT to the other family", "ip", [{ kind: "dnat", to: parseAddress("fd00::1")! }]],
    ["fields of both families in one key", "inet", [{ kind: "lookup", key: ["ip saddr", "ip6 daddr"], set: "s" }]],
  ];
  for (const [what, family, expressions] of refused) {
    it(`refuses ${what}`, () =>
      assert.throws(() => encodeRule(family, { expressions }), { code: "kernel/nft-invalid" }));
  }

  it("the identity depends on everything a rule says, its name too, and on nothing else", () => {
    const identity = (name: string | undefined, ...expressions: Expression[]): string =>
      encodeRule("inet", { expressions, ...(name !== undefined && { name }) }).identity;
    const different = [
      identity(undefined, v4),
      identity("a", v4),
      identity("b", v4),
      identity("a", { ...v4, not: true }),
      identity("a", v4, { kind: "counter" }),
      identity("a", v4, { kind: "accept" }),
      identity("a", v4, { kind: "jump", chain: "x" }),
      identity("a", v4, { kind: "goto", chain: "x" }),
      identity("a", v4, { kind: "goto", chain: "y" }),
    ];
    assert.equal(new Set(different).size, different.length);
    assert.equal(identity("a", v4), identity("a", { ...v4 }));
  });

  it("no two rules of the sample table share an identity", () => {
    const all = representativeTable.chains.flatMap(({ rules }) =>
      rules.map((rule) => encodeRule("inet", rule).identity),
    );
    assert.equal(new Set(all).size, all.length);
  });

  it("comment and identity can be read back, and a counter found", () => {
    const { body, identity } = encodeRule("inet", { expressions: [v4, web, { kind: "counter" }], name: "np.x|0" });
    const attributes = new AttributeReader(body);
    let seen = 0;
    while (attributes.next()) {
      if (attributes.type === NFTA_RULE_USERDATA) {
        assert.deepEqual(readUserdata(attributes.bytes()), { identity, comment: "np.x|0" });
        seen++;
      } else if (attributes.type === NFTA_RULE_EXPRESSIONS) {
        assert.deepEqual(readCounter(attributes.nested()), { packets: 0, bytes: 0 });
        seen++;
      }
    }
    assert.equal(seen, 2);
  });

  it("a comment of any length fits the kernel's 256 octets of userdata", () => {
    const { body } = encodeRule("inet", { expressions: [], name: "é".repeat(500) });
    const attributes = new AttributeReader(body);
    while (attributes.next()) if (attributes.type === NFTA_RULE_USERDATA) assert.ok(attributes.length <= 256);
  });
});

describe("userdata of other people's rules", () => {
  it("nft's own comment is read, and what does not parse counts as nothing", () => {
    const comment = Uint8Array.of(0, 3, 0x68, 0x69, 0);
    assert.deepEqual(readUserdata(comment), { identity: "", comment: "hi" });
    assert.deepEqual(readUserdata(Uint8Array.of(0, 200, 1)), { identity: "", comment: "" });
    assert.deepEqual(readUserdata(Uint8Array.of(9, 1, 7, ...comment)), { identity: "", comment: "hi" });
    assert.deepEqual(readUserdata(new Uint8Array()), { identity: "", comment: "" });
  });
});
