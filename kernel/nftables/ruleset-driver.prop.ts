import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis } from "../../lib/unit.ts";
import { encodeRule } from "./encoded-rule.ts";
import type { NftFact } from "./fact.ts";
import type { TableState } from "./port.ts";
import type { Rule } from "./rule.ts";
import { arbitraryTable, contentOf } from "./ruleset.contract.ts";
import { RulesetDriver } from "./ruleset-driver.ts";
import { SimNftables } from "./sim/nftables.ts";
import { manxTable, type Table } from "./table.ts";

interface Bench {
  readonly port: SimNftables;
  readonly clock: SimClock;
  readonly told: NftFact[];
  readonly driver: RulesetDriver;
}

function bench(port = new SimNftables(), atOnce = { elements: 1000, rules: 1000 }): Bench {
  const clock = new SimClock();
  const told: NftFact[] = [];
  const driver = new RulesetDriver({ port, clock, table: manxTable, tell: (fact) => told.push(fact), atOnce });
  driver.allowDeletes();
  return { port, clock, told, driver };
}

async function content(port: SimNftables): Promise<unknown> {
  return contentOf((await port.dump()).table);
}

async function fresh(table: Table): Promise<unknown> {
  const { port, driver } = bench();
  driver.want(table);
  await driver.apply();
  return content(port);
}

/** What packets can meet: base chains, and whatever their rules lead to. */
function reachable(table: TableState, rules: ReadonlyMap<string, Rule>): unknown {
  const chains = new Set([...table.chains].filter(([, { hook }]) => hook).map(([name]) => name));
  const sets = new Set<string>();
  for (const chain of chains) {
    for (const { identity } of table.chains.get(chain)?.rules ?? []) {
      for (const expression of rules.get(identity)!.expressions) {
        if ("chain" in expression) chains.add(expression.chain);
        else if (expression.kind === "lookup") sets.add(expression.set);
        else if (expression.kind === "vmap") {
          sets.add(expression.map);
          const map = table.sets.get(expression.map);
          for (const verdict of map?.kind === "map" ? map.entries.values() : []) {
            if ("chain" in verdict) chains.add(verdict.chain);
          }
        }
      }
    }
  }
  const met = {
    ...table,
    chains: new Map([...table.chains].filter(([name]) => chains.has(name))),
    sets: new Map([...table.sets].filter(([name]) => sets.has(name))),
  };
  return contentOf(met);
}

const refusals = (told: readonly NftFact[]): readonly NftFact[] => told.filter((fact) => fact.fact === "nft.refused");

describe("the nftables driver, whatever came before", () => {
  it("leaves the kernel as a fresh start with the last wish would, in one transaction a wish, and then rests", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(arbitraryTable, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (wishes, echoes) => {
          const { port, driver, told } = bench();
          port.echoes = echoes;
          for (const wish of wishes) {
            const before = port.committed;
            driver.want(wish);
            await driver.apply();
            const ranges = wish.sets.some(({ interval, elements }) => interval && [...elements].length > 0);
            assert.ok(port.committed - before <= (ranges ? 2 : 1), "one wish, one transaction, new ranges ahead of it");
          }
          assert.deepEqual(refusals(told), []);
          assert.deepEqual(await content(port), await fresh(wishes.at(-1)!));
          const before = port.committed;
          driver.want(wishes.at(-1)!);
          await driver.apply();
          driver.distrust();
          await driver.apply();
          assert.equal(port.committed, before, "nothing differs, nothing is sent");
        },
      ),
      { numRuns: 150 },
    );
  });

  it("in slices, packets meet either what was or what is wanted, and nothing in between", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryTable, { minLength: 1, maxLength: 4 }), async (wishes) => {
        const rules = new Map<string, Rule>();
        for (const { chains } of wishes) {
          for (const { rules: list } of chains)
            for (const rule of list) rules.set(encodeRule("inet", rule).identity, rule);
        }
        const port = new SimNftables();
        const met: unknown[] = [];
        const commit = port.commit.bind(port);
        port.commit = async (operations, generation) => {
          const outcome = await commit(operations, generation);
          met.push(reachable((await port.dump()).table!, rules));
          return outcome;
        };
        const { driver } = bench(port, { elements: 2, rules: 3 });
        let before: unknown = { chains: [], sets: [] };
        for (const wish of wishes) {
          met.length = 0;
          driver.want(wish);
          await driver.apply();
          const after = reachable((await port.dump()).table!, rules);
          for (const state of met) {
            if (!isDeepStrictEqual(state, before)) assert.deepEqual(state, after);
          }
          before = after;
        }
        assert.deepEqual(await content(port), await fresh(wishes.at(-1)!));
      }),
      { numRuns: 150 },
    );
  });

  it("goes on from what another process left", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTable, arbitraryTable, async (left, wish) => {
        const { port, driver: earlier } = bench();
        earlier.want(left);
        await earlier.apply();
        earlier.close();
        const { driver, told } = bench(port);
        driver.want(wish);
        await driver.apply();
        assert.deepEqual(refusals(told), []);
        assert.deepEqual(await content(port), await fresh(wish));
      }),
      { numRuns: 150 },
    );
  });

  it("wishes that arrive while a transaction is under way are met by the same apply or the next", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryTable, { minLength: 2, maxLength: 5 }), async (wishes) => {
        const { port, driver, told } = bench();
        const applied = wishes.map((wish) => {
          driver.want(wish);
          return driver.apply();
        });
        await Promise.all(applied);
        assert.deepEqual(refusals(told), []);
        assert.deepEqual(await content(port), await fresh(wishes.at(-1)!));
      }),
      { numRuns: 100 },
    );
  });

  it("refusals, lost answers, foreign hands and foreign commits end in the wanted table all the same", async () => {
    const trouble = fc.constantFrom<"none" | "lost" | "elsewhere" | "gone" | number>(
      "none",
      "lost",
      "elsewhere",
      "gone",
      16,
      105,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(arbitraryTable, trouble), { minLength: 1, maxLength: 5 }), async (wishes) => {
        const { port, driver, clock } = bench();
        let done = true;
        for (const [wish, what] of wishes) {
          if (what === "lost" || typeof what === "number") port.failNext(what);
          else if (what === "elsewhere") port.commitElsewhere();
          else if (what === "gone" && (await port.dump()).table) port.disturb([{ kind: "delete table" }]);
          driver.want(wish);
          done = false;
          driver.apply().then(() => (done = true));
        }
        for (let i = 0; i < 50 && !done; i++) {
          await new Promise((resolve) => setImmediate(resolve));
          clock.advance(millis(2000));
        }
        assert.ok(done, "apply came to an end");
        assert.deepEqual(await content(port), await fresh(wishes.at(-1)![0]));
      }),
      { numRuns: 150 },
    );
  });
});
