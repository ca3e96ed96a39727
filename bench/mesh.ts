import { mesh } from "../bgp/sim/topologies.ts";

/**
 * A full mesh of speakers that start cold, all in this one process on a clock of its own: real seconds until every session is
 * up and every speaker forwards to every prefix of every other, the virtual seconds that passed, and what was sent. Each
 * speaker announces two prefixes and calls all others. Arguments: sizes, 50 100 200 when absent.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const sizes = argv.length > 0 ? argv.map(Number) : [50, 100, 200];
  for (const nodes of sizes) {
    const network = mesh({ seed: 1 }, nodes);
    const start = performance.now();
    const routes = 2 * (nodes - 1);
    const isDone = (): boolean =>
      network.isSettled && network.names.every((name) => network.forwarding(name).size === routes);
    const isConverged = network.until(isDone, { withinSeconds: 120 });
    const seconds = round((performance.now() - start) / 1000);
    const sessions = (nodes * (nodes - 1)) / 2;
    const { messages, updates, octets } = network.sent;
    const virtualSeconds = round(network.clock.now() / 1000);
    const events = network.clock.fired;
    const line = {
      bench: "mesh",
      nodes,
      sessions,
      isConverged,
      seconds,
      virtualSeconds,
      messages,
      updates,
      octets,
      events,
    };
    console.log(JSON.stringify(line));
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
