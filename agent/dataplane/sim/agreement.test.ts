import assert from "node:assert/strict";
import { evaluate } from "../../../policy/evaluate.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import type { Packet } from "../../../policy/packet.ts";
import { PolicyState } from "../../../policy/policy-state.ts";
import type { RuleCount } from "../dataplane.ts";
import { defaultOptions, type FirewallOptions } from "../options.ts";
import { disagreement, type Firewall, type Turn, turnsOf } from "./agreement.ts";
import { expectedCounts } from "./expected-counts.ts";
import { optionWorlds } from "./option-worlds.ts";

/** What is wrong with a firewall. */
interface Faults {
  /** It lets these through. */
  readonly lets?: (packet: Packet) => boolean;
  /** It counts these rules twice. */
  readonly counts?: (name: string) => boolean;
  /** Only the first so many policies show it. */
  readonly heals?: number;
}

/** A firewall that is the reference itself, but for its faults. */
class FaultyFirewall implements Firewall {
  readonly name = "the faulty one";
  enforced = 0;
  readonly #faults: Faults;
  readonly #counts = new Map<string, number>();
  #state = new PolicyState();
  #options = defaultOptions;

  constructor(faults: Faults = {}) {
    this.#faults = faults;
  }

  async enforce(output: PolicyOutput, options: FirewallOptions): Promise<void> {
    this.enforced++;
    this.#state = new PolicyState();
    this.#state.apply(output);
    this.#options = options;
  }

  async send(packets: readonly Packet[]): Promise<boolean[]> {
    const isHealed = this.enforced > (this.#faults.heals ?? Number.POSITIVE_INFINITY);
    const { lets, counts }: Faults = isHealed ? {} : this.#faults;
    for (const [name, count] of expectedCounts(this.#state, this.#options, packets)) {
      const times = counts?.(name) ? 2 : 1;
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + count * times);
    }
    return packets.map((packet) => lets?.(packet) || evaluate(this.#state, this.#options, packet).verdict === "allow");
  }

  async counters(): Promise<readonly RuleCount[]> {
    return [...this.#counts].map(([name, packets]) => ({ name, packets, bytes: 0 }));
  }
}

describe("the comparison of a firewall with the reference", () => {
  it("finds nothing where they agree, whatever the options, and shares the turns among firewalls", async () => {
    const firewalls = [new FaultyFirewall(), new FaultyFirewall()];
    const played: Turn[] = [];
    const tally = await disagreement(firewalls, turnsOf(10, 10, optionWorlds, 2), (turn) => played.push(turn));
    assert.ok(typeof tally === "object", String(tally));
    assert.deepEqual([tally.cases, tally.packets], [10, 240]);
    assert.ok(tally.counters > 20);
    assert.deepEqual(played.map(({ seed }) => seed).sort(), [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    assert.equal(new Set(played.map(({ options }) => options)).size, 5);
    assert.deepEqual(
      firewalls.map(({ enforced }) => enforced),
      [5, 5],
    );
  });

  it("tells of a verdict that is another, with the one packet and the few resources that show it", async () => {
    const lets = ({ protocol, outInterface }: Packet) => protocol === 17 && outInterface === "up1";
    const text = await disagreement([new FaultyFirewall({ lets })], turnsOf(1, 40, [defaultOptions], 1));
    assert.ok(typeof text === "string");
    assert.match(
      text,
      /^the faulty one disagrees with the reference on seed \d+.*:\n {2}.* protocol 17.*: let through, should deny \(/,
    );
    const [, least = ""] = text.split("The least that shows it:\n");
    const [found, packets = ""] = least.split("packets:\n");
    assert.equal(found!.trim().split("\n").length, 1);
    assert.equal(packets.split("rules that they should meet:\n")[0]!.trim().split("\n").length, 1);
    assert.ok(packets.split("policy:\n")[1]!.split("\n").length <= 3, packets);
  });

  it("tells of a rule that counts otherwise although every verdict is right", async () => {
    const counts = (name: string) => name.startsWith("end of tier");
    const text = await disagreement([new FaultyFirewall({ counts })], turnsOf(1, 40, [defaultOptions], 1));
    assert.match(String(text), /the rule "end of tier .*" counted \d+, should have counted \d+\n/);
    assert.match(String(text), /\n {2}Tier /);
  });

  it("says so when what disagreed agrees as soon as it is asked again", async () => {
    const lets = () => true;
    const text = await disagreement([new FaultyFirewall({ lets, heals: 1 })], turnsOf(7, 3, [defaultOptions], 1));
    assert.match(String(text), /on seed 7:\n[\s\S]*It agrees when asked again/);
  });
});
