import assert from "node:assert/strict";
import fc from "fast-check";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis } from "../../lib/unit.ts";
import type { IptablesFact } from "./fact.ts";
import { IptablesDriver } from "./iptables-driver.ts";
import { SimIptables } from "./sim/iptables.ts";
import type { Hook, RuleText, TableName } from "./table.ts";

interface Wish {
  readonly chains: ReadonlyMap<string, readonly RuleText[]>;
  readonly hooks: readonly Hook[];
}

const names = ["cali-a", "cali-b", "cali-c", "cali-d"] as const;
const bad = "--poisoned";

/** Chains lead only to chains behind them that are wanted too. */
const anyWish: fc.Arbitrary<Wish> = fc.subarray([...names]).chain((chosen) => {
  const rulesOf = (index: number): fc.Arbitrary<readonly RuleText[]> => {
    const targets = ["ACCEPT", "RETURN", ...chosen.slice(index + 1)];
    const rule = fc
      .record({
        source: fc.integer({ min: 1, max: 4 }),
        target: fc.constantFrom(...targets),
        poisoned: fc.integer({ min: 0, max: 15 }),
      })
      .map(({ source, target, poisoned }) => `-s 10.0.0.${source}${poisoned === 0 ? ` ${bad}` : ""} -j ${target}`);
    return fc.array(rule, { maxLength: 5 });
  };
  const hook = (chain: string): fc.Arbitrary<Hook> =>
    fc.record({
      chain: fc.constantFrom("INPUT" as const, "FORWARD" as const),
      rule: fc.constantFrom(`-j ${chain}`, `-i eth0 -j ${chain}`),
      place: fc.constantFrom("first" as const, "last" as const),
    });
  const hooks =
    chosen.length === 0
      ? fc.constant([])
      : fc.uniqueArray(fc.constantFrom(...chosen).chain(hook), {
          maxLength: 3,
          selector: ({ chain, rule }) => `${chain} ${rule}`,
        });
  return fc.record({ rules: fc.tuple(...chosen.map((_, i) => rulesOf(i))), hooks }).map(({ rules, hooks: list }) => ({
    chains: new Map(chosen.map((name, i) => [name, rules[i]!])),
    hooks: list,
  }));
});

type Step =
  | { readonly do: "want"; readonly wish: Wish }
  | { readonly do: "apply" }
  | { readonly do: "foreign"; readonly lines: readonly string[]; readonly heard: boolean }
  | { readonly do: "fault"; readonly fault: "lost" | "died" | "busy" | "broken" }
  | { readonly do: "wait"; readonly ms: number };

const foreign = fc.constantFrom<readonly string[]>(
  ["-I FORWARD 1 -j ACCEPT"],
  ["-A INPUT -j DROP"],
  [":cali-a - [0:0]"],
  [":cali-b - [0:0]", "-A cali-b -j DROP"],
  [":cali-old - [0:0]", "-A cali-old -j DROP", "-I INPUT 1 -j cali-old"],
  ["-D FORWARD 1"],
  [":FORWARD - [0:0]", ":INPUT - [0:0]"],
  [":cali-c - [0:0]", ":others - [0:0]", "-X cali-c"],
);

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("want" as const), wish: anyWish }),
  fc.record({ do: fc.constant("apply" as const) }),
  fc.record({ do: fc.constant("foreign" as const), lines: foreign, heard: fc.boolean() }),
  fc.record({
    do: fc.constant("fault" as const),
    fault: fc.constantFrom("lost" as const, "died" as const, "busy" as const, "broken" as const),
  }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(3, 300, 3000) }),
);

const table: TableName = "filter";

class Bench {
  readonly port = new SimIptables();
  readonly clock = new SimClock();
  readonly told: IptablesFact[] = [];
  readonly driver = new IptablesDriver({ port: this.port, clock: this.clock, tell: (fact) => this.told.push(fact) });
  #wanted = new Set<string>();

  constructor() {
    this.port.poison.add(bad);
  }

  want({ chains, hooks }: Wish): void {
    for (const name of this.#wanted) if (!chains.has(name)) this.driver.unwantChain(table, name);
    for (const [name, rules] of chains) this.driver.wantChain(table, name, rules);
    this.driver.wantHooks(table, hooks);
    this.#wanted = new Set(chains.keys());
  }

  play(each: Step): void {
    if (each.do === "want") this.want(each.wish);
    else if (each.do === "apply") void this.driver.apply();
    else if (each.do === "foreign") this.port.disturb(table, each.lines, each.heard ? table : "unheard");
    else if (each.do === "fault") this.port.failNext(each.fault);
    else this.clock.advance(millis(each.ms));
  }

  /** Lets the driver come to rest. */
  async settle(what: Promise<unknown>): Promise<void> {
    let done = false;
    void what.then(() => {
      done = true;
    });
    for (let i = 0; i < 400 && !done; i++) {
      for (let j = 0; j < 60; j++) await Promise.resolve();
      if (!done) this.clock.advance(millis(50));
    }
    assert.ok(done, "the driver comes to rest");
  }
}

/** What save prints of our chains and of the kernel's, without the rules of others, their places apart. */
function ours(text: string): readonly string[] {
  const rules = text.split("\n").filter((line) => /^\[\d+:\d+\] -A /.test(line));
  const isOurs = (line: string): boolean => / -A cali-/.test(line) || /cali:/.test(line) || / -j cali-/.test(line);
  const chains = text.split("\n").filter((line) => line.startsWith(":cali-"));
  return [...chains.sort(), ...rules.filter(isOurs).sort(byChain)];
}

/** Keeps the order within a chain. */
function byChain(x: string, y: string): number {
  const [a, b] = [x, y].map((line) => line.split(" ")[2]!);
  return a === b ? 0 : a! < b! ? -1 : 1;
}

async function fresh(wish: Wish): Promise<readonly string[]> {
  const bench = new Bench();
  bench.driver.allowDeletes();
  bench.want(wish);
  await bench.settle(bench.driver.apply());
  bench.driver.close();
  return ours(bench.port.text(table));
}

describe("the iptables driver, whatever came before", () => {
  it("ends with the tables that are wanted, through foreign hands, refusals and lost answers", async () => {
    const history = fc.array(fc.tuple(step, fc.integer({ min: 0, max: 12 })), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(history, anyWish, async (steps, last) => {
        const bench = new Bench();
        bench.driver.allowDeletes();
        for (const [each, turns] of steps) {
          bench.play(each);
          for (let i = 0; i < turns; i++) await Promise.resolve();
        }
        bench.want(last);
        await bench.settle(bench.driver.recheck());
        assert.deepEqual(ours(bench.port.text(table)), await fresh(last));
        const text = bench.port.text(table);
        const before = bench.port.restored.length;
        await bench.settle(bench.driver.recheck());
        assert.equal(bench.port.text(table), text);
        const poisoned = [...last.chains.values()].some((rules) => rules.join().includes(bad));
        if (!poisoned) assert.equal(bench.port.restored.length, before, "nothing differs, nothing is sent");
        bench.driver.close();
      }),
      { numRuns: 150 },
    );
  });

  it("takes one transaction a table for a wish that nothing is wrong with", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyWish, { minLength: 1, maxLength: 4 }), async (wishes) => {
        const bench = new Bench();
        bench.port.poison.clear();
        for (const wish of wishes) {
          const before = bench.port.restored.length;
          bench.want(wish);
          await bench.settle(bench.driver.apply());
          assert.ok(bench.port.restored.length - before <= 1);
        }
        bench.driver.close();
      }),
      { numRuns: 60 },
    );
  });
});
