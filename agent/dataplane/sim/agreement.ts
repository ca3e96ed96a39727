import { seededRandom } from "../../../lib/random.ts";
import { describeReason, evaluate, type NodePolicy } from "../../../policy/evaluate.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import type { Packet } from "../../../policy/packet.ts";
import { describePacket } from "./describe-packet.ts";
import { type CaseOptions, randomCase } from "./random-case.ts";

/** A firewall that can be given a policy from scratch, and asked by packets. */
export interface Firewall {
  /** Forgets what it was told before and enforces this. */
  enforce(output: PolicyOutput): Promise<void>;
  /** Which of the packets, sent in this order, get through. */
  send(packets: readonly Packet[]): Promise<boolean[]>;
}

/** How many packets were sent, and how many of them should pass. */
export interface Tally {
  readonly cases: number;
  readonly packets: number;
  readonly allowed: number;
}

/**
 * Plays the cases of some seeds against a firewall; answers a sentence about the first packet on which it and the
 * reference disagree, or the tally. A case is one seed: the same seed is the same policies and packets.
 */
export async function disagreement(
  firewall: Firewall,
  node: NodePolicy,
  seeds: Iterable<number>,
  done: (seed: number) => void = () => {},
  options: CaseOptions = {},
): Promise<string | Tally> {
  let [cases, packets, allowed] = [0, 0, 0];
  for (const seed of seeds) {
    const drawn = randomCase(seededRandom(seed), node, options);
    await firewall.enforce(drawn.output);
    const passed = await firewall.send(drawn.packets.map(({ packet }) => packet));
    for (const [at, judged] of drawn.packets.entries()) {
      if (passed[at] === judged.allowed) continue;
      const { verdict, reason } = evaluate(drawn.state, node, judged.packet);
      const got = passed[at] ? "let through" : "dropped";
      return `seed ${seed}, ${describePacket(judged.packet)}: ${got}, should ${verdict} (${describeReason(reason)})`;
    }
    cases++;
    packets += drawn.packets.length;
    allowed += drawn.packets.filter((judged) => judged.allowed).length;
    done(seed);
  }
  return { cases, packets, allowed };
}
