import assert from "node:assert/strict";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis } from "../../lib/unit.ts";
import { errno } from "../errno.ts";
import type { Chain } from "./chain.ts";
import type { Expression } from "./expression.ts";
import type { NftFact } from "./fact.ts";
import type { Rule } from "./rule.ts";
import { RulesetDriver } from "./ruleset-driver.ts";
import { SimNftables } from "./sim/nftables.ts";
import { manxTable } from "./table.ts";

const hook = { type: "filter", point: "forward", priority: 0, policy: "accept" } as const;
const reversePath: Expression = { kind: "reverse path", mark: false, missing: true };
const rule = (name: string, ...expressions: readonly Expression[]): Rule => ({
  name,
  expressions: [...expressions, { kind: "drop" }],
});

describe("rules that the kernel never takes", () => {
  let port: SimNftables;
  let clock: SimClock;
  let told: NftFact[];
  let driver: RulesetDriver;

  beforeEach(() => {
    port = new SimNftables();
    port.lack(({ kind }) => kind === "reverse path" || kind === "ct count");
    clock = new SimClock();
    told = [];
    driver = new RulesetDriver({ port, clock, table: manxTable, tell: (fact) => told.push(fact) });
    driver.allowDeletes();
  });

  const names = async (chain: string): Promise<string[]> =>
    ((await port.dump()).table?.chains.get(chain)?.rules ?? []).map(({ comment }) => comment);

  /** Applies, with what time it takes. */
  async function applied(): Promise<void> {
    let done = false;
    void driver.apply().then(() => {
      done = true;
    });
    for (let i = 0; i < 20 && !done; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(millis(100));
    }
    assert.ok(done, "the kernel never came to hold what is wanted");
  }

  const good: Chain = { name: "good", rules: [rule("fine")] };
  const bad: Chain = { name: "bad", rules: [rule("first"), rule("not here", reversePath), rule("last")] };

  it("a drop stands in for their chain, and everything else goes on", async () => {
    driver.wantChain(bad);
    driver.wantChain(good);
    driver.wantChain({ name: "base", hook, rules: [{ expressions: [{ kind: "jump", chain: "bad" }] }] });
    await applied();
    assert.deepEqual(await names("bad"), ["the kernel refuses bad: ENOENT"]);
    assert.deepEqual(await names("good"), ["fine"]);
    const { dropped } = driver;
    assert.deepEqual([dropped.isAnyDropped, dropped.isDropped("bad"), dropped.isDropped("good")], [true, true, false]);
    assert.deepEqual(
      told.filter(({ fact }) => fact === "nft.isolated"),
      [
        {
          fact: "nft.isolated",
          table: "inet manx",
          chain: "bad",
          what: "new rule bad (not here)",
          error: "ENOENT",
          detail: "",
        },
      ],
    );
    driver.wantChain({ name: "good", rules: [rule("fine"), rule("finer")] });
    await applied();
    assert.deepEqual(await names("good"), ["fine", "finer"]);
  });

  it("in a base chain it is only they that become drops of what they asked for", async () => {
    const asked: Expression = { kind: "interface", field: "iifname", name: "cali*" };
    const counted: Expression = { kind: "reject", with: "port-unreachable" };
    port.lack(({ kind }) => kind === "reject");
    driver.wantChain({ name: "base", hook, rules: [rule("first"), { expressions: [asked, counted], name: "loud" }] });
    await applied();
    assert.deepEqual(await names("base"), ["first", "the kernel refuses base: ENOENT"]);
  });

  it("a rule that would log decides all the same, unheard", async () => {
    port.lack(({ kind }) => kind === "log");
    const told: Expression = { kind: "log", prefix: "heard", group: 7 };
    driver.wantChain({ name: "loud", rules: [rule("first"), rule("told", told), rule("last")] });
    driver.wantChain({ name: "base", hook, rules: [rule("told", told)] });
    await applied();
    assert.deepEqual(await names("loud"), ["first", "told", "last"]);
    assert.deepEqual(await names("base"), ["told"]);
    port.lack(({ kind }) => kind === "log" || kind === "reverse path");
    driver.wantChain({ name: "both", rules: [rule("both", reversePath, told)] });
    await applied();
    assert.deepEqual(await names("both"), ["the kernel refuses both: ENOENT"]);
  });

  it("several chains at once are several facts, and one transaction", async () => {
    driver.wantChain(bad);
    driver.wantChain({ name: "worse", rules: [rule("count", { kind: "ct count", connections: 1 })] });
    await applied();
    assert.deepEqual(
      told.flatMap((fact) => (fact.fact === "nft.isolated" ? fact.chain : [])),
      ["bad", "worse"],
    );
    assert.equal(port.committed, 1);
  });

  it("a refusal that passes isolates nobody", async () => {
    await applied();
    port.failNext(errno.EBUSY, errno.EBUSY);
    driver.wantChain(good);
    await applied();
    assert.deepEqual(await names("good"), ["fine"]);
    assert.ok(told.every(({ fact }) => fact === "nft.refused"));
  });

  it("what is wished otherwise is tried at once", async () => {
    driver.wantChain(bad);
    await applied();
    driver.wantChain({ name: "bad", rules: [rule("first"), rule("last")] });
    await applied();
    assert.deepEqual(await names("bad"), ["first", "last"]);
  });

  it("the same wish is not tried at once, but after a minute, and holds when the kernel has learnt it", async () => {
    driver.wantChain(bad);
    await applied();
    driver.wantChain(bad);
    await applied();
    assert.deepEqual(await names("bad"), ["the kernel refuses bad: ENOENT"]);
    const before = told.length;
    clock.advance(millis(60_000));
    await applied();
    assert.deepEqual(await names("bad"), ["the kernel refuses bad: ENOENT"]);
    assert.deepEqual(
      told.slice(before).map(({ fact }) => fact),
      ["nft.isolated"],
    );
    port.lack(() => false);
    clock.advance(millis(60_000));
    await applied();
    assert.deepEqual(await names("bad"), ["first", "not here", "last"]);
  });
});
