import assert from "node:assert/strict";
import fc from "fast-check";
import type { KubernetesEndpointSlice } from "../../datastore/model/kubernetes-endpoint-slice.ts";
import type { Change } from "../../lib/change.ts";
import { seededRandom } from "../../lib/random.ts";
import type { Chain, ChainId } from "../chain.ts";
import { addressSet, namedPortSet, serviceSet } from "../compile/set-definition.ts";
import type { MemberDelta } from "../output.ts";
import type { Stage } from "../rule.ts";
import { parseSelector } from "../selector/parse.ts";
import type { SetId, SetSpec } from "../set.ts";
import { RandomWorld } from "../sim/random-world.ts";
import { ActiveRules } from "./active-rules.ts";
import { ClusterSets } from "./cluster-sets.ts";
import { EndpointPolicies } from "./endpoint-policies.ts";
import type { PolicyInput } from "./policy-graph.ts";
import { PoolSets } from "./pools.ts";
import { readEndpoint, readNetworkSet } from "./read-item.ts";
import { policyKey, profileKey, RuleBook } from "./rule-book.ts";
import { SelectorSets } from "./selector-sets.ts";

/** One vertex with all that it put out, added up. An input is a change of what is there; the same input may come again. */
interface Vertex {
  on(input: PolicyInput): void;
  /** A turn's end. */
  flush(): void;
  /** What it put out, in an order of its own. */
  outcome(): unknown;
}

/** Sets and members as they stand after every delta. */
class Standing {
  readonly sets = new Map<SetId, { kind: string; members: Set<string> }>();

  flush(tell: (sets: Change<SetId, SetSpec>[], members: Map<SetId, MemberDelta>) => void): void {
    const sets: Change<SetId, SetSpec>[] = [];
    const members = new Map<SetId, MemberDelta>();
    tell(sets, members);
    for (const change of sets) {
      if (change.kind === "delete") assert.ok(this.sets.delete(change.key), `${change.key} went twice`);
      else this.sets.set(change.key, { kind: change.value.kind, members: new Set() });
    }
    for (const [id, { added, removed }] of members) {
      const set = this.sets.get(id)!;
      for (const member of removed) assert.ok(set.members.delete(member), `${member} was not in ${id}`);
      for (const member of added)
        assert.ok(!set.members.has(member) && set.members.add(member), `${member} was in ${id}`);
    }
  }

  outcome(): unknown {
    return sorted([...this.sets].map(([id, { kind, members }]) => [id, kind, [...members].sort()]));
  }
}

function sorted<T>(list: T[]): T[] {
  return list.sort((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1));
}

function valueIn<V>(change: Change<string, V>): V | undefined {
  return change.kind === "set" ? change.value : undefined;
}

function selector(text: string) {
  const parsed = parseSelector(text);
  assert.ok("selector" in parsed);
  return parsed.selector;
}

function poolSets(): Vertex {
  const [pools, standing] = [new PoolSets(), new Standing()];
  return {
    on: (input) => input.kind === "IPPool" && pools.onPool(input.change.key, valueIn(input.change)?.spec),
    flush: () => standing.flush((sets, members) => pools.flush(sets, members)),
    outcome: () => standing.outcome(),
  };
}

function clusterSets(): Vertex {
  const [cluster, standing] = [new ClusterSets(), new Standing()];
  return {
    on: ({ kind, change }) => {
      if (kind === "Node") cluster.onNode(change.key, valueIn(change)?.spec);
      if (kind === "BGPConfiguration") cluster.onBgpConfiguration(change.key, valueIn(change)?.spec);
    },
    flush: () => standing.flush((sets, members) => cluster.flush(sets, members)),
    outcome: () => standing.outcome(),
  };
}

const definitions = [
  addressSet(selector("app == 'a'")),
  addressSet(selector("tag starts with 'x' || inherited == 'yes'")),
  namedPortSet(selector("has(app)"), { protocol: 6, name: "web" }),
  serviceSet("red", "db", true),
  serviceSet("red", "db", false),
];

/** Tiers stand for holders of sets here: each holds one as long as it is there. */
function selectorSets(): Vertex {
  const [graph, standing, held] = [new SelectorSets(), new Standing(), new Map<string, SetId>()];
  const hold = (tier: string, order: number | undefined) => {
    const definition = order === undefined ? undefined : definitions[order % definitions.length]!;
    if (definition) graph.hold(definition);
    const before = held.get(tier);
    if (before) graph.letGo(before);
    if (definition) held.set(tier, definition.id);
    else held.delete(tier);
  };
  return {
    on: ({ kind, change }) => {
      if (kind === "WorkloadEndpoint")
        graph.onItem(change.key, change.kind === "set" ? readEndpoint(change.value) : undefined);
      if (kind === "NetworkSet" || kind === "GlobalNetworkSet")
        graph.onItem(`${kind} ${change.key}`, change.kind === "set" ? readNetworkSet(change.value) : undefined);
      if (kind === "Profile") graph.onParent(change.key, valueIn(change)?.spec.labelsToApply);
      if (kind === "KubernetesEndpointSlice") graph.onSlice(change.key, valueIn<KubernetesEndpointSlice>(change));
      if (kind === "Tier") hold(change.key, valueIn(change)?.spec.order);
    },
    flush: () => standing.flush((sets, members) => graph.flush(sets, members)),
    outcome: () => standing.outcome(),
  };
}

const policyKinds = [
  "NetworkPolicy",
  "GlobalNetworkPolicy",
  "StagedNetworkPolicy",
  "StagedGlobalNetworkPolicy",
] as const;

