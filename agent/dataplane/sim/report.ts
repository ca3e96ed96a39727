import { PolicyGraph, type PolicyInput } from "../../../policy/graph/policy-graph.ts";
import type { Packet } from "../../../policy/packet.ts";
import { PolicyState } from "../../../policy/policy-state.ts";
import { NODE } from "../../../policy/sim/random-world.ts";
import type { FirewallOptions } from "../options.ts";
import type { Firewall, Turn } from "./agreement.ts";
import { describePacket } from "./describe-packet.ts";
import { type Compiled, differences } from "./differences.ts";
import { expectedCounts } from "./expected-counts.ts";

/** What is left of a case after everything was taken away without which a disagreement stays. */
interface Shrunk {
  readonly inputs: readonly PolicyInput[];
  readonly packets: readonly Packet[];
  readonly found: readonly string[];
}

/**
 * A disagreement as a person needs it who is to put it right: the case, what was found, and the smallest policy and fewest packets that
 * still show it, with what the reference says of them.
 */
export async function reportDisagreement(
  firewall: Firewall,
  turn: Turn,
  before: Turn | undefined,
  inputs: readonly PolicyInput[],
  packets: readonly Packet[],
  found: readonly string[],
): Promise<string> {
  const { seed, options } = turn;
  const followed = before ? `, following upon seed ${before.seed}` : "";
  const head = [`${firewall.name} disagrees with the reference on seed ${seed}${followed}:`, ...indented(found)];
  const shrunk = await shrink(firewall, options, inputs, packets);
  if (!shrunk) {
    const once = "It agrees when asked again: what it was told before matters. The policy:";
    return [...head, `options: ${JSON.stringify(options)}`, once, ...indented(inputs.map(describeInput))].join("\n");
  }
  const { state } = compile(shrunk.inputs);
  const met = [...expectedCounts(state, options, shrunk.packets)].map(([name, count]) => `${name}: ${count}`);
  return [
    ...head,
    `options: ${JSON.stringify(options)}`,
    "The least that shows it:",
    ...indented(shrunk.found),
    "packets:",
    ...indented(shrunk.packets.map(describePacket)),
    "rules that they should meet:",
    ...indented(met),
    "policy:",
    ...indented(shrunk.inputs.map(describeInput)),
  ].join("\n");
}

/** Takes away packets and resources, one by one, while the firewall still disagrees; undefined when it does not do so again. */
async function shrink(
  firewall: Firewall,
  options: FirewallOptions,
  inputs: readonly PolicyInput[],
  packets: readonly Packet[],
): Promise<Shrunk | undefined> {
  const tried = async (some: readonly PolicyInput[], few: readonly Packet[]): Promise<Shrunk | undefined> => {
    const { found } = await differences(firewall, compile(some), options, few);
    return found.length > 0 ? { inputs: some, packets: few, found } : undefined;
  };
  let least = await tried(inputs, packets);
  if (!least) return undefined;
  for (const packet of packets) {
    const alone = await tried(inputs, [packet]);
    if (!alone) continue;
    least = alone;
    break;
  }
  for (let at = inputs.length - 1; at >= 0; at--) {
    const gone: PolicyInput = inputs[at]!;
    least =
      (await tried(
        least.inputs.filter((input) => input !== gone),
        least.packets,
      )) ?? least;
  }
  return least;
}

function compile(inputs: readonly PolicyInput[]): Compiled {
  const graph = new PolicyGraph(NODE);
  for (const input of inputs) graph.on(input);
  const output = graph.flush();
  const state = new PolicyState();
  state.apply(output);
  return { output, state };
}

/** A resource on one line. */
function describeInput({ kind, change }: PolicyInput): string {
  if (change.kind === "delete") return `${kind} ${change.key}: deleted`;
  const value = change.value as { readonly spec?: object; readonly metadata?: { readonly labels?: object } };
  const shown = value.spec
    ? { ...(value.metadata?.labels && { labels: value.metadata.labels }), ...value.spec }
    : value;
  return `${kind} ${change.key}: ${JSON.stringify(shown).replace(/"(\w+)":/g, "$1: ")}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
