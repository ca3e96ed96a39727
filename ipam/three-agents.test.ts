import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedStore } from "../datastore/io/embedded/store.ts";
import { systemClock } from "../lib/io/clock.ts";
import { seededRandom } from "../lib/random.ts";
import { Rig } from "./sim/rig.ts";
import { shareAPool, type ThreeClients, threeAgentsContract } from "./three-agents.contract.ts";

function simClients(seed: number): ThreeClients {
  const rig = new Rig(seed);
  return { agents: [rig.client(), rig.client(), rig.client()], witness: rig.store, close: () => Promise.resolve() };
}

function embeddedClients(): ThreeClients {
  const folder = mkdtempSync(join(tmpdir(), "manx-ipam-"));
  const path = join(folder, "store.db");
  const connect = (): EmbeddedStore => new EmbeddedStore({ path }, systemClock, seededRandom(1));
  const stores = [connect(), connect(), connect(), connect()] as const;
  const [one, two, three, witness] = stores;
  const close = async (): Promise<void> => {
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { agents: [one, two, three], witness, close };
}

describe("three agents over the simulated store", () => {
  threeAgentsContract(() => Promise.resolve(simClients(0)));

  it("does so in many orders of their operations", async () => {
    for (let seed = 1; seed <= 12; seed++) await shareAPool(simClients(seed), seed);
  });
});

describe("three agents over the embedded store", () => {
  threeAgentsContract(() => Promise.resolve(embeddedClients()));
});
