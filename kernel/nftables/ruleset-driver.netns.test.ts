import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { systemClock } from "../../lib/io/clock.ts";
import { openNetlink } from "../io/netlink-socket.ts";
import type { Expression } from "./expression.ts";
import type { NftFact } from "./fact.ts";
import { NfnetlinkPort } from "./nfnetlink-port.ts";
import { representativeTable } from "./representative.contract.ts";
import { RulesetDriver } from "./ruleset-driver.ts";
import { manxTable, type Table } from "./table.ts";

const netns = `manx-kernel-${process.pid}-driver`;

function nft(...words: string[]): string {
  return execFileSync("ip", ["netns", "exec", netns, "nft", ...words], { encoding: "utf8" });
}

function inNetns(...words: string[]): void {
  execFileSync("ip", ["netns", "exec", netns, ...words], { stdio: "ignore" });
}

interface Running {
  readonly port: NfnetlinkPort;
  readonly driver: RulesetDriver;
  readonly told: NftFact[];
}

/** Rules that count what we send ourselves over the loopback, one chain of which changes. */
function counting(extra: number): Table {
  const count = { kind: "counter" } as const;
  const changing = Array.from({ length: extra }, (_, i) => ({
    name: `new|${i}`,
    expressions: [{ kind: "port", protocol: "tcp", field: "dport", from: i + 1, to: i + 1 } as const, count],
  }));
  const stays = { name: "stays", expressions: [{ kind: "icmp", family: "ipv4", type: 8 } as const, count] };
  const last = { name: "last", expressions: [count] };
  return {
    ...manxTable,
    sets: [],
    maps: [],
    chains: [
      { name: "other", rules: [{ name: "other", expressions: [count] }] },
      {
        name: "output",
        hook: { type: "filter", point: "output", priority: 0, policy: "accept" },
        rules: [stays, { expressions: [{ kind: "jump", chain: "other" }] }, ...changing, last],
      },
    ],
  };
}

