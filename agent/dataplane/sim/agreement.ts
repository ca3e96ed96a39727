import { seededRandom } from "../../../lib/random.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import type { Packet } from "../../../policy/packet.ts";
import type { RuleCount } from "../dataplane.ts";
import type { FirewallOptions } from "../options.ts";
import { differences } from "./differences.ts";
import { randomCase } from "./random-case.ts";
import { reportDisagreement } from "./report.ts";

/** A firewall that can be given a policy from scratch, and asked by packets. */
export interface Firewall {
  /** What the firewall is called. */
  readonly name: string;
  /** Forgets what it was told before and enforces this. */
  enforce(output: PolicyOutput, options: FirewallOptions): Promise<void>;
  /** Which of the packets, sent in this order, get through. */
  send(packets: readonly Packet[]): Promise<boolean[]>;
  /** What its rules have counted. */
  counters(): Promise<readonly RuleCount[]>;
}

/** One case: the same seed and options are the same policies and packets. */
export interface Turn {
  readonly seed: number;
  readonly options: FirewallOptions;
  /** Without host endpoints, and packets to, from and through the node's own interfaces. */
  readonly workloadsOnly?: boolean;
}

/** How many packets were sent, how many of them should pass, and how many rules' counters agreed. */
export interface Tally {
  cases: number;
  packets: number;
  allowed: number;
  counters: number;
}

/**
 * Plays cases against firewalls of one kind, each taking the next turn as it becomes free; answers a text about the first case in which
 * a firewall and the reference disagree, about a packet's verdict or about how often a rule was met, or the tally.
 */
export async function disagreement(
  firewalls: readonly Firewall[],
  turns: Iterable<Turn>,
  done: (turn: Turn) => void = () => {},
): Promise<string | Tally> {
  const tally: Tally = { cases: 0, packets: 0, allowed: 0, counters: 0 };
  const ahead = turns[Symbol.iterator]();
  let found: string | undefined;
  const lane = async (firewall: Firewall): Promise<void> => {
    let before: Turn | undefined;
    for (;;) {
      const { value: turn, done: isOver } = ahead.next();
      if (isOver || found !== undefined) return;
      const text = await play(firewall, turn, before, tally);
      if (text !== undefined) found ??= text;
      else done(turn);
      before = turn;
    }
  };
  await Promise.all(firewalls.map(lane));
  return found ?? tally;
}

/** The cases of some seeds in a row: so many in each of the worlds of options, one world after the other, over and over. */
export function* turnsOf(
  first: number,
  count: number,
  worlds: readonly FirewallOptions[],
  each: number,
): Generator<Turn, void> {
  for (let seed = first; seed < first + count; seed++)
    yield { seed, options: worlds[Math.floor(seed / each) % worlds.length]! };
}

async function play(
  firewall: Firewall,
  turn: Turn,
  before: Turn | undefined,
  tally: Tally,
): Promise<string | undefined> {
  const drawn = randomCase(seededRandom(turn.seed), turn.options, { hosts: !turn.workloadsOnly });
  const packets = drawn.packets.map(({ packet }) => packet);
  const { found, rules } = await differences(firewall, drawn, turn.options, packets);
  if (found.length > 0) return reportDisagreement(firewall, turn, before, drawn.inputs, packets, found);
  tally.cases++;
  tally.packets += packets.length;
  tally.allowed += drawn.packets.filter(({ allowed }) => allowed).length;
  tally.counters += rules;
  return undefined;
}
