import assert from "node:assert/strict";
import { pathAttributes } from "../../bgp/attribute/path-attributes.ts";
import { evaluate } from "../../bgp/filter/evaluate.ts";
import { acceptAll, type Filter, rejectAll, type Term } from "../../bgp/filter/filter.ts";
import { AttributeIntake } from "../../bgp/rib/attribute-intake.ts";
import { AttributeStore } from "../../bgp/rib/attribute-store.ts";
import { NextHopTable } from "../../bgp/rib/next-hop-table.ts";
import { type BGPFilter, type BGPFilterRule, bgpFilterSchema } from "../../datastore/model/bgp-filter.ts";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import { bgpFilterTerms, type FilterUse, withBgpFilters } from "./bgp-filter.ts";

const imports: FilterUse = { direction: "import", family: "ipv4", isExternal: true };

function resource(spec: object, name = "f"): BGPFilter {
  const parsed = bgpFilterSchema.safeParse({
    apiVersion: "projectcalico.org/v3",
    kind: "BGPFilter",
    metadata: { name },
    spec,
  });
  assert.ok(parsed.success, JSON.stringify(parsed.error));
  return parsed.data;
}

/** The only term that a rule becomes, with prefixes as text. */
function termOf(rule: object, use: FilterUse = imports): object {
  const field = `${use.direction}${use.family === "ipv4" ? "V4" : "V6"}`;
  const [term] = bgpFilterTerms(resource({ [field]: [rule] }), use) as [Term];
  const text = (ranges: Term["match"]["prefixes"]): string | undefined =>
    ranges?.map(({ prefix, minLength, maxLength }) => `${formatPrefix(prefix)}{${minLength},${maxLength}}`).join();
  const { prefixes, notPrefixes, ...match } = term.match;
  return {
    ...(prefixes && { in: text(prefixes) }),
    ...(notPrefixes && { notIn: text(notPrefixes) }),
    ...match,
    ...(term.change && { change: term.change }),
    verdict: term.verdict,
  };
}

const cidr = "10.0.0.0/16";
const lengths = { min: 24, max: 28 };

