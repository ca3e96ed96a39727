import assert from "node:assert/strict";
import { chanceOf } from "./chance.ts";
import type { SimulatedNetwork } from "./simulation.ts";
import { mesh, reflectors } from "./topologies.ts";

/** Watches that every router forwards every prefix of the others to its end, at every single event from now on. */
function watchForwarding(network: SimulatedNetwork): void {
  const sizes = new Map(network.names.map((name) => [name, network.forwarding(name).size]));
  const routes = network.names.flatMap((name) =>
    [...network.forwarding(name).keys()].map((prefix) => ({ name, prefix })),
  );
  assert.ok(routes.length > 0);
  network.watch(() => {
    for (const [name, size] of sizes) {
      const now = network.forwarding(name).size;
      if (now !== size) assert.fail(`${network.clock.now() / 1000} s: ${name} forwards ${now} prefixes, not ${size}`);
    }
  });
  const each = { at: 0 };
  network.watch(() => {
    const { name, prefix } = routes[each.at++ % routes.length]!;
    const { outcome, hops } = network.path(name, prefix);
    if (outcome !== "delivered") assert.fail(`${prefix} from ${name}: ${outcome} at ${hops.join(" ")}`);
  });
}

describe("graceful restart in a network: nothing stops being forwarded, at no event (RFC 4724 4)", () => {
  it("in a mesh, whoever restarts, also at the same time, if all are back within their restart time", () => {
    for (let seed = 0; seed < 8; seed++) {
      const random = chanceOf(seed, "restarts");
      const network = mesh({ seed }, 5);
      assert.ok(network.until(() => network.isSettled, { withinSeconds: 10 }));
      network.run({ forSeconds: 15 });
      watchForwarding(network);
      for (let round = 0; round < 3; round++) {
        const chosen = network.names.filter(() => random() < 0.5);
        for (const name of chosen) {
          network.restart(name, { graceful: true, afterSeconds: random() * 60 });
          network.run({ forSeconds: random() * 5 });
        }
        network.run({ forSeconds: 100 });
        assert.ok(network.isSettled, `seed ${seed}`);
      }
    }
  });

  it("in a mesh, when only the routing engine dies, untold", () => {
    for (let seed = 0; seed < 8; seed++) {
      const random = chanceOf(seed, "engines");
      const network = mesh({ seed }, 4);
      assert.ok(network.until(() => network.isSettled, { withinSeconds: 10 }));
      network.run({ forSeconds: 15 });
      watchForwarding(network);
      for (let round = 0; round < 3; round++) {
        const name = network.names[Math.floor(random() * 4)]!;
        network.crash(name, { keepsForwarding: true });
        network.run({ forSeconds: random() * 40 });
        network.restart(name, { graceful: true, afterSeconds: random() * 5 });
        network.run({ forSeconds: 100 });
        assert.ok(network.isSettled, `seed ${seed}`);
      }
    }
  });

  it("with two reflectors, one router after the other", () => {
    for (let seed = 0; seed < 4; seed++) {
      const random = chanceOf(seed, "one by one");
      const network = reflectors({ seed }, 4, { isOneCluster: seed % 2 === 0, areClients: false });
      assert.ok(network.until(() => network.isSettled, { withinSeconds: 10 }));
      network.run({ forSeconds: 15 });
      watchForwarding(network);
      for (const name of network.names) {
        network.restart(name, { graceful: true, afterSeconds: random() * 100 });
        network.run({ forSeconds: 130 });
        assert.ok(network.isSettled, `seed ${seed}`);
      }
    }
  });

  it("and is given up when the router is not back within its restart time", () => {
    const network = mesh({ seed: 1, peer: { gracefulRestart: { restartSeconds: 30, stalePathSeconds: 60 } } }, 3);
    assert.ok(network.until(() => network.isSettled, { withinSeconds: 10 }));
    network.run({ forSeconds: 5 });
    network.stop("node-002");
    network.run({ forSeconds: 25 });
    assert.equal(network.path("node-000", "10.100.2.0/24").outcome, "delivered");
    assert.match(network.table("node-000").find(({ nextHop }) => nextHop === "node-002")!.attributes, /stale/);
    network.run({ forSeconds: 10 });
    assert.equal(network.path("node-000", "10.100.2.0/24").outcome, "no route");
  });
});
