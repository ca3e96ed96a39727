import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeRule } from "../../../kernel/nftables/encoded-rule.ts";
import { fieldTypeOf } from "../../../kernel/nftables/lower-lookup.ts";
import { RulesetDriver } from "../../../kernel/nftables/ruleset-driver.ts";
import { SimNftables } from "../../../kernel/nftables/sim/nftables.ts";
import { manxTable } from "../../../kernel/nftables/table.ts";
import { seededRandom } from "../../../lib/random.ts";
import { SimClock } from "../../../lib/sim/clock.ts";
import { PolicyGraph, type PolicyInput } from "../../../policy/graph/policy-graph.ts";
import { NODE, RandomWorld } from "../../../policy/sim/random-world.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { NftablesLowering } from "./lowering.ts";
import { RecordedRuleset } from "./sim/recorded-ruleset.ts";

interface Step {
  readonly input: PolicyInput;
  readonly flush: boolean;
}

const worlds = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 80 })).map(([seed, length]) => {
  const world = new RandomWorld(seededRandom(seed), { hosts: true });
  return Array.from({ length }, (): Step => ({ input: world.step(), flush: world.chance(0.3) }));
});

const either = (): fc.Arbitrary<boolean> => fc.boolean();

/** Options that make the most different tables. */
const options = fc
  .record({
    reject: either(),
    heard: either(),
    limited: either(),
    invalid: either(),
    floating: either(),
    failsafe: either(),
    ports: either(),
    hosts: either(),
    loop: fc.constantFrom<FirewallOptions["serviceLoopPrevention"]>("Drop", "Reject", "Disabled"),
    prefixes: fc.constantFrom(["cali"], ["cali", "tap"]),
  })
  .map((x): FirewallOptions => {
    const { dropGroup: _group, logRate: _rate, natPorts: _ports, ...rest } = defaultOptions;
    return {
      ...rest,
      sourceSpoofing: "Any",
      interfacePrefixes: x.prefixes,
      denyAction: x.reject ? "Reject" : "Drop",
      dropInvalid: x.invalid,
      floatingAddresses: x.floating,
      serviceLoopPrevention: x.loop,
      workloadEncapsulation: { vxlan: x.limited, ipip: x.heard },
      natExclusions: x.hosts ? "IPPoolsAndHostIPs" : "IPPoolsOnly",
      ...(!x.failsafe && { failsafes: { inbound: [], outbound: [] } }),
      ...(x.heard && { dropGroup: 3 }),
      ...(x.limited && { logRate: { rate: 10, per: "minute", burst: 7 } }),
      ...(x.ports && { natPorts: { from: 1024, to: 65535 }, natInterfaces: "eth+" }),
    };
  });

/** What the steps lead to; with `then`, the node is told otherwise in the middle of them. */
function lowered(steps: readonly Step[], now: FirewallOptions, then?: FirewallOptions): RecordedRuleset {
  const graph = new PolicyGraph(NODE);
  const ruleset = new RecordedRuleset();
  const lowering = new NftablesLowering(ruleset, now);
  for (const [at, { input, flush }] of steps.entries()) {
    graph.on(input);
    if (then && at === steps.length >> 1) lowering.setOptions(then);
    if (!flush) continue;
    lowering.apply(graph.flush());
    whole(ruleset);
  }
  lowering.apply(graph.flush());
  if (then) lowering.setOptions(then);
  whole(ruleset);
  return ruleset;
}

/** Nothing leads to what is not there, every look-up fits its set, and the kernel room can say every rule. */
function whole(ruleset: RecordedRuleset): void {
  for (const { name, rules } of ruleset.chains.values()) {
    for (const rule of rules) {
      encodeRule("inet", rule);
      for (const step of rule.expressions) {
        if (step.kind === "jump" || step.kind === "goto")
          assert.ok(ruleset.chains.has(step.chain), `${name} → ${step.chain}`);
        if (step.kind === "vmap") assert.ok(ruleset.maps.has(step.map), step.map);
        if (step.kind !== "lookup") continue;
        assert.deepEqual(
          step.key.map((field) => fieldTypeOf[field]),
          ruleset.sets.get(step.set)?.key,
          `${name} → ${step.set}`,
        );
      }
    }
  }
  for (const entries of ruleset.maps.values()) {
    for (const verdict of entries.values()) {
      assert.ok(verdict.kind === "return" || (verdict.kind === "goto" && ruleset.chains.has(verdict.chain)));
    }
  }
}

function texts(ruleset: RecordedRuleset) {
  const sorted = <V>(map: Map<string, V>) => [...map].sort(([x], [y]) => (x < y ? -1 : 1));
  return {
    chains: sorted(ruleset.chains),
    sets: sorted(ruleset.sets),
    elements: sorted(ruleset.elements).map(([name, elements]) => [name, [...elements].sort()]),
    maps: sorted(ruleset.maps).map(([name, entries]) => [name, sorted(entries)]),
  };
}

describe("lowering to nftables", () => {
  it("wants what the end state says, whatever the history, and never anything that dangles", () => {
    fc.assert(
      fc.property(worlds, options, (steps, told) => {
        const end = new Map(steps.map(({ input }) => [`${input.kind} ${input.change.key}`, { input, flush: false }]));
        assert.deepEqual(texts(lowered(steps, told)), texts(lowered([...end.values()].reverse(), told)));
      }),
      { numRuns: 80 },
    );
  });

  it("wants the same when the options came while it was running", () => {
    fc.assert(
      fc.property(worlds, options, options, (steps, before, after) => {
        assert.deepEqual(texts(lowered(steps, before, after)), texts(lowered(steps, after)));
      }),
      { numRuns: 40 },
    );
  });

  it("the kernel room takes the whole table, ranges first, in whatever order things came", async () => {
    await fc.assert(
      fc.asyncProperty(worlds, options, async (steps, told) => {
        const ruleset = lowered(steps, told);
        const port = new SimNftables();
        const driver = new RulesetDriver({
          port,
          clock: new SimClock(),
          table: manxTable,
          tell: (fact) => assert.fail(fact.fact),
        });
        driver.want({
          ...manxTable,
          chains: [...ruleset.chains.values()],
          sets: [...ruleset.sets.values()].map((set) => ({ ...set, elements: ruleset.elements.get(set.name)! })),
          maps: [...ruleset.maps].map(([name, entries]) => ({ name, entries })),
        });
        await driver.apply();
        assert.ok(port.committed <= 2, `${port.committed} transactions`);
      }),
      { numRuns: 20 },
    );
  });
});
