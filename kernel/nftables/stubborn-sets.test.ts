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

const inSet = (set: string): Expression => ({ kind: "lookup", key: ["ip saddr"], set });
const rule = (name: string, ...expressions: readonly Expression[]): Rule => ({
  name,
  expressions: [...expressions, { kind: "accept" }],
});
const WHY = "the kernel refuses the set big: ENOSPC";

describe("sets that the kernel never takes", () => {
  let port: SimNftables;
  let clock: SimClock;
  let told: NftFact[];
  let driver: RulesetDriver;

  /** No set of ours holds more than two elements. */
  const small = (): void =>
    port.refuse((operation) => (operation.kind === "new elements" && operation.keys.length > 2 ? errno.ENOSPC : 0));

  beforeEach(() => {
    port = new SimNftables();
    small();
    clock = new SimClock();
    told = [];
    driver = new RulesetDriver({ port, clock, table: manxTable, tell: (fact) => told.push(fact) });
    driver.allowDeletes();
    for (const name of ["big", "small"]) driver.wantSet({ name, key: ["ipv4_addr"] });
    driver.changeElements("small", ["10.0.0.1"]);
  });

  const names = async (chain: string): Promise<string[]> =>
    ((await port.dump()).table?.chains.get(chain)?.rules ?? []).map(({ comment }) => comment);
  const elements = async (name: string): Promise<number | undefined> => {
    const set = (await port.dump()).table?.sets.get(name);
    return set?.kind === "set" ? set.keys.length : undefined;
  };

  /** Applies, with what time it takes. */
  async function applied(): Promise<void> {
    let done = false;
    void driver.apply().then(() => {
      done = true;
    });
    for (let i = 0; i < 30 && !done; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(millis(50));
    }
    assert.ok(done, "the kernel never came to hold what is wanted");
  }

  const three = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
  const users: Chain = { name: "users", rules: [rule("first"), rule("of big", inSet("big")), rule("last")] };
  const others: Chain = { name: "others", rules: [rule("of small", inSet("small"))] };

  it("a drop that names the set stands in for the chains that look into it, and everything else goes on", async () => {
    driver.changeElements("big", three);
    for (const chain of [users, others]) driver.wantChain(chain);
    await applied();
    assert.deepEqual(await names("users"), [WHY]);
    assert.deepEqual(await names("others"), ["of small"]);
    assert.equal(await elements("big"), undefined);
    const isolated = told.filter(({ fact }) => fact === "nft.isolated");
    const what = { what: "new elements big", error: "ENOSPC", detail: "" };
    assert.deepEqual(isolated, [{ fact: "nft.isolated", table: "inet manx", chain: "users", ...what }]);
    driver.changeElements("small", ["10.0.0.2"]);
    driver.wantChain({ name: "more", rules: [rule("of big", inSet("big"))] });
    await applied();
    assert.equal(await elements("small"), 2);
    assert.deepEqual(await names("more"), [WHY]);
  });

  it("one that nobody looks into is told all the same", async () => {
    driver.changeElements("big", three);
    await applied();
    assert.deepEqual(
      told.flatMap((fact) => (fact.fact === "nft.isolated" ? [fact.chain] : [])),
      [""],
    );
  });

  it("a set that is there already is made anew with the whole table first, then it stays as it was", async () => {
    driver.wantChain(users);
    driver.changeElements("big", ["10.0.0.1"]);
    await applied();
    port.refuse((operation) => (operation.kind === "new elements" && operation.set.name === "big" ? errno.ENOSPC : 0));
    driver.changeElements("big", ["10.0.0.2"]);
    await applied();
    assert.ok(told.some(({ fact }) => fact === "nft.rebuilt"));
    assert.deepEqual(await names("users"), [WHY]);
  });

  it("a table made anew helps against what was in the way", async () => {
    port.disturb([{ kind: "new table" }], "unheard");
    let rebuilt = false;
    port.refuse((operation) => {
      rebuilt ||= operation.kind === "new set" && operation.set.name === "big";
      return operation.kind === "new elements" && operation.set.name === "big" && !rebuilt ? errno.ENOSPC : 0;
    });
    port.disturb([{ kind: "new chain", chain: "left" }], "unheard");
    driver.wantChain(users);
    driver.changeElements("big", three);
    await applied();
    assert.equal(await elements("big"), 3);
    assert.deepEqual(await names("users"), ["first", "of big", "last"]);
  });

  it("in a base chain only its rules become drops of what else they asked, and translations go", async () => {
    const hook = { type: "filter", point: "forward", priority: 0, policy: "accept" } as const;
    const asked: Expression = { kind: "interface", field: "iifname", name: "cali*" };
    const nat: Chain = {
      name: "nat",
      hook: { ...hook, type: "nat", point: "postrouting" },
      rules: [{ name: "leaves", expressions: [inSet("big"), { kind: "masquerade" }] }],
    };
    driver.wantChain({ name: "base", hook, rules: [rule("first"), rule("of big", asked, inSet("big"))] });
    driver.wantChain(nat);
    driver.changeElements("big", three);
    await applied();
    assert.deepEqual(await names("base"), ["first", WHY]);
    assert.deepEqual(await names("nat"), []);
  });

  it("after a minute it is tried again, and holds when the kernel takes it", async () => {
    driver.changeElements("big", three);
    driver.wantChain(users);
    await applied();
    clock.advance(millis(60_000));
    await applied();
    assert.deepEqual(await names("users"), [WHY]);
    port.refuse(() => 0);
    clock.advance(millis(60_000));
    await applied();
    assert.deepEqual(await names("users"), ["first", "of big", "last"]);
    assert.equal(await elements("big"), 3);
  });

  it("goes with those who look into it, and comes back under the same name", async () => {
    driver.changeElements("big", three);
    driver.wantChain(users);
    await applied();
    driver.wantChain({ ...users, rules: [rule("first")] });
    driver.unwantSet("big");
    await applied();
    assert.deepEqual(await names("users"), ["first"]);
    driver.wantSet({ name: "big", key: ["ipv4_addr"] });
    driver.changeElements("big", ["10.0.0.1"]);
    driver.wantChain(users);
    await applied();
    assert.deepEqual(await names("users"), ["first", "of big", "last"]);
  });
});
