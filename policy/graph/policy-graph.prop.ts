import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../lib/random.ts";
import type { ChainId, Gate, TierChains } from "../chain.ts";
import { isEmpty } from "../output.ts";
import { PolicyState } from "../policy-state.ts";
import { HINTED, NODE, RandomWorld } from "../sim/random-world.ts";
import { PolicyGraph, type PolicyInput } from "./policy-graph.ts";

interface Step {
  readonly input: PolicyInput;
  readonly flush: boolean;
}

const history = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 60 })).map(([seed, length]): Step[] => {
  const world = new RandomWorld(seededRandom(seed), { hosts: true });
  return Array.from({ length }, () => ({ input: world.step(), flush: world.chance(0.3) }));
});

/** What a history ends in, told in an order of our choosing. */
function endOf(steps: readonly Step[]): PolicyInput[] {
  const end = new Map<string, PolicyInput>();
  for (const { input } of steps) end.set(`${input.kind} ${input.change.key}`, input);
  return [...end.values()].filter((input) => input.change.kind === "set");
}

/** The same in another order, which `seed` chooses. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  return items
    .map((item) => ({ item, place: random() }))
    .sort((x, y) => x.place - y.place)
    .map(({ item }) => item);
}

/** Plays a history, checking at every flush that the output can be applied and leaves nothing dangling. */
function play(steps: readonly Step[]): PolicyState {
  const graph = new PolicyGraph(NODE);
  const state = new PolicyState();
  const settle = () => {
    const output = graph.flush();
    const before = new Map([...state.sets()].map(([spec, members]) => [spec.id, new Set(members)]));
    for (const { key } of output.sets) before.delete(key);
    for (const [id, { added, removed }] of output.members) {
      for (const member of added) assert.ok(!before.get(id)?.has(member), `${member} added to ${id} again`);
      for (const member of removed)
        assert.ok(before.get(id)?.has(member), `${member} removed from ${id}, where it was not`);
    }
    state.apply(output);
    noDangling(state);
  };
  for (const { input, flush } of steps) {
    graph.on(input);
    if (flush) settle();
  }
  settle();
  const idle = graph.flush();
  assert.ok(isEmpty(idle), JSON.stringify(idle));
  return state;
}

function noDangling(state: PolicyState): void {
  const sets = new Set([...state.sets()].map(([spec]) => spec.id));
  const asked = new Set(
    [...gatesOf(state)].flatMap(({ tiers, profiles }) => [...tiers.flatMap(chainsOf), ...profiles]),
  );
  for (const id of asked) assert.ok(state.chains.has(id), `${id} is asked but is not there`);
  for (const { id, stage, owner } of state.chains.values()) {
    const isWanted = stage === "normal" || asked.has(id) || owner.name.endsWith(HINTED);
    assert.ok(isWanted, `${id} is there but nobody asks it`);
  }
  for (const { rules } of state.chains.values()) {
    for (const { match } of rules) {
      for (const side of [match.source, match.destination]) {
        const lists = [side?.inSets, side?.notInSets, side?.namedPorts, side?.notNamedPorts, side?.inPortSets];
        const used = lists.flatMap((ids) => ids ?? []);
        for (const id of used) assert.ok(sets.has(id), `${id} is looked into but is not there`);
      }
    }
  }
}

function* gatesOf({ endpoints, hosts }: PolicyState): Generator<Gate> {
  for (const { ingress, egress } of endpoints.values()) yield* [ingress, egress];
  for (const { stages } of hosts.values()) {
    for (const { ingress, egress } of Object.values(stages)) yield* [ingress, egress];
  }
}

function chainsOf({ chains }: TierChains): readonly ChainId[] {
  return chains;
}

function outcome(state: PolicyState) {
  const byKey = <V>(entries: Iterable<readonly [string, V]>) => [...entries].sort(([x], [y]) => (x < y ? -1 : 1));
  return {
    chains: byKey(state.chains),
    endpoints: byKey(state.endpoints),
    hosts: byKey(state.hosts),
    sets: byKey(
      [...state.sets()].map(([spec, members]) => [spec.id, { kind: spec.kind, members: [...members].sort() }]),
    ),
  };
}

describe("policy graph", () => {
  it("puts out what its end state says, whatever the history", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const expected = outcome(play(steps));
        const end = endOf(steps);
        const told = (inputs: readonly PolicyInput[], flush: boolean) => inputs.map((input) => ({ input, flush }));
        assert.deepEqual(outcome(play(told(end, false))), expected, "the end state, squashed into one turn");
        assert.deepEqual(
          outcome(play(told([...end].reverse(), true))),
          expected,
          "the end state backwards, each by itself",
        );
        const elsewhere = shuffled(end, steps.length).map((input, n) => ({ input, flush: n % 3 === 0 }));
        assert.deepEqual(outcome(play([...elsewhere, ...steps, ...elsewhere])), expected, "after two other lives");
      }),
      { numRuns: 100 },
    );
  });

  it("has no host endpoint on what is a workload's interface by its name, whatever the names were before", () => {
    const prefixes = fc.subarray(["cali", "up0", "up1"]);
    fc.assert(
      fc.property(history, prefixes, prefixes, (steps, before, now) => {
        const end = (graph: PolicyGraph, inputs: readonly PolicyInput[], middle: () => void) => {
          const state = new PolicyState();
          for (const [at, input] of inputs.entries()) {
            graph.on(input);
            if (at === inputs.length >> 1) {
              state.apply(graph.flush());
              middle();
            }
          }
          middle();
          state.apply(graph.flush());
          return outcome(state);
        };
        const inputs = steps.map(({ input }) => input);
        const told = new PolicyGraph(NODE, before);
        const known = new PolicyGraph(NODE, now);
        assert.deepEqual(
          end(told, inputs, () => told.setInterfacePrefixes(now)),
          end(known, inputs, () => {}),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("is not moved by being told the same again", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const graph = new PolicyGraph(NODE);
        for (const { input } of steps) graph.on(input);
        graph.flush();
        for (const input of endOf(steps)) graph.on(input);
        const again = graph.flush();
        assert.ok(isEmpty(again), JSON.stringify({ ...again, members: [...again.members] }));
      }),
      { numRuns: 80 },
    );
  });
});
