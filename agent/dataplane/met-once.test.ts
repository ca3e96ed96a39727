import assert from "node:assert/strict";
import { metOnce } from "./met-once.ts";

const [http, high] = [
  { from: 80, to: 80 },
  { from: 8000, to: 8100 },
];

describe("a match that a packet meets once", () => {
  it("is itself where its ports are of one kind", () => {
    for (const destination of [{ ports: [http!, high!] }, { namedPorts: ["n:web"] }, { inSets: ["s:x"] }]) {
      assert.deepEqual(metOnce({ protocol: 6, destination }), [{ protocol: 6, destination }]);
    }
  });

  it("is one for numbered ports and one for each named port that none before it holds", () => {
    const destination = { ports: [http!], notPorts: [high!], namedPorts: ["n:web", "n:sql"], notNamedPorts: ["n:old"] };
    assert.deepEqual(
      metOnce({ protocol: 6, destination }).map((match) => match.destination),
      [
        { ports: [http], notPorts: [high], notNamedPorts: ["n:old"] },
        { notPorts: [http, high], namedPorts: ["n:web"], notNamedPorts: ["n:old"] },
        { notPorts: [http, high], namedPorts: ["n:sql"], notNamedPorts: ["n:old", "n:web"] },
      ],
    );
  });

  it("does so on both sides", () => {
    const side = { ports: [http!], namedPorts: ["n:web"] };
    assert.equal(metOnce({ protocol: 6, source: side, destination: side }).length, 4);
  });
});
