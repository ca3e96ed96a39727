import { SimServer } from "../datastore/sim/server.ts";
import { SimStore } from "../datastore/sim/store.ts";
import { seededRandom } from "../lib/random.ts";
import { SimClock } from "../lib/sim/clock.ts";
import { InterleavedStore, Interleaver } from "./sim/interleaved-store.ts";
import { shareAPool, type ThreeClients, threeAgentsContract } from "./three-agents.contract.ts";

function simClients(seed: number): ThreeClients {
  const clock = new SimClock();
  const server = new SimServer(clock);
  const interleaver = new Interleaver(seededRandom(seed));
  const client = (): InterleavedStore => new InterleavedStore(new SimStore(server, clock), interleaver);
  return {
    agents: [client(), client(), client()],
    witness: new SimStore(server, clock),
    close: () => Promise.resolve(),
  };
}

describe("three agents over the simulated store", () => {
  threeAgentsContract(() => Promise.resolve(simClients(0)));

  it("does so in many orders of their operations", async () => {
    for (let seed = 1; seed <= 12; seed++) await shareAPool(simClients(seed), seed);
  });
});