function policyIn({ kind, change }: PolicyInput) {
  const known = policyKinds.find((each) => each === kind);
  return (
    known && {
      key: policyKey(known, change.key),
      policy: valueIn(change as Change<string, object>) as Parameters<RuleBook["onPolicy"]>[1],
    }
  );
}

function endpointPolicies(): Vertex {
  const [graph, book] = [new EndpointPolicies(), new RuleBook()];
  const resolved = new Map<string, unknown>();
  return {
    on: (input) => {
      const { kind, change } = input;
      const told = policyIn(input);
      if (told) graph.onPolicy(told.key, book.onPolicy(told.key, told.policy));
      if (kind === "Tier") graph.onTier(change.key, valueIn(change)?.spec);
      if (kind === "Profile") graph.onParent(change.key, valueIn(change)?.spec.labelsToApply);
      if (kind !== "WorkloadEndpoint") return;
      const item = change.kind === "set" ? readEndpoint(change.value) : undefined;
      graph.onEndpoint(change.key, item && { labels: item.labels, profiles: item.parents });
    },
    flush: () => {
      for (const key of graph.takeDirty())
        resolved.set(
          key,
          graph.applying(key).map((policy) => policy.key),
        );
    },
    outcome: () => sorted([...resolved].filter(([, policies]) => (policies as []).length > 0)),
  };
}

function ruleBook(): Vertex {
  const book = new RuleBook();
  const places = new Map<string, unknown>();
  const keys = new Set<string>();
  return {
    on: (input) => {
      const told = policyIn(input);
      if (told) {
        places.set(told.key, book.onPolicy(told.key, told.policy));
        if (told.policy) keys.add(told.key);
        else keys.delete(told.key);
      }
      if (input.kind !== "Profile") return;
      book.onProfile(input.change.key, valueIn(input.change));
    },
    flush: () => {},
    outcome: () => {
      const all = sorted([...keys, ...["kns.red", "kns.blue", "open"].map(profileKey)]);
      const placed = sorted([...places].filter(([, place]) => place));
      return [placed, all.map((key) => book.source(key)), book.leaving(), book.profileCount];
    },
  };
}

/** Pools stand for endpoints here: each needs some policies, at some stage, as long as it is there. */
function activeRules(): Vertex {
  const [book, sets] = [new RuleBook(), new SelectorSets()];
  const [rules, standing] = [new ActiveRules(sets, (key) => book.source(key)), new Standing()];
  const chains = new Map<ChainId, Chain>();
  const needs = new Map<string, readonly { readonly key: string; readonly stage: Stage }[]>();
  const need = (pool: string, cidr: string | undefined) => {
    const stage: Stage = cidr?.endsWith("/16") ? "forward" : "normal";
    const keys = cidr === undefined ? [] : ["kns.red", "kns.blue", "open"].slice(Number(pool.at(-1))).map(profileKey);
    const wanted = keys.map((key) => ({ key, stage }));
    for (const each of wanted) rules.need(each);
    for (const each of needs.get(pool) ?? []) rules.unneed(each);
    needs.set(pool, wanted);
  };
  return {
    on: ({ kind, change }) => {
      if (kind === "IPPool") need(change.key, valueIn(change)?.spec.cidr);
      if (kind !== "Profile") return;
      book.onProfile(change.key, valueIn(change));
      rules.changed(profileKey(change.key));
    },
    flush: () => {
      const changes: Change<ChainId, Chain>[] = [];
      rules.flush(changes);
      for (const change of changes) {
        if (change.kind === "set") chains.set(change.key, change.value);
        else assert.ok(chains.delete(change.key), `${change.key} went twice`);
      }
      standing.flush((sets_, members) => sets.flush(sets_, members));
    },
    outcome: () => [sorted([...chains]), standing.outcome()],
  };
}

const history = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 80 })).map(([seed, length]) => {
  const world = new RandomWorld(seededRandom(seed));
  return Array.from({ length }, () => ({ input: world.step(), flush: world.chance(0.3) }));
});

type History = readonly { readonly input: PolicyInput; readonly flush: boolean }[];

function endOf(steps: History): History {
  const end = new Map(steps.map((step) => [`${step.input.kind} ${step.input.change.key}`, step]));
  return [...end.values()].filter(({ input }) => input.change.kind === "set");
}

function played(make: () => Vertex, steps: History): unknown {
  const vertex = make();
  for (const { input, flush } of steps) {
    vertex.on(input);
    if (flush) vertex.flush();
  }
  vertex.flush();
  return vertex.outcome();
}

const vertices = { poolSets, clusterSets, selectorSets, endpointPolicies, ruleBook, activeRules };

describe("every vertex by itself", () => {
  for (const [name, make] of Object.entries(vertices)) {
    it(`${name} puts out what is there, however it came to be`, () => {
      fc.assert(
        fc.property(history, (steps) => {
          const expected = played(make, steps);
          const end = endOf(steps);
          const all = (list: History, flush: boolean) => list.map(({ input }) => ({ input, flush }));
          assert.deepEqual(played(make, all(end, false)), expected, "squashed");
          assert.deepEqual(played(make, all([...end].reverse(), true)), expected, "reversed, each by itself");
          assert.deepEqual(played(make, all(steps, true)), expected, "split");
          assert.deepEqual(
            played(
              make,
              [...steps, ...end].flatMap((step) => [step, step]),
            ),
            expected,
            "doubled",
          );
        }),
        { numRuns: 25 },
      );
    });
  }
});
