import assert from "node:assert/strict";
import type { PolicyInput } from "./graph/policy-graph.ts";
import { describeFault, parseSelector } from "./selector/parse.ts";
import { gone, ToldWorld, told } from "./sim/told-world.ts";

const wild = { node: "n1", profiles: ["open"] };
const web = told(
  "WorkloadEndpoint",
  "shop/web",
  { ...wild, interfaceName: "cali1", ipNetworks: ["10.0.0.1/32"] },
  { app: "web" },
);
const db = told(
  "WorkloadEndpoint",
  "shop/db",
  { ...wild, interfaceName: "cali2", ipNetworks: ["10.0.0.2/32"] },
  { app: "db" },
);
const tier = told("Tier", "default", { order: 1000, defaultAction: "Deny" });
const open = told("Profile", "open", { egress: [{ action: "Allow" }], ingress: [{ action: "Allow" }] });
const policy = told("NetworkPolicy", "shop/db", {
  selector: "app == 'db'",
  types: ["Ingress"],
  ingress: [{ action: "Allow", source: { selector: "app == 'web'" } }],
});

function terms(count: number, term: (i: number) => string, joint: string): string {
  return Array.from({ length: count }, (_, i) => term(i)).join(joint);
}

function global(name: string, spec: object): PolicyInput {
  return told("GlobalNetworkPolicy", name, { types: ["Ingress"], ...spec });
}

/** A quiet world, told something hostile: what it decided before it still decides. */
function unharmed(...hostile: readonly PolicyInput[]): ToldWorld {
  const world = new ToldWorld(web, db, tier, open, policy);
  const asked = () => [
    world.ask("10.0.0.1", "10.0.0.2", { inInterface: "cali1", outInterface: "cali2" }),
    world.ask("10.0.0.9", "10.0.0.2", { inInterface: "eth0", outInterface: "cali2" }),
  ];
  const before = ["allow: NetworkPolicy shop/db ingress[0]", "deny: end of tier default, ingress of shop/db"];
  assert.deepEqual(asked(), before);
  world.tell(...hostile);
  assert.deepEqual(asked(), before);
  return world;
}

