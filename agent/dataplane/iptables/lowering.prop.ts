import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../../lib/random.ts";
import type { Family } from "../../../net/family.ts";
import { PolicyGraph, type PolicyInput } from "../../../policy/graph/policy-graph.ts";
import { NODE, RandomWorld } from "../../../policy/sim/random-world.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { IptablesLowering } from "./lowering.ts";
import { RecordedIpsets } from "./sim/recorded-ipsets.ts";
import { RecordedTables } from "./sim/recorded-tables.ts";
import { ipsetText, restoreText } from "./sim/restore-text.ts";

const variants: readonly FirewallOptions[] = [
  { ...defaultOptions, sourceSpoofing: "Any", floatingAddresses: true, maxMembers: 7 },
  { ...defaultOptions, allowAction: "Return", denyAction: "Reject", dropGroup: 5, serviceLoopPrevention: "Reject" },
  { ...defaultOptions, serviceLoopPrevention: "Disabled", natExclusions: "IPPoolsAndHostIPs", dropInvalid: false },
];

interface Step {
  readonly input: PolicyInput;
  readonly flush: boolean;
  /** Told in passing: other options, which the last ones replace. */
  readonly options: FirewallOptions | undefined;
}

const histories = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 60 })).map(([seed, length]): Step[] => {
  const world = new RandomWorld(seededRandom(seed), { hosts: true });
  return Array.from({ length }, () => ({
    input: world.step(),
    flush: world.chance(0.3),
    options: world.chance(0.05) ? world.pick(variants) : undefined,
  }));
});

function end(steps: readonly Step[], family: Family, last: FirewallOptions): string {
  const graph = new PolicyGraph(NODE);
  const [tables, ipsets] = [new RecordedTables(), new RecordedIpsets()];
  const lowering = new IptablesLowering(tables, ipsets, family, steps.find((step) => step.options)?.options ?? last);
  for (const { input, flush, options } of steps) {
    graph.on(input);
    if (options) lowering.setOptions(options);
    if (!flush) continue;
    lowering.apply(graph.flush());
    whole(tables, ipsets);
  }
  lowering.apply(graph.flush());
  lowering.setOptions(last);
  whole(tables, ipsets);
  return restoreText(tables) + ipsetText(ipsets);
}

/** Nothing leads to what is not there, nothing is there that nothing leads to, and no name is too long. */
function whole({ chains, hooks }: RecordedTables, { sets }: RecordedIpsets): void {
  for (const [table, ours] of chains) {
    const led = new Set<string>();
    const texts = [...(hooks.get(table) ?? []).map(({ rule }) => rule), ...[...ours.values()].flat()];
    for (const text of texts) {
      for (const [, chain] of text.matchAll(/-[jg] (cali-\S+)/g)) {
        assert.ok(ours.has(chain!), `${table}: ${text}`);
        led.add(chain!);
      }
      for (const [, set] of text.matchAll(/--match-set (\S+)/g)) assert.ok(sets.has(set!), `${table}: ${text}`);
    }
    for (const name of ours.keys()) {
      assert.ok(name.length <= 28, name);
      assert.ok(led.has(name) || isReusable(name), `nothing in ${table} leads to ${name}`);
    }
  }
  for (const name of sets.keys()) assert.ok(name.length <= 31, name);
}

/** Policies' chains may wait for an endpoint in the same output's wake, and allowed packets for a rule that allows. */
function isReusable(name: string): boolean {
  return /^cali-(p[io]|pr[io])-|^cali-allowed$/.test(name);
}

describe("lowering to iptables", () => {
  for (const family of ["ipv4", "ipv6"] as const) {
    it(`wants what the end state says for ${family}, whatever the history, and never anything that dangles`, () => {
      fc.assert(
        fc.property(histories, fc.constantFrom(...variants), (steps, options) => {
          const last = new Map(steps.map((step) => [`${step.input.kind} ${step.input.change.key}`, step]));
          const straight = [...last.values()].reverse().map((step) => ({ ...step, flush: false, options: undefined }));
          assert.equal(end(steps, family, options), end(straight, family, options));
        }),
        { numRuns: 60 },
      );
    });
  }
});
