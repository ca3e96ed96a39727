import assert from "node:assert/strict";
import { type DayFigures, liveThrough } from "./day.ts";
import type { NetworkTerms } from "./declared.ts";
import type { SimulatedNetwork } from "./simulation.ts";
import { circle, clos, hierarchy, mesh, reflectors, ring } from "./topologies.ts";

type Shape = (terms: NetworkTerms) => SimulatedNetwork;

const shapes: readonly (readonly [string, Shape])[] = [
  ["a ring of private AS numbers", (terms) => ring(terms, 5)],
  ["a Clos of private AS numbers (RFC 7938)", (terms) => clos(terms, 2, 4)],
  ["a full mesh", (terms) => mesh(terms, 5)],
  ["two reflectors in one cluster", (terms) => reflectors(terms, 4, { isOneCluster: true, areClients: false })],
  ["two reflectors in two clusters", (terms) => reflectors(terms, 4, { isOneCluster: false, areClients: false })],
  [
    "two reflectors, each the other's client",
    (terms) => reflectors(terms, 4, { isOneCluster: false, areClients: true }),
  ],
  ["reflectors of reflectors", (terms) => hierarchy(terms, 3)],
  ["reflectors in a circle", (terms) => circle(terms, 4)],
];

function live(shape: Shape, seed: number): DayFigures {
  const network = shape({ seed, link: { delayMs: 0.5, jitterMs: 3 } });
  return liveThrough(network, { seed, rounds: 2, troubleSeconds: 200, everySeconds: 5, quietSeconds: 480 });
}

describe("whatever happened, once it is quiet all tables are those of a fresh start, and no packet goes in circles", () => {
  for (const [name, shape] of shapes) {
    it(name, () => {
      for (const seed of [1, 2]) assert.equal(live(shape, seed).mismatch, "");
    });
  }

  for (const [name, shape] of shapes.slice(3)) {
    it(`${name}: everybody knows every prefix by its origin, and nothing is left when all are withdrawn`, () => {
      const network = shape({ seed: 4 });
      assert.ok(network.until(() => network.isSettled, { withinSeconds: 20 }));
      network.run({ forSeconds: 5 });
      const clients = network.names.filter((one) => one.startsWith("client"));
      for (const from of network.names) {
        const rows = network.table(from);
        assert.equal(rows.length, clients.length * 2, from);
        for (const { prefix, nextHop } of rows) {
          assert.ok(
            nextHop === "here" ? from.startsWith("client") : nextHop.startsWith("client"),
            "next hop unchanged",
          );
          assert.equal(network.path(from, prefix).outcome, "delivered");
        }
      }
      for (const row of clients.flatMap((one) => network.table(one).map((each) => ({ ...each, at: one })))) {
        if (row.nextHop === "here") network.withdraw(row.at, row.prefix);
      }
      network.run({ forSeconds: 5 });
      for (const from of network.names) assert.deepEqual(network.table(from), [], from);
      const { messages } = network.sent;
      network.run({ forSeconds: 20 });
      const keepalives = network.sessions().length * 2;
      assert.ok(network.sent.messages - messages <= keepalives, "nothing goes round");
    });
  }
});
