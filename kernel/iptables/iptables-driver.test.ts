import assert from "node:assert/strict";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis } from "../../lib/unit.ts";
import { InvalidTable } from "./error.ts";
import type { IptablesFact } from "./fact.ts";
import { IptablesDriver } from "./iptables-driver.ts";
import { SimIptables } from "./sim/iptables.ts";

describe("the iptables driver", () => {
  let port: SimIptables;
  let clock: SimClock;
  let told: IptablesFact[];
  let driver: IptablesDriver;
  beforeEach(() => {
    port = new SimIptables();
    clock = new SimClock();
    told = [];
    driver = start();
  });
  afterEach(() => driver.close());

  function start(): IptablesDriver {
    return new IptablesDriver({ port, clock, tell: (fact) => told.push(fact) });
  }

  async function turns(): Promise<void> {
    for (let i = 0; i < 100; i++) await Promise.resolve();
  }

  async function pass(ms: number): Promise<void> {
    await turns();
    clock.advance(millis(ms));
    await turns();
  }

  /** The rules of a chain, stamps apart. */
  const rules = (chain: string, table: "filter" | "nat" = "filter"): string[] =>
    port
      .text(table)
      .split("\n")
      .filter((line) => line.includes(` -A ${chain} `))
      .map((line) => line.replace(/^.* -A \S+ /, "").replace(/-m comment --comment "cali:[0-9a-f]{16}" /, ""));

  const facts = (): string[] => told.map(({ fact }) => fact);

  it("rewrites only what changed, and keeps the counters of what did not", async () => {
    const first = ["-s 10.0.0.1 -j ACCEPT", "-s 10.0.0.2 -j ACCEPT", "-s 10.0.0.3 -j ACCEPT"];
    driver.wantChain("filter", "cali-a", first);
    driver.wantChain("filter", "cali-b", first);
    await driver.apply();
    port.count("filter", "cali-a", 5, 500);
    driver.wantChain("filter", "cali-a", [first[0]!, "-s 10.0.0.9 -j ACCEPT", "-s 10.0.0.8 -j ACCEPT", first[2]!]);
    port.restored = [];
    await driver.apply();
    assert.equal(port.restored.length, 1);
    assert.ok(port.restored[0]!.lines.every((line) => / cali-a /.test(line)));
    const counts = port.text("filter").match(/^\[\d+:\d+\] -A cali-a/gm);
    assert.deepEqual(counts, ["[5:500] -A cali-a", "[0:0] -A cali-a", "[0:0] -A cali-a", "[5:500] -A cali-a"]);
  });

  it("several first hooks keep their order, whoever comes between", async () => {
    driver.wantChain("filter", "cali-a", []);
    driver.wantHooks("filter", [
      { chain: "INPUT", rule: "-i one -j cali-a", place: "first" },
      { chain: "INPUT", rule: "-i two -j cali-a", place: "first" },
      { chain: "INPUT", rule: "-i end -j cali-a", place: "last" },
    ]);
    await driver.apply();
    port.disturb("filter", ["-I INPUT 2 -j ACCEPT", "-A INPUT -j DROP"]);
    await pass(10);
    const wanted = ["-i one -j cali-a", "-i two -j cali-a", "-j ACCEPT", "-j DROP", "-i end -j cali-a"];
    assert.deepEqual(rules("INPUT"), wanted);
    assert.deepEqual(told, [
      {
        fact: "iptables.disturbed",
        tables: "ipv4 sim",
        table: "filter",
        what: "our rules in INPUT are not in their place",
      },
    ]);
  });

  it("nothing of an earlier process goes before deletes are allowed, then hooks go before chains", async () => {
    port.disturb("filter", [
      ":cali-old - [0:0]",
      "-A cali-old -j DROP",
      '-A FORWARD -m comment --comment "cali:abcdefghijklmnop" -j cali-old',
    ]);
    driver.wantChain("filter", "cali-new", ["-j ACCEPT"]);
    driver.wantHooks("filter", [{ chain: "FORWARD", rule: "-j cali-new", place: "first" }]);
    await driver.apply();
    assert.equal(rules("FORWARD").length, 2);
    assert.deepEqual(told[0], { fact: "iptables.adopted", tables: "ipv4 sim", chains: 1, rules: 1 });
    driver.allowDeletes();
    await driver.apply();
    assert.deepEqual(rules("FORWARD"), ["-j cali-new"]);
    assert.doesNotMatch(port.text("filter"), /cali-old/);
  });

  it("a refused chain drops everything before anything new leads to it, and is told once until it is accepted", async () => {
    port.poison.add("--nonsense");
    driver.wantChain("filter", "cali-a", ["-j cali-b"]);
    driver.wantChain("filter", "cali-b", ["--nonsense -j ACCEPT"]);
    driver.wantHooks("filter", [{ chain: "FORWARD", rule: "-j cali-a", place: "first" }]);
    const open: string[] = [];
    const restore = port.restore.bind(port);
    port.restore = async (table, lines) => {
      const outcome = await restore(table, lines);
      if (rules("FORWARD").length > 0 && rules("cali-b").length === 0) open.push(lines.join("\n"));
      return outcome;
    };
    await driver.apply();
    assert.deepEqual(open, [], "packets never meet the empty chain");
    assert.deepEqual(rules("cali-b"), [
      '-m comment --comment "cannot be written: cannot understand --nonsense" -j DROP',
    ]);
    for (let i = 0; i < 10; i++) await pass(40_000);
    assert.deepEqual(facts(), ["iptables.refused"]);
    assert.match(driver.refusal("filter", "cali-b")!, /nonsense/);
    assert.deepEqual([driver.refusal("filter", "cali-a"), driver.isAnyRefused], [undefined, true]);
    port.poison.clear();
    for (let i = 0; i < 3; i++) await pass(40_000);
    assert.deepEqual(rules("cali-b"), ["--nonsense -j ACCEPT"]);
    assert.deepEqual(facts(), ["iptables.refused", "iptables.accepted"]);
    assert.equal(driver.isAnyRefused, false);
  });

  it("in nat, where nothing may be dropped, a refused chain does nothing", async () => {
    port.poison.add("--nonsense");
    driver.wantChain("nat", "cali-nat", ["--nonsense -j MASQUERADE"]);
    await driver.apply();
    assert.deepEqual(rules("cali-nat", "nat"), []);
    assert.match(port.text("nat"), /:cali-nat /);
  });

  it("a lock that another program holds is waited for; a lost answer is looked after", async () => {
    port.failNext("busy", "lost");
    driver.wantChain("filter", "cali-a", ["-j ACCEPT"]);
    const applied = driver.apply();
    await pass(10);
    await pass(20);
    await applied;
    assert.deepEqual(rules("cali-a"), ["-j ACCEPT"]);
    assert.deepEqual(facts(), ["iptables.failed", "iptables.failed"]);
    await pass(60_000);
    assert.equal(told.length, 2, "what we wrote ourselves is no disturbance");
  });

  it("after three lost answers all is written anew, after a lock that is held nothing", async () => {
    driver.wantChain("filter", "cali-a", ["-s 10.0.0.1 -j ACCEPT", "-j DROP"]);
    await driver.apply();
    port.failNext("died", "died", "died");
    driver.wantChain("filter", "cali-a", ["-s 10.0.0.2 -j ACCEPT", "-j DROP"]);
    const applied = driver.apply();
    for (let i = 0; i < 4; i++) await pass(50);
    await applied;
    assert.deepEqual(port.restored.at(-1)!.lines[0], ":cali-a - [0:0]");
    assert.equal(facts().at(-1), "iptables.rebuilt");
    port.failNext("busy", "busy", "busy");
    driver.wantChain("filter", "cali-a", ["-s 10.0.0.3 -j ACCEPT", "-j DROP"]);
    const again = driver.apply();
    for (let i = 0; i < 4; i++) await pass(50);
    await again;
    assert.match(port.restored.at(-1)!.lines[0]!, /^-R cali-a 1 /);
  });

  it("a chain that somebody else leads to stays, is told, and goes when it can", async () => {
    driver.wantChain("filter", "cali-a", ["-j ACCEPT"]);
    driver.allowDeletes();
    await driver.apply();
    port.disturb("filter", [":others - [0:0]", "-A others -j cali-a"], "unheard");
    driver.unwantChain("filter", "cali-a");
    await driver.apply();
    assert.deepEqual(
      told.map((fact) => "chain" in fact && `${fact.fact} ${fact.chain}`),
      ["iptables.refused cali-a"],
    );
    port.disturb("filter", [":others - [0:0]"], "unheard");
    await pass(1000);
    assert.doesNotMatch(port.text("filter"), /cali-a/);
  });

  it("whoever disturbs us all the time is answered twice a second", async () => {
    driver.wantChain("filter", "cali-a", ["-j ACCEPT"]);
    await driver.apply();
    for (let i = 0; i < 1000; i++) {
      port.disturb("filter", [":cali-a - [0:0]"]);
      await pass(10);
    }
    assert.ok(told.length > 10 && told.length < 40, `${told.length} answers in ten seconds`);
  });

  it("what nobody heard of is found within a minute", async () => {
    driver.wantChain("filter", "cali-a", ["-j ACCEPT"]);
    await driver.apply();
    port.disturb("filter", [":cali-a - [0:0]"], "unheard");
    await pass(60_000);
    assert.deepEqual(rules("cali-a"), ["-j ACCEPT"]);
  });

  it("counts by name, over all rules of the name", async () => {
    driver.wantChain("filter", "cali-a", [
      '-m comment --comment "one" -j ACCEPT',
      '-m comment --comment "one" -j DROP',
      "-j RETURN",
    ]);
    driver.wantChain("nat", "cali-a", ['-m comment --comment "one" -j RETURN']);
    await driver.apply();
    port.disturb("filter", ['-A INPUT -m comment --comment "theirs" -j ACCEPT']);
    port.count("filter", "cali-a", 3, 300);
    assert.deepEqual(await driver.counters(), new Map([["one", { packets: 6, bytes: 600 }]]));
  });

  it("takes all of ours out, and nothing else", async () => {
    driver.wantChain("filter", "cali-a", ["-j ACCEPT"]);
    driver.wantHooks("filter", [{ chain: "INPUT", rule: "-j cali-a", place: "first" }]);
    port.disturb("filter", [":others - [0:0]", "-A INPUT -j others"]);
    await driver.apply();
    assert.deepEqual(await driver.removeAll(), []);
    assert.deepEqual(rules("INPUT"), ["-j others"]);
    assert.doesNotMatch(port.text("filter"), /cali/);
  });

  it("writes nothing more once it takes all out", async () => {
    driver.wantChain("raw", "cali-a", ["-j ACCEPT"]);
    driver.wantChain("filter", "cali-a", ["-j ACCEPT"]);
    void driver.apply();
    await driver.removeAll();
    await pass(60_000);
    for (const table of ["raw", "filter"] as const) assert.doesNotMatch(port.text(table), /cali/);
  });

  it("names and rules that iptables-restore would misread are refused", () => {
    assert.throws(() => driver.wantChain("filter", "forward", []), InvalidTable);
    assert.throws(() => driver.wantChain("filter", `cali-${"x".repeat(24)}`, []), InvalidTable);
    assert.throws(() => driver.wantChain("filter", "cali-a b", []), InvalidTable);
    assert.throws(() => driver.wantChain("filter", "cali-a", ["-j DROP\nCOMMIT"]), InvalidTable);
    const hook = { chain: "INPUT", rule: "-j\nx", place: "first" } as const;
    assert.throws(() => driver.wantHooks("filter", [hook]), InvalidTable);
  });
});
