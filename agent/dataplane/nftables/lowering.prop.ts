import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeRule } from "../../../kernel/nftables/encoded-rule.ts";
import { fieldTypeOf } from "../../../kernel/nftables/lower-lookup.ts";
import { seededRandom } from "../../../lib/random.ts";
import { PolicyGraph, type PolicyInput } from "../../../policy/graph/policy-graph.ts";
import { NODE, RandomWorld } from "../../../policy/sim/random-world.ts";
import { defaultOptions } from "../options.ts";
import { NftablesLowering } from "./lowering.ts";
import { RecordedRuleset } from "./sim/recorded-ruleset.ts";

const worlds = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 60 })).map(([seed, length]) => {
  const world = new RandomWorld(seededRandom(seed));
  return Array.from({ length }, () => ({ input: world.step(), flush: world.chance(0.3) }));
});

function lowered(steps: readonly { readonly input: PolicyInput; readonly flush: boolean }[]): RecordedRuleset {
  const graph = new PolicyGraph(NODE);
  const ruleset = new RecordedRuleset();
  const lowering = new NftablesLowering(ruleset, { ...defaultOptions, sourceSpoofing: "Any" });
  for (const { input, flush } of steps) {
    graph.on(input);
    if (!flush) continue;
    lowering.apply(graph.flush());
    whole(ruleset);
  }
  lowering.apply(graph.flush());
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
    for (const verdict of entries.values()) assert.ok(verdict.kind === "goto" && ruleset.chains.has(verdict.chain));
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
      fc.property(worlds, (steps) => {
        const end = new Map(steps.map(({ input }) => [`${input.kind} ${input.change.key}`, { input, flush: false }]));
        assert.deepEqual(texts(lowered(steps)), texts(lowered([...end.values()].reverse())));
      }),
      { numRuns: 120 },
    );
  });
});
