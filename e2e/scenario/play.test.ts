import assert from "node:assert/strict";
import type { Clock } from "../../lib/clock.ts";
import { millis } from "../../lib/unit.ts";
import { describeAction } from "./action.ts";
import { smallTopology } from "./driver.contract.ts";
import { play, type Told } from "./play.ts";
import type { Scenario, Step } from "./scenario.ts";
import { SimDriver } from "./sim/driver.ts";

/** A clock on which every wait lasts a second and is over at once. */
function impatientClock(): Clock {
  let now = 0;
  return {
    now: () => millis(now),
    wall: () => now,
    after(_delay, fire) {
      now += 1000;
      queueMicrotask(fire);
      return () => {};
    },
  };
}

async function performance(...steps: Step[]): Promise<{ told: Told[]; held: boolean[]; driver: SimDriver }> {
  const scenario: Scenario = { topology: smallTopology, chapters: [{ title: "one", about: "", steps }] };
  const driver = new SimDriver();
  await driver.raise(smallTopology);
  const told: Told[] = [];
  const verdicts = await play(scenario, driver, impatientClock(), (each) => {
    told.push(each);
  });
  return { told, held: verdicts.map((verdict) => verdict.held), driver };
}

describe("the player", () => {
  it("tells a chapter, each step, and its end", async () => {
    const { told } = await performance({ do: "agent", node: "n1", how: "start" });
    assert.deepEqual(
      told.map((each) => each.told),
      ["chapter", "began", "did", "ended"],
    );
  });

  it("looks again until a deadline, then says that it did not hold and goes on", async () => {
    const { told, held, driver } = await performance(
      { expect: "ready", node: "n1", ready: true, withinSeconds: 3 },
      { do: "apply", yaml: "kind: Tier" },
    );
    assert.deepEqual(held, [false]);
    assert.equal(told.filter((each) => each.told === "waiting").length, 3);
    assert.deepEqual(driver.applied, ["apply: kind: Tier"]);
  });

  it("remembers the addresses of a pod that is gone", async () => {
    const pod = { name: "a", namespace: "blue", node: "n1", labels: {} };
    const { held } = await performance(
      { do: "attach", pod },
      { expect: "gone", pod: "blue/a", withinSeconds: 0 },
      { do: "detach", pod: "blue/a" },
      { expect: "gone", pod: "blue/a", withinSeconds: 0 },
      { expect: "gone", pod: "blue/never", withinSeconds: 0 },
    );
    assert.deepEqual(held, [false, false, true, true, false]);
  });

  it("describes actions in a line", () => {
    const yaml = "kind: Tier\nmetadata:\n  name: top\n---\nkind: IPPool\nmetadata:\n  name: v4\n";
    assert.equal(describeAction({ do: "apply", yaml }), "apply Tier top, IPPool v4");
    assert.equal(describeAction({ do: "agent", node: "n1", how: "kill" }), "kill the agent of n1");
  });
});