describe("the nftables driver in a running kernel", function () {
  this.timeout(30_000);
  const running: Running[] = [];

  function start(): Running {
    const told: NftFact[] = [];
    const port = new NfnetlinkPort(openNetlink, manxTable, `/run/netns/${netns}`);
    const driver = new RulesetDriver({ port, clock: systemClock, table: manxTable, tell: (fact) => told.push(fact) });
    const started = { port, driver, told };
    running.push(started);
    return started;
  }

  function stop({ port, driver }: Running): void {
    driver.close();
    port.close();
  }

  before(() => {
    execFileSync("ip", ["netns", "add", netns]);
    inNetns("ip", "link", "set", "lo", "up");
  });
  afterEach(() => {
    for (const one of running.splice(0)) stop(one);
    nft("add table inet manx; delete table inet manx");
  });
  after(() => execFileSync("ip", ["netns", "del", netns]));

  it("nft lists what was wanted, word for word", async () => {
    const { driver } = start();
    driver.want(representativeTable);
    await driver.apply();
    const golden = readFileSync(new URL("testdata/representative.nft.golden", import.meta.url), "utf8");
    assert.equal(nft("-s", "list", "table", "inet", "manx").replace(/,\s+/g, ", "), golden);
  });

  it("a set that the kernel never takes costs those who look into it, and nobody else", async () => {
    const { driver, told } = start();
    driver.allowDeletes();
    driver.want(counting(1));
    const six = "ipv6_addr";
    driver.wantSet({ name: "wide", key: [six, six, six, six, six] });
    driver.wantSet({ name: "fine", key: ["ipv4_addr"], comment: "what is fine" });
    driver.changeElements("fine", ["10.0.0.1"]);
    for (const [name, key] of [
      ["wide", "ip6 saddr"],
      ["fine", "ip saddr"],
    ] as const) {
      driver.wantChain({ name: `of-${name}`, rules: [{ expressions: [{ kind: "lookup", key: [key], set: name }] }] });
    }
    await driver.apply();
    const text = nft("-s", "list", "table", "inet", "manx");
    assert.match(text, /chain of-wide {\s+counter drop comment "the kernel refuses the set wide: EINVAL"\s+}/);
    assert.match(text, /chain of-fine {\s+ip saddr @fine\s+}/);
    assert.match(text, /comment "what is fine"\s+elements = { 10.0.0.1 }/);
    assert.deepEqual([...new Set(told.map(({ fact }) => fact))], ["nft.refused", "nft.isolated"]);
  });

  it("counters survive the rewrite of what is around them, in other chains and in their own", async () => {
    const { driver } = start();
    driver.allowDeletes();
    driver.want(counting(2));
    await driver.apply();
    inNetns("ping", "-c", "3", "-i", "0.01", "-W", "1", "127.0.0.1");
    const before = await driver.counters();
    assert.ok(before.get("stays")!.packets === 3 && before.get("other")!.packets >= 3 && before.get("last")!.bytes > 0);
    for (const extra of [5, 0, 1]) {
      driver.want(counting(extra));
      await driver.apply();
      const now = await driver.counters();
      for (const name of ["stays", "other", "last"])
        assert.deepEqual(now.get(name), before.get(name), `${name} ${extra}`);
    }
  });

  it("what a foreign hand takes away is back without anybody asking", async () => {
    const { driver, port, told } = start();
    driver.want(representativeTable);
    await driver.apply();
    const wanted = nft("-s", "list", "table", "inet", "manx");
    for (const harm of [
      "flush chain inet manx np-web",
      "delete element inet manx hosts { 10.0.0.1 }",
      "delete element inet manx from-workload { cali1 }",
      "flush ruleset",
    ]) {
      const before = await port.generation();
      nft(harm);
      // The repair is the next transaction; ours are the only ones here.
      const deadline = performance.now() + 10_000;
      while ((await port.generation()) < before + 2) assert.ok(performance.now() < deadline, `${harm}: not repaired`);
      await driver.apply();
      const rules = (text: string): string[] => text.split("\n").sort();
      assert.deepEqual(rules(nft("-s", "list", "table", "inet", "manx")), rules(wanted), harm);
    }
    assert.deepEqual(
      told.map(({ fact }) => fact),
      Array(4).fill("nft.disturbed"),
    );
  });

  it("a rule that it never takes costs its own chain, and nothing else", async () => {
    const { driver, told } = start();
    const chain = (name: string, ...expressions: Expression[]) => ({ name, rules: [{ name, expressions }] });
    driver.wantChain(chain("translates", { kind: "counter" }, { kind: "masquerade" }));
    driver.wantChain(chain("fine", { kind: "counter" }, { kind: "accept" }));
    const jumps = ["translates", "fine"].map((name) => ({ expressions: [{ kind: "jump", chain: name } as const] }));
    driver.wantChain({
      name: "forward",
      hook: { type: "filter", point: "forward", priority: 0, policy: "accept" },
      rules: jumps,
    });
    await driver.apply();
    const listed = nft("-s", "list", "table", "inet", "manx");
    assert.match(listed, /chain fine \{\s+counter accept comment "fine"/);
    assert.match(listed, /counter drop comment "the kernel refuses (translates|forward): /);
    const isolated = told.flatMap((fact) => (fact.fact === "nft.isolated" ? [fact.chain] : []));
    assert.equal(isolated.length, 1);
    driver.wantChain(chain("fine", { kind: "counter" }, { kind: "drop" }));
    await driver.apply();
    assert.match(nft("-s", "list", "table", "inet", "manx"), /counter drop comment "fine"/);
  });

  it("a driver that leaves takes its table along, whatever is in it", async () => {
    const { driver } = start();
    driver.want(representativeTable);
    await driver.apply();
    await driver.remove();
    assert.doesNotMatch(nft("list", "tables"), /manx/);
    await start().driver.remove();
  });

  it("another process goes on with the table it finds, and changes nothing that is right", async () => {
    const first = start();
    first.driver.want(representativeTable);
    await first.driver.apply();
    const generation = await first.port.generation();
    stop(first);
    const second = start();
    second.driver.want(representativeTable);
    await second.driver.apply();
    assert.equal(await second.port.generation(), generation);
    assert.deepEqual(second.told, [{ fact: "nft.adopted", table: "inet manx", chains: 6, sets: 9 }]);
  });

  it("nothing goes before it is allowed to", async () => {
    const first = start();
    first.driver.want(representativeTable);
    await first.driver.apply();
    stop(first);
    const { driver, port } = start();
    driver.want(counting(0));
    await driver.apply();
    const all = (await port.dump()).table!;
    assert.deepEqual([all.chains.size, all.sets.size], [8, 9]);
    driver.allowDeletes();
    await driver.apply();
    const left = (await port.dump()).table!;
    assert.deepEqual([[...left.chains.keys()].sort(), left.sets.size], [["other", "output"], 0]);
  });

  it("other tables are left alone", async () => {
    nft("add table ip foreign; add chain ip foreign mine");
    const { driver } = start();
    driver.allowDeletes();
    driver.want(representativeTable);
    await driver.apply();
    driver.want({ ...manxTable, chains: [], sets: [], maps: [] });
    await driver.apply();
    assert.match(nft("list", "table", "ip", "foreign"), /chain mine/);
    nft("delete table ip foreign");
  });

  it("a large load is more than one transaction and still complete", async () => {
    const { driver, port } = start();
    const elements = Array.from({ length: 45_000 }, (_, i) => `10.${i >>> 16}.${(i >>> 8) & 255}.${i & 255}`);
    const chain = {
      name: "forward",
      hook: { type: "filter", point: "forward", priority: 0, policy: "accept" } as const,
      rules: [
        { expressions: [{ kind: "lookup", key: ["ip saddr"], set: "many" } as const, { kind: "drop" } as const] },
      ],
    };
    driver.want({ ...manxTable, maps: [], chains: [chain], sets: [{ name: "many", key: ["ipv4_addr"], elements }] });
    await driver.apply();
    const set = (await port.dump()).table?.sets.get("many");
    assert.equal(set?.kind === "set" && set.keys.length, 45_000);
  });
});
