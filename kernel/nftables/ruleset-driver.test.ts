import assert from "node:assert/strict";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis } from "../../lib/unit.ts";
import { errno } from "../errno.ts";
import type { Chain } from "./chain.ts";
import { printElement } from "./element.ts";
import type { NftFact } from "./fact.ts";
import type { Operation } from "./port.ts";
import type { Rule } from "./rule.ts";
import { RulesetDriver } from "./ruleset-driver.ts";
import { SimNftables } from "./sim/nftables.ts";
import { manxTable } from "./table.ts";

const mark = (value: number): Rule => ({
  name: `rule ${value}`,
  expressions: [{ kind: "mark", value }, { kind: "counter" }, { kind: "accept" }],
});
const chain = (name: string, ...values: number[]): Chain => ({ name, rules: values.map(mark) });
const forward = { type: "filter", point: "forward", priority: 0, policy: "accept" } as const;

/** A port that keeps what was sent. */
class Spy extends SimNftables {
  readonly sent: (readonly Operation[])[] = [];

  override commit(operations: readonly Operation[], generation?: number): ReturnType<SimNftables["commit"]> {
    this.sent.push(operations);
    return super.commit(operations, generation);
  }

  /** The last transaction, a word an operation. */
  get last(): string[] {
    return (this.sent.at(-1) ?? []).map((operation) => {
      if (operation.kind === "new rule") {
        return `${operation.kind} ${operation.rule.rule.name}${operation.before ? ` before ${operation.before}` : ""}`;
      }
      return operation.kind === "delete rule" ? `${operation.kind} ${operation.handle}` : operation.kind;
    });
  }
}

