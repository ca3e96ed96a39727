import { chanceOf } from "./chance.ts";
import type { SimulatedNetwork } from "./simulation.ts";
import { Trouble } from "./trouble.ts";

/** How a long time of trouble is made up: rounds, each of trouble and of quiet. */
export interface DayTerms {
  /** Of the trouble; the network has its own. */
  readonly seed: number;
  readonly rounds: number;
  readonly troubleSeconds: number;
  /** A fault every so many seconds, on average. */
  readonly everySeconds: number;
  /** After this long without a fault everything must be as if it had never been otherwise. */
  readonly quietSeconds: number;
}

/** What happened on such a day. */
export interface DayFigures {
  readonly faults: number;
  readonly virtualHours: number;
  readonly events: number;
  readonly messages: number;
  readonly updates: number;
  /** Quiet points at which every table was compared with that of a fresh start, and how many of them were damaged. */
  readonly comparisons: number;
  readonly damaged: number;
  /** What was wrong at the first quiet point where something was; empty: nothing. */
  readonly mismatch: string;
}

/** How long a fresh start takes until nothing more is to come, gates of restarts included. */
const freshSeconds = 150;

/**
 * Lets a network live through rounds of trouble. At the end of each round's quiet every running router's table and
 * forwarding equal those of a fresh start with the same routers down and the same links cut, and no packet goes in circles.
 * Every other round leaves half of what is broken broken.
 */
export function liveThrough(network: SimulatedNetwork, terms: DayTerms): DayFigures {
  const { seed, rounds, troubleSeconds, everySeconds, quietSeconds } = terms;
  const trouble = new Trouble(network, chanceOf(seed, "trouble"));
  network.run({ forSeconds: freshSeconds });
  let [comparisons, damaged, mismatch] = [0, 0, ""];
  for (let round = 0; round < rounds && mismatch === ""; round++) {
    trouble.rage(troubleSeconds, everySeconds);
    trouble.calm(round % 2 === 0 && round < rounds - 1);
    network.run({ forSeconds: quietSeconds });
    if (trouble.broken > 0) damaged++;
    comparisons++;
    const wrong = differenceFromFresh(network, seed + round + 1) || circles(network);
    if (wrong === "") trouble.log.length = 0;
    else mismatch = `seed ${seed}, round ${round}: ${wrong}\nfaults since all was well:\n${trouble.log.join("\n")}`;
    trouble.mend();
  }
  return {
    faults: trouble.count,
    virtualHours: network.clock.now() / 3_600_000,
    events: network.clock.fired,
    messages: network.sent.messages,
    updates: network.sent.updates,
    comparisons,
    damaged,
    mismatch,
  };
}

/** Everything that counts of a router, as text. */
function stateOf(network: SimulatedNetwork, name: string): string {
  const table = network.table(name).map(({ prefix, from, nextHop, attributes }) => {
    return `${prefix} from ${from} by ${nextHop}: ${attributes}`;
  });
  const forwarding = [...network.forwarding(name)].map(([prefix, hops]) => `${prefix} => ${hops.join(" ")}`);
  return [...table, ...forwarding].join("\n");
}

/**
 * The first running router whose table or forwarding is not that of a fresh start of the same network, with the lines in
 * which they differ; empty when there is none.
 */
export function differenceFromFresh(network: SimulatedNetwork, seed: number): string {
  const twin = network.twin(seed);
  twin.run({ forSeconds: freshSeconds });
  for (const name of network.names) {
    if (!network.isRunning(name)) continue;
    const [here, there] = [stateOf(network, name), stateOf(twin, name)];
    if (here !== there) return `${name} differs from a fresh start\n${differingLines(here, there)}`;
  }
  return "";
}

function differingLines(here: string, there: string): string {
  const [ours, theirs] = [here.split("\n"), there.split("\n")];
  const only = (lines: readonly string[], others: readonly string[], sign: string): string[] =>
    lines.filter((line) => !others.includes(line)).map((line) => `${sign} ${line}`);
  return [...only(ours, theirs, "is"), ...only(theirs, ours, "ought to be")].join("\n");
}

/** The first packet that goes in circles, as text; empty when there is none. */
export function circles(network: SimulatedNetwork): string {
  for (const name of network.names) {
    if (!network.isRunning(name)) continue;
    for (const prefix of network.forwarding(name).keys()) {
      const { outcome, hops } = network.path(name, prefix);
      if (outcome === "loop") return `a packet for ${prefix} goes in circles: ${hops.join(" ")}`;
    }
  }
  return "";
}
