import assert from "node:assert/strict";
import type { Random } from "../../lib/random.ts";
import { chanceOf } from "./chance.ts";
import { createNetwork, type SimulatedNetwork } from "./simulation.ts";
import { mesh, meshName } from "./topologies.ts";

/** Sessions that came up, and how often one went down. */
function flapsOf(network: SimulatedNetwork): number {
  return network.trace.filter((line) => line.includes("bgp.session-down")).length;
}

/** A mesh whose nodes start one by one, whose ports open late, and some of whose ends only wait. */
function lateMesh(seed: number, random: Random): { readonly network: SimulatedNetwork; readonly count: number } {
  const link = { delayMs: random() * 20, jitterMs: random() * 100, loss: random() < 0.5 ? 0 : random() * 0.25 };
  const network = createNetwork({ seed, link, isTraced: true });
  const count = 2 + Math.floor(random() * 6);
  for (let i = 0; i < count; i++) {
    const [startsAfterSeconds, listensAfterSeconds] = [random() * 8, random() < 0.5 ? 0 : random() * 15];
    network.router(meshName(i), { asn: 65000, startsAfterSeconds, listensAfterSeconds });
    for (let j = 0; j < i; j++) network.peer(meshName(i), meshName(j), random() < 0.3 ? { passive: true } : {});
  }
  return { network, count };
}

/** Something happens to a node, or between two, while sessions are coming up. */
function disturb(network: SimulatedNetwork, count: number, random: Random): void {
  const index = Math.floor(random() * count);
  const name = meshName(index);
  const graceful = random() < 0.5;
  switch (Math.floor(random() * 3)) {
    case 0:
      network.restart(name, { graceful, afterSeconds: random() ** 2 * 8 });
      break;
    case 1:
      network.crash(name, { keepsForwarding: graceful });
      network.run({ forSeconds: random() ** 2 * 4 });
      network.restart(name, { graceful, afterSeconds: random() ** 2 * 4 });
      break;
    default:
      network.reset([name, meshName((index + 1) % count)]);
  }
}

describe("a mesh in which both ends of every session call", () => {
  it("resolves every collision within seconds, without a flap, with whatever delays and seed (RFC 4271 6.8)", () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = chanceOf(seed, "mesh");
      const link = { delayMs: random() * 30, jitterMs: random() * 200 };
      const network = mesh({ seed, link, isTraced: true }, 8);
      assert.ok(
        network.until(() => network.isSettled, { withinSeconds: 10 }),
        `seed ${seed}`,
      );
      network.run({ forSeconds: 10 });
      assert.ok(network.isSettled, `seed ${seed}`);
      assert.equal(flapsOf(network), 0, `seed ${seed}`);
    }
  });

  it("comes up within a minute when nodes start late, packets are lost, ports open late and processes die meanwhile", () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = chanceOf(seed, "late mesh");
      const { network, count } = lateMesh(seed, random);
      network.run({ forSeconds: random() * 20 });
      for (let i = Math.floor(random() * 4); i >= 0; i--) {
        disturb(network, count, random);
        network.run({ forSeconds: random() ** 2 * 8 });
      }
      const isDone = (): boolean => network.isSettled && network.names.every((name) => network.isRunning(name));
      assert.ok(network.until(isDone, { withinSeconds: 75 }), `seed ${seed}`);
    }
  });

  it("a caller whose peer dies between the two OPENs, and only waits when it is back, gives up waiting soon", () => {
    let isReached = 0;
    for (let seed = 0; seed < 12; seed++) {
      const network = createNetwork({ seed, link: { delayMs: 30, jitterMs: 400 }, isTraced: true });
      network.router("caller", { asn: 65000 }).router("waiting", { asn: 65000 });
      network.peer("caller", "waiting", {}, { passive: true });
      const isIn = (name: string, state: string): boolean =>
        network.trace.some((line) => line.includes(` ${name} `) && line.includes(`"to":"${state}"`));
      assert.ok(network.until(() => isIn("waiting", "OpenConfirm"), { withinSeconds: 5 }));
      // TCP has nothing left to send again, so the caller cannot learn that its peer has forgotten it.
      if (!isIn("caller", "OpenConfirm")) isReached++;
      network.crash("waiting");
      network.run({ forSeconds: 1 });
      network.restart("waiting", { graceful: false, afterSeconds: 1 });
      const isDone = (): boolean => network.isRunning("waiting") && network.isSettled;
      assert.ok(network.until(isDone, { withinSeconds: 60 }), `seed ${seed}`);
    }
    assert.ok(isReached > 0);
  });
});