/** Lets everything that waits for nothing but promises go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the nftables driver", () => {
  let port: Spy;
  let clock: SimClock;
  let told: NftFact[];
  let driver: RulesetDriver;

  const start = (): RulesetDriver =>
    new RulesetDriver({ port, clock, table: manxTable, tell: (fact) => told.push(fact) });

  beforeEach(() => {
    port = new Spy();
    clock = new SimClock();
    told = [];
    driver = start();
    driver.allowDeletes();
  });

  const names = async (name: string): Promise<string[]> =>
    ((await port.dump()).table?.chains.get(name)?.rules ?? []).map((rule) => rule.comment);

  it("sends a change before apply returns, when nothing else is under way", async () => {
    driver.wantChain(chain("a", 1));
    await driver.apply();
    driver.wantChain(chain("a", 2));
    const sent = port.sent.length;
    const applied = driver.apply();
    assert.equal(port.sent.length, sent + 1);
    await applied;
  });

  it("makes what is referred to before what refers to it, and takes it away after", async () => {
    driver.wantChain({ name: "base", hook: forward, rules: [{ expressions: [{ kind: "jump", chain: "z" }] }] });
    driver.wantChain({ name: "z", rules: [{ expressions: [{ kind: "lookup", key: ["ip saddr"], set: "s" }] }] });
    driver.wantMap("m");
    driver.wantEntry("m", "cali1", { kind: "goto", chain: "z" });
    driver.wantSet({ name: "s", key: ["ipv4_addr"] });
    await driver.apply();
    driver.unwantSet("s");
    driver.unwantSet("m");
    driver.unwantChain("z");
    driver.wantChain({ name: "base", hook: forward, rules: [] });
    await driver.apply();
    assert.deepEqual(told, []);
    const { table } = await port.dump();
    assert.deepEqual([[...table!.chains.keys()], table!.sets.size], [["base"], 0]);
  });

  it("leaves the rules at both ends of a changed chain alone", async () => {
    driver.wantChain(chain("a", 1, 2, 3, 4));
    await driver.apply();
    driver.wantChain(chain("a", 1, 7, 8, 4));
    await driver.apply();
    assert.deepEqual(port.last, [
      "delete rule 2",
      "delete rule 3",
      "new rule rule 7 before 4",
      "new rule rule 8 before 4",
    ]);
    driver.wantChain(chain("a", 1, 7, 8, 4, 5));
    await driver.apply();
    assert.deepEqual(port.last, ["new rule rule 5"]);
    driver.wantChain(chain("a", 8, 4, 5));
    await driver.apply();
    assert.deepEqual(port.last, ["delete rule 1", "delete rule 5"]);
    assert.deepEqual(await names("a"), ["rule 8", "rule 4", "rule 5"]);
  });

  it("asks for handles it was not told, and replaces a chain whole without them", async () => {
    port.echoes = false;
    driver.wantChain(chain("a", 1, 2));
    await driver.apply();
    driver.wantChain(chain("a", 3, 4));
    await driver.apply();
    assert.deepEqual(port.last, ["flush chain", "new rule rule 3", "new rule rule 4"]);
    driver.wantChain(chain("a", 5, 3, 4));
    await driver.apply();
    assert.deepEqual(port.last, ["new rule rule 5 before 3"]);
  });

  it("changes only the elements that differ", async () => {
    driver.wantSet({ name: "nets", key: ["ipv4_addr"], interval: true });
    driver.changeElements("nets", ["10.0.0.0/8", "10.1.0.0/16", "11.0.0.0/8"]);
    await driver.apply();
    const sent = port.sent.length;
    driver.changeElements("nets", [], ["10.1.0.0/16"]);
    await driver.apply();
    assert.equal(port.sent.length, sent, "it was covered, so nothing is to be done");
    driver.changeElements("nets", ["10.2.0.0/16"], ["10.0.0.0/8"]);
    await driver.apply();
    assert.deepEqual(
      port.sent.at(-1)!.map((x) => ("keys" in x ? [x.kind, x.keys.length] : [x.kind])),
      [
        ["delete elements", 1],
        ["new elements", 1],
      ],
    );
  });

  it("a text that is no element changes nothing", () => {
    driver.wantSet({ name: "hosts", key: ["ipv4_addr"] });
    assert.throws(() => driver.changeElements("hosts", ["10.0.0.1", "fd00::1"]), { code: "kernel/nft-invalid" });
    return driver.apply().then(async () => {
      const set = (await port.dump()).table?.sets.get("hosts");
      assert.deepEqual(set?.kind === "set" && set.keys, []);
    });
  });

  for (const name of ["", "1st", "a b", 'a"b', "x".repeat(128)]) {
    it(`refuses ${JSON.stringify(name.slice(0, 9))} as a name`, () => {
      assert.throws(() => driver.wantChain({ name, rules: [] }), { code: "kernel/nft-invalid" });
      assert.throws(() => driver.wantSet({ name, key: ["ipv4_addr"] }), { code: "kernel/nft-invalid" });
      assert.throws(() => driver.wantMap(name), { code: "kernel/nft-invalid" });
    });
  }

  it("a refusal is told, with what it was about, and tried again after a look, later each time", async () => {
    driver.wantChain(chain("a", 1));
    await driver.apply();
    port.failNext(errno.EBUSY, errno.ENOBUFS);
    driver.wantChain(chain("a", 2));
    let done = false;
    driver.apply().then(() => (done = true));
    await settle();
    assert.deepEqual(
      told.map((fact) => fact.fact === "nft.refused" && [fact.error, fact.retryMs]),
      [["EBUSY", 10]],
    );
    clock.advance(millis(9));
    await settle();
    assert.equal(told.length, 1);
    clock.advance(millis(1));
    await settle();
    assert.deepEqual(
      told.map((fact) => fact.fact === "nft.refused" && fact.retryMs),
      [10, 20],
    );
    assert.equal(done, false);
    clock.advance(millis(20));
    await settle();
    assert.equal(done, true);
    assert.deepEqual(await names("a"), ["rule 2"]);
  });

  it("a rule that the kernel cannot take is named", async () => {
    driver.wantChain({ name: "a", rules: [{ name: "np.x|3", expressions: [{ kind: "jump", chain: "nowhere" }] }] });
    void driver.apply();
    await settle();
    assert.deepEqual(told, [
      {
        fact: "nft.refused",
        table: "inet manx",
        what: "new rule a (np.x|3)",
        error: "ENOENT",
        detail: "",
        attempt: 1,
        retryMs: 10,
      },
    ]);
    driver.wantChain(chain("nowhere", 1));
    clock.advance(millis(10));
    await settle();
    assert.deepEqual(await names("a"), ["np.x|3"]);
  });

  it("after three refusals the table is replaced whole, in one transaction", async () => {
    driver.wantChain(chain("a", 1));
    await driver.apply();
    port.failNext(errno.EINVAL, errno.EINVAL, errno.EINVAL);
    driver.wantChain(chain("a", 2));
    const applied = driver.apply();
    for (let i = 0; i < 4; i++) {
      await settle();
      clock.advance(millis(1000));
    }
    await applied;
    assert.deepEqual(port.last, ["delete table", "new table", "new chain", "new rule rule 2"]);
    assert.ok(told.some((fact) => fact.fact === "nft.rebuilt"));
  });

  it("a set that changes its kind, and a chain that becomes a base chain, replace the table whole", async () => {
    const looking = (key: "ip saddr" | "ip6 saddr"): Chain => ({
      name: "a",
      rules: [{ expressions: [{ kind: "lookup", key: [key], set: "s" }] }],
    });
    driver.wantSet({ name: "s", key: ["ipv4_addr"] });
    driver.wantChain(looking("ip saddr"));
    await driver.apply();
    driver.wantSet({ name: "s", key: ["ipv6_addr"] });
    driver.changeElements("s", ["fd00::1"]);
    driver.wantChain(looking("ip6 saddr"));
    await driver.apply();
    assert.equal(port.last[0], "delete table");
    driver.wantChain({ ...looking("ip6 saddr"), hook: forward });
    await driver.apply();
    assert.deepEqual((await port.dump()).table?.chains.get("a")?.hook, forward);
    assert.deepEqual(
      told.map(({ fact }) => fact),
      ["nft.rebuilt", "nft.rebuilt"],
    );
  });

  it("a base chain moves without disturbing the rest", async () => {
    driver.wantChain({ ...chain("base", 1), hook: forward });
    driver.wantChain(chain("other", 1));
    await driver.apply();
    driver.wantChain({ ...chain("base", 1), hook: { ...forward, priority: -5 } });
    await driver.apply();
    assert.deepEqual(port.last, ["flush chain", "delete chain", "new chain", "new rule rule 1"]);
    driver.wantChain({ ...chain("base", 1), hook: { ...forward, priority: -5, policy: "drop" } });
    await driver.apply();
    assert.deepEqual(port.last, ["new chain"]);
  });

  it("a foreign change is told and repaired at once", async () => {
    driver.wantChain(chain("a", 1, 2));
    driver.wantSet({ name: "s", key: ["ipv4_addr"] });
    driver.changeElements("s", ["10.0.0.1"]);
    await driver.apply();
    port.disturb([{ kind: "flush chain", chain: "a" }]);
    await settle();
    assert.deepEqual(await names("a"), ["rule 1", "rule 2"]);
    port.disturb([{ kind: "delete table" }], "lost");
    await settle();
    assert.deepEqual(await names("a"), ["rule 1", "rule 2"]);
    assert.deepEqual(
      told.map((fact) => fact.fact === "nft.disturbed" && fact.how),
      ["changed", "lost"],
    );
  });

  it("what a foreign hand did unheard is found by a look", async () => {
    driver.wantChain(chain("a", 1));
    await driver.apply();
    port.disturb([{ kind: "flush chain", chain: "a" }], "unheard");
    await driver.apply();
    assert.deepEqual(await names("a"), []);
    driver.distrust();
    await driver.apply();
    assert.deepEqual(await names("a"), ["rule 1"]);
  });

  it("a commit elsewhere between our look and our first transaction makes us look again", async () => {
    driver.wantChain(chain("a", 1));
    const looks: (() => void)[] = [];
    const dump = port.dump.bind(port);
    port.dump = async () => {
      const seen = await dump();
      looks.push(() => {});
      if (looks.length === 1) port.commitElsewhere();
      return seen;
    };
    await driver.apply();
    assert.deepEqual([looks.length, port.sent.length, port.committed], [2, 2, 1]);
    assert.deepEqual(await names("a"), ["rule 1"]);
  });

  it("what happened between our first transaction and our first watching is found and put right", async () => {
    driver.wantChain(chain("a", 1));
    const watch = port.watch.bind(port);
    port.watch = (heard) => {
      port.disturb([{ kind: "flush chain", chain: "a" }], "unheard");
      return watch(heard);
    };
    await driver.apply();
    assert.deepEqual(await names("a"), ["rule 1"]);
  });

  for (let hops = 0; hops < 24; hops++) {
    it(`a wish ${hops} steps of the event loop's inner queue behind another is not forgotten`, async () => {
      driver.wantChain(chain("a", 1));
      await driver.apply();
      driver.wantChain(chain("a", 2));
      void driver.apply();
      for (let i = 0; i < hops; i++) await undefined;
      driver.wantChain(chain("a", 3));
      await driver.apply();
      assert.deepEqual(await names("a"), ["rule 3"]);
    });
  }

  it("before it may delete, it adds and corrects but takes nothing away", async () => {
    driver.wantChain(chain("old", 1));
    driver.wantChain(chain("both", 1));
    driver.wantSet({ name: "nets", key: ["ipv4_addr"], interval: true });
    driver.changeElements("nets", ["10.0.0.0/8", "12.0.0.0/8"]);
    driver.wantMap("m");
    driver.wantEntry("m", "cali1", { kind: "goto", chain: "old" });
    await driver.apply();
    driver.close();
    driver = start();
    driver.wantChain(chain("both", 2));
    driver.wantSet({ name: "nets", key: ["ipv4_addr"], interval: true });
    driver.changeElements("nets", ["10.1.0.0/16", "11.0.0.0/8"]);
    driver.wantMap("m");
    driver.wantEntry("m", "cali2", { kind: "goto", chain: "both" });
    await driver.apply();
    const content = async (): Promise<unknown[]> => {
      const { chains, sets } = (await port.dump()).table!;
      const [nets, m] = [sets.get("nets"), sets.get("m")];
      return [
        [...chains.keys()].sort(),
        nets?.kind === "set" && nets.keys.length,
        m?.kind === "map" && [...m.entries.keys()],
      ];
    };
    assert.deepEqual(await names("both"), ["rule 2"]);
    assert.deepEqual(await content(), [["both", "old"], 3, ["cali1", "cali2"]]);
    driver.allowDeletes();
    await driver.apply();
    assert.deepEqual(await content(), [["both"], 2, ["cali2"]]);
    assert.deepEqual(told, [{ fact: "nft.adopted", table: "inet manx", chains: 2, sets: 2 }]);
  });

  it("counters are summed by whole name, however long", async () => {
    const long = "p".repeat(300);
    const counted = (name: string): Rule => ({ name, expressions: [{ kind: "counter" }] });
    driver.wantChain({ name: "a", rules: [counted(long), counted("short"), counted(long)] });
    await driver.apply();
    port.count("a", 2, 100);
    assert.deepEqual(
      [...(await driver.counters())],
      [
        [long, { packets: 4, bytes: 200 }],
        ["short", { packets: 2, bytes: 100 }],
      ],
    );
  });

  it("a large new set goes ahead in slices, and its rule comes when all is there", async () => {
    const elements = Array.from({ length: 45_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    driver.wantSet({ name: "many", key: ["ipv4_addr"] });
    driver.changeElements("many", elements);
    driver.wantChain({ name: "a", rules: [{ expressions: [{ kind: "lookup", key: ["ip saddr"], set: "many" }] }] });
    await driver.apply();
    assert.deepEqual(
      port.sent.map((operations) => operations.map((x) => ("keys" in x ? x.keys.length : x.kind)).join(" ")),
      ["new table new set 20000", "20000", "new chain 5000 new rule"],
    );
    driver.changeElements("many", [], elements);
    await driver.apply();
    driver.changeElements("many", elements);
    await driver.apply();
    assert.deepEqual(port.last, ["new elements"], "once packets can see the set, all goes in one transaction");
  });

  it("many new chains go ahead in slices, and what leads to them comes when all is there", async () => {
    const small = new RulesetDriver({
      port,
      clock,
      table: manxTable,
      tell: (fact) => told.push(fact),
      atOnce: { elements: 10, rules: 4 },
    });
    for (const name of ["a", "b", "c"]) small.wantChain(chain(name, 1, 2, 3));
    small.wantChain({ name: "base", hook: forward, rules: [{ expressions: [{ kind: "jump", chain: "c" }] }] });
    await small.apply();
    const sent = port.sent.map((operations) =>
      operations
        .map((x) => (x.kind === "new chain" ? x.chain : x.kind === "new rule" ? `${x.chain}+` : x.kind))
        .join(" "),
    );
    assert.deepEqual(sent, ["new table a b c a+ a+ a+ b+ b+ b+", "base c+ c+ c+ base+"]);
  });

  describe("while a transaction is under way", () => {
    // After the first look, apply sends at once, and what follows it in the same turn finds the transaction sent.
    beforeEach(() => driver.apply());

    const keysOf = async (name: string): Promise<readonly string[] | undefined> => {
      const set = (await port.dump()).table?.sets.get(name);
      return set?.kind === "set" ? set.keys.map((key) => printElement(set.spec, key)) : undefined;
    };

    it("a set's name can be claimed for another kind", async () => {
      driver.wantSet({ name: "s", key: ["ipv4_addr"] });
      driver.changeElements("s", ["10.0.0.1"]);
      void driver.apply();
      driver.wantSet({ name: "s", key: ["ipv6_addr"] });
      driver.changeElements("s", ["fd00::1"]);
      await driver.apply();
      assert.deepEqual(await keysOf("s"), ["fd00::1"]);
    });

    it("a set that is going can be wanted again, and one that is coming unwanted", async () => {
      driver.wantSet({ name: "going", key: ["ipv4_addr"] });
      driver.changeElements("going", ["10.0.0.1"]);
      await driver.apply();
      driver.unwantSet("going");
      driver.wantSet({ name: "coming", key: ["ipv4_addr"] });
      driver.changeElements("coming", ["10.0.0.1"]);
      void driver.apply();
      driver.wantSet({ name: "going", key: ["ipv4_addr"] });
      driver.changeElements("going", ["10.0.0.2"]);
      driver.unwantSet("coming");
      await driver.apply();
      assert.deepEqual([await keysOf("going"), await keysOf("coming")], [["10.0.0.2"], undefined]);
      assert.deepEqual(told, []);
    });

    it("an entry can change its mind, and a chain its rules", async () => {
      driver.wantChain(chain("a", 1));
      driver.wantMap("m");
      driver.wantEntry("m", "cali1", { kind: "goto", chain: "a" });
      driver.wantEntry("m", "cali2", { kind: "drop" });
      void driver.apply();
      driver.wantEntry("m", "cali1", { kind: "drop" });
      driver.unwantEntry("m", "cali2");
      driver.unwantChain("a");
      await driver.apply();
      const { chains, sets } = (await port.dump()).table!;
      const m = sets.get("m");
      assert.deepEqual([chains.size, m?.kind === "map" && [...m.entries]], [0, [["cali1", { kind: "drop" }]]]);
      assert.deepEqual(told, []);
    });
  });

  it("says nothing to the kernel after close", async () => {
    driver.wantChain(chain("a", 1));
    await driver.apply();
    driver.close();
    const sent = port.sent.length;
    port.disturb([{ kind: "flush chain", chain: "a" }]);
    driver.wantChain(chain("a", 2));
    void driver.apply();
    await settle();
    assert.equal(port.sent.length, sent);
  });
});
