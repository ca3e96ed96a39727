import assert from "node:assert/strict";
import { seededRandom } from "../lib/random.ts";
import { SimClock } from "../lib/sim/clock.ts";
import type { DatastoreFact } from "./fact.ts";
import { ResourceClient } from "./resource-client.ts";
import { SimServer } from "./sim/server.ts";
import { SimStore } from "./sim/store.ts";
import { makeUsable } from "./virgin.ts";

describe("makeUsable", () => {
  it("creates ClusterInformation and the default tier once, however many agents try", async () => {
    const clock = new SimClock();
    const server = new SimServer(clock);
    const facts: DatastoreFact[] = [];
    const agent = (seed: number) =>
      makeUsable(new SimStore(server, clock), { clock, random: seededRandom(seed) }, (fact) => facts.push(fact));
    await Promise.all([1, 2, 3, 4].map(agent));
    await agent(5);
    assert.deepEqual(facts.map((fact) => "object" in fact && fact.object).sort(), [
      "ClusterInformation(default)",
      "Tier(default)",
    ]);
    const client = new ResourceClient(new SimStore(server, clock), clock, seededRandom(9));
    const cluster = await client.get({ kind: "ClusterInformation", name: "default" });
    assert.match(cluster.spec.clusterGUID ?? "", /^[0-9a-f]{32}$/);
    assert.equal(cluster.spec.datastoreReady, true);
    const tier = await client.get({ kind: "Tier", name: "default" });
    assert.deepEqual(tier.spec, { order: 1_000_000, defaultAction: "Deny" });
    assert.equal((await client.list("Tier")).resources.length, 1);
  });
});
