import { describeReason, evaluate } from "../../../policy/evaluate.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import type { Packet } from "../../../policy/packet.ts";
import type { PolicyState } from "../../../policy/policy-state.ts";
import type { FirewallOptions } from "../options.ts";
import type { Firewall } from "./agreement.ts";
import { describePacket } from "./describe-packet.ts";
import { type Counts, countedBetween, expectedCounts } from "./expected-counts.ts";

/** A policy, as what a graph puts out of it and as the reference looks at it. */
export interface Compiled {
  readonly output: PolicyOutput;
  readonly state: PolicyState;
}

/** What a firewall and the reference disagree about, a line each, and how many rules were met. */
export interface Compared {
  readonly found: readonly string[];
  readonly rules: number;
}

/** Has the firewall enforce a policy and asks it about packets: their verdicts, and what every rule counted meanwhile. */
export async function differences(
  firewall: Firewall,
  { output, state }: Compiled,
  options: FirewallOptions,
  packets: readonly Packet[],
): Promise<Compared> {
  await firewall.enforce(output, options);
  const before = await firewall.counters();
  const passed = await firewall.send(packets);
  const counted = countedBetween(before, await firewall.counters());
  const found: string[] = [];
  for (const [at, packet] of packets.entries()) {
    const { verdict, reason, passed: past } = evaluate(state, options, packet);
    if (passed[at] === (verdict === "allow")) continue;
    const why = [...past, reason].map(describeReason).join("; ");
    found.push(`${describePacket(packet)}: ${passed[at] ? "let through" : "dropped"}, should ${verdict} (${why})`);
  }
  const expected = expectedCounts(state, options, packets);
  return { found: [...found, ...otherCounts(expected, counted)], rules: expected.size };
}

function otherCounts(expected: Counts, counted: Counts): string[] {
  const names = [...new Set([...expected.keys(), ...counted.keys()])].sort();
  return names.flatMap((name) => {
    const [want, got] = [expected.get(name) ?? 0, counted.get(name) ?? 0];
    return want === got ? [] : [`the rule "${name}" counted ${got}, should have counted ${want}`];
  });
}