describe("Calico's BGPFilter", () => {
  it("matches prefixes by its four operators, with lengths as Calico clamps them", () => {
    const rows: [object, object][] = [
      [{ cidr, matchOperator: "In" }, { in: "10.0.0.0/16{16,32}" }],
      [{ cidr, matchOperator: "NotIn" }, { notIn: "10.0.0.0/16{16,32}" }],
      [{ cidr, matchOperator: "Equal" }, { in: "10.0.0.0/16{16,16}" }],
      [{ cidr, matchOperator: "NotEqual" }, { notIn: "10.0.0.0/16{16,16}" }],
      [{ cidr, matchOperator: "In", prefixLength: lengths }, { in: "10.0.0.0/16{24,28}" }],
      [{ cidr, matchOperator: "NotIn", prefixLength: lengths }, { notIn: "10.0.0.0/16{24,28}" }],
      [{ cidr, matchOperator: "In", prefixLength: { min: 8 } }, { in: "10.0.0.0/16{16,32}" }],
      [{ cidr, matchOperator: "In", prefixLength: { max: 24 } }, { in: "10.0.0.0/16{16,24}" }],
      [{ cidr, matchOperator: "In", prefixLength: { min: 28, max: 24 } }, { in: "" }],
      [{ cidr, matchOperator: "Equal", prefixLength: lengths }, { in: "" }],
      [{ cidr, matchOperator: "NotEqual", prefixLength: lengths }, { notIn: "" }],
    ];
    for (const [rule, expected] of rows) {
      assert.deepEqual(termOf({ ...rule, action: "Reject" }), { ...expected, verdict: "reject" }, JSON.stringify(rule));
    }
    assert.deepEqual(
      termOf({ cidr: "fd00::/48", matchOperator: "In", action: "Accept" }, { ...imports, family: "ipv6" }),
      { in: "fd00::/48{48,128}", verdict: "accept" },
    );
  });

  it("matches source, interface, communities, the begin of AS_PATH and priority", () => {
    const rows: [object, object][] = [
      [{}, {}],
      [{ source: "RemotePeers" }, { source: "peers" }],
      [{ interface: "eth*" }, { interfaces: ["eth*"] }],
      [{ communities: { values: ["65000:100"] } }, { communities: [65000 * 65536 + 100] }],
      [
        { communities: { values: ["65000:1:2"] } },
        { largeCommunities: [{ globalAdministrator: 65000, localData1: 1, localData2: 2 }] },
      ],
      [{ communities: { values: ["70000:1"] } }, { communities: [] }],
      [{ asPathPrefix: [65000, "1.1"] }, { asPath: { pattern: [65000, 65537, "*"] } }],
      [{ priority: 512 }, { localPref: 2147483135 }],
    ];
    for (const [rule, expected] of rows) {
      assert.deepEqual(termOf({ ...rule, action: "Accept" }), { ...expected, verdict: "accept" }, JSON.stringify(rule));
    }
  });

  it("does its operations in turn", () => {
    const operations = [
      { setPriority: { value: 256 } },
      { addCommunity: { value: "65000:200" } },
      { addCommunity: { value: "65000:3:4" } },
      { prependASPath: { prefix: [65001, 65002] } },
      { prependASPath: { prefix: [65003] } },
    ];
    assert.deepEqual(termOf({ action: "Accept", operations }), {
      verdict: "accept",
      change: {
        localPref: 2147483391,
        addCommunities: [65000 * 65536 + 200],
        addLargeCommunities: [{ globalAdministrator: 65000, localData1: 3, localData2: 4 }],
        prependAsns: [65003, 65001, 65002],
      },
    });
  });

  it("keeps rules of the other kind of peer, family and direction out", () => {
    const rule = (peerType: string): object => ({ action: "Accept", peerType });
    const one = resource({ importV4: [rule("eBGP"), rule("iBGP"), { action: "Reject" }], exportV6: [rule("eBGP")] });
    const names = (use: Partial<FilterUse>): string[] =>
      bgpFilterTerms(one, { ...imports, ...use }).map(({ name }) => name);
    assert.deepEqual(names({}), ["BGPFilter(f) importV4[0]", "BGPFilter(f) importV4[2]"]);
    assert.deepEqual(names({ isExternal: false }), ["BGPFilter(f) importV4[1]", "BGPFilter(f) importV4[2]"]);
    assert.deepEqual(names({ direction: "export" }), []);
    assert.deepEqual(names({ direction: "export", family: "ipv6" }), ["BGPFilter(f) exportV6[0]"]);
  });
});

describe("BGPFilters of a peering", () => {
  const accept = (of: string): BGPFilterRule => ({ cidr: of, matchOperator: "In", action: "Accept" });
  const reject = (of: string): BGPFilterRule => ({ cidr: of, matchOperator: "In", action: "Reject" });
  const store = new AttributeStore(
    { asn: 1, routerId: 1, clusterId: 1 },
    new NextHopTable(() => ({ reachable: true, metric: 0 })),
  );
  const set = new AttributeIntake(store).internAttributes(pathAttributes(), "ipv4");
  const takes = (filter: Filter, prefix: string): boolean =>
    evaluate(filter, { prefix: () => parsePrefix(prefix)!, set, source: "external" }, store).isAccepted;

  it("decide in their order, and leave what no rule matches to the built-in policy", () => {
    const first = resource({ importV4: [reject("10.1.0.0/16")] }, "first");
    const second = resource({ importV4: [accept("10.1.0.0/16"), accept("10.2.0.0/16")] }, "second");
    const both = withBgpFilters([first, second], imports, rejectAll);
    assert.deepEqual(
      ["10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24"].map((one) => takes(both, one)),
      [false, true, false],
    );
    const turned = withBgpFilters([second, first], imports, acceptAll);
    assert.deepEqual(
      ["10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24"].map((one) => takes(turned, one)),
      [true, true, true],
    );
    assert.equal(turned.name, "second, then first, then accept-all");
  });

  it("are the built-in policy itself where they say nothing", () => {
    assert.equal(withBgpFilters([], imports, acceptAll), acceptAll);
    assert.equal(withBgpFilters([resource({ exportV4: [accept("10.0.0.0/8")] })], imports, acceptAll), acceptAll);
  });
});