describe("hostile input", () => {
  it("is told what is wrong with a selector beyond all bounds, whatever it is made of", () => {
    const rows: readonly (readonly [string, RegExp])[] = [
      [terms(20_000, (i) => `a == '${i}'`, " || "), /at most 65536 characters/],
      [`a in {${terms(100_000, (i) => `'${i}'`, ",")}}`, /at most 65536 characters/],
      [`${"(".repeat(30_000)}all()${")".repeat(30_000)}`, /at most 256 nested/],
      [`${"!(".repeat(20_000)}all()${")".repeat(20_000)}`, /at most 256 nested/],
      ["(".repeat(65_536), /at most 256 nested/],
      [`a == '${"x".repeat(65_000)}`, /a closing '/],
      [`has(${" ".repeat(65_000)}`, /a label name and \)/],
      [`${"a".repeat(65_536)}`, /at most 512 characters/],
      [`a${" ".repeat(65_000)}b`, /an operator/],
      ["&&".repeat(32_000), /a label/],
    ];
    for (const [text, why] of rows) {
      const parsed = parseSelector(text);
      assert.ok("fault" in parsed, text.slice(0, 30));
      assert.match(describeFault(parsed.fault), why);
      assert.ok(describeFault(parsed.fault).length < 200, "a verdict is a line");
    }
    assert.ok("selector" in parseSelector(`${"!".repeat(60_000)}all()`), "what is merely odd is read");
    assert.ok("selector" in parseSelector(`${"(".repeat(256)}all()${")".repeat(256)}`));
  });

  it("denies in place of a rule, and applies to nothing in place of a policy, whose selector is beyond all bounds", () => {
    const endless = terms(20_000, (i) => `a == '${i}'`, " || ");
    const rules = [{ action: "Allow", source: { selector: endless } }, { action: "Allow" }];
    const world = unharmed(
      global("rule", { selector: "role == 'x'", ingress: rules, performanceHints: ["AssumeNeededOnEveryNode"] }),
      global("place", { selector: endless, order: 1, ingress: [{ action: "Deny" }] }),
    );
    assert.deepEqual(
      world.state.chains.get("gnp/rule/in")!.rules.map(({ action, match }) => [action, match]),
      [
        ["deny", {}],
        ["allow", {}],
      ],
    );
    assert.ok(!world.state.chains.has("gnp/place/in"));
  });

  it("reads selectors of a thousand terms and more", () => {
    const selector = `${terms(1000, (i) => `l${i} == 'x'`, " || ")} || app == 'web'`;
    const not = terms(1000, (i) => `l${i} != 'x'`, " && ");
    const inList = `app in {${terms(4000, (i) => `'v${i}'`, ",")},'web'}`;
    for (const text of [selector, `(${not}) && app == 'web'`, inList]) {
      const rules = [{ action: "Deny", source: { selector: text } }];
      const world = unharmed(global("p", { selector: `role == 'x' || ${text}`, order: 2000, ingress: rules }));
      assert.ok(Object.values(world.sets()).some((members) => members.length === 1 && members[0] === "10.0.0.1"));
      assert.equal(world.state.endpoints.get("cali1")!.ingress.tiers.length, 1);
      assert.deepEqual(world.state.endpoints.get("cali2")!.ingress.tiers[0]!.chains, ["np/shop/db/in"]);
    }
  });

  it("reads lists of names as long as a value can be", () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `sa${i}`);
    const far = { node: "n2", ipNetworks: ["10.0.1.1/32"] };
    const world = unharmed(
      global("p", {
        selector: "app == 'db'",
        order: 2000,
        ingress: [{ action: "Deny", source: { serviceAccounts: { names } } }],
      }),
      told("WorkloadEndpoint", "shop/far", far, { "projectcalico.org/serviceaccount": "sa19999" }),
    );
    assert.ok(Object.values(world.sets()).some((members) => members.join() === "10.0.1.1"));
    world.tell(gone("GlobalNetworkPolicy", "p"));
    assert.ok(!Object.values(world.sets()).some((members) => members.join() === "10.0.1.1"));
  });

  it("knows labels at their limits, far beyond them, and with the names that objects have by themselves", () => {
    const key = `${"d".repeat(253)}/${"n".repeat(63)}`;
    const labels = JSON.parse(
      `{"${key}":"${"v".repeat(63)}","huge":"${"h".repeat(100_000)}","__proto__":"x","constructor":"y"}`,
    );
    const far = told("WorkloadEndpoint", "shop/far", { node: "n2", ipNetworks: ["10.0.1.1/32"] }, labels);
    const texts = [
      `${key} == '${"v".repeat(63)}'`,
      `huge ends with 'hh'`,
      "__proto__ == 'x'",
      "constructor == 'y' && !has(toString)",
    ];
    const ingress = texts.map((selector) => ({ action: "Deny", source: { selector } }));
    const world = unharmed(far, global("p", { selector: "app == 'db'", order: 2000, ingress }));
    assert.equal(Object.values(world.sets()).filter((members) => members.join() === "10.0.1.1").length, texts.length);
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`l${i}`, "x"]));
    world.tell(
      told("WorkloadEndpoint", "shop/far", { node: "n2", ipNetworks: ["10.0.1.1/32"] }, { ...labels, ...many }),
    );
    world.tell(told("Profile", "wide", { labelsToApply: many }));
  });

  it("orders tiers and policies of one order by name, and orders at the ends of numbers", () => {
    const orders = { a: 1e308, b: -1e308, c: 7, d: 7, e: undefined, f: undefined } as const;
    const tiers = Object.entries(orders).map(([name, order]) =>
      told("Tier", name, { ...(order !== undefined && { order }), defaultAction: "Pass" }),
    );
    const policies = Object.keys(orders).flatMap((name) =>
      ["y", "x"].map((p) => global(`${name}.${p}`, { tier: name, order: 5, ingress: [] })),
    );
    for (const inputs of [
      [...tiers, ...policies],
      [...policies.reverse(), ...tiers.reverse()],
    ]) {
      const { state } = unharmed(...inputs);
      const names = state.endpoints.get("cali2")!.ingress.tiers.map(({ tier }) => tier);
      assert.deepEqual(names, ["b", "c", "d", "default", "a", "e", "f"]);
      const [first] = state.endpoints.get("cali2")!.ingress.tiers;
      assert.deepEqual(first!.chains, ["gnp/b.x/in", "gnp/b.y/in"]);
    }
  });

  it("tells no more of a long list of nets than what changed in it", () => {
    const nets = Array.from({ length: 5000 }, (_, i) => `11.${i >> 8}.${i & 255}.0/24`);
    const feed = (list: readonly string[], labels = {}) =>
      told("GlobalNetworkSet", "feed", { nets: list }, { feed: "bad", ...labels });
    const ingress = [{ action: "Deny", source: { selector: "feed == 'bad'" } }];
    const world = unharmed(feed(nets), global("p", { selector: "app == 'db'", order: 2000, ingress }));
    const told1 = [...world.tell(feed(["12.0.0.0/8", ...nets.slice(1)])).members.values()];
    assert.deepEqual(told1, [{ added: ["12.0.0.0/8"], removed: ["11.0.0.0/24"] }]);
    assert.equal(world.tell(feed(["12.0.0.0/8", ...nets.slice(1)], { more: "labels" })).members.size, 0);
    const [over] = [...world.tell(feed(["0.0.0.0/1", ...nets])).members.values()];
    assert.deepEqual([over!.added, over!.removed.length], [["0.0.0.0/1"], 5000]);
  });

  it("gives an interface that thousands claim to one of them, and it back when they are gone", () => {
    const thieves = Array.from({ length: 2000 }, (_, i) =>
      told(
        "WorkloadEndpoint",
        `zoo/${i}`,
        { node: "n1", interfaceName: "cali2", ipNetworks: ["10.0.0.2/32"] },
        { app: "db" },
      ),
    );
    const world = unharmed(...thieves);
    world.tell(gone("WorkloadEndpoint", "shop/db"));
    assert.equal(world.state.endpoints.get("cali2")!.endpoint, "zoo/0");
    world.tell(db, ...thieves.map(({ change }) => gone("WorkloadEndpoint", change.key)));
    assert.equal(world.state.endpoints.get("cali2")!.endpoint, "shop/db");
  });
});
