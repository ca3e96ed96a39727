import assert from "node:assert/strict";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { RestartGate } from "./restart-gate.ts";
import { SyncWatch } from "./sync-watch.ts";

function setUp(isRestarting = true) {
  const clock = new SimClock();
  const whys: string[] = [];
  const gate = new RestartGate(isRestarting, clock, (why) => whys.push(why));
  return { clock, whys, gate };
}

describe("the gate of a speaker that restarts", () => {
  it("is open when there was no restart", () => {
    assert.equal(setUp(false).gate.isOpen, true);
  });

  it("opens when every peer that came up has said End-of-RIB", () => {
    const { gate, whys } = setUp();
    gate.established(1, ["ipv4", "ipv6"]);
    gate.established(2, ["ipv4"]);
    gate.endOfRib(1, "ipv4");
    gate.endOfRib(2, "ipv4");
    assert.equal(gate.isOpen, false);
    gate.endOfRib(1, "ipv6");
    assert.deepEqual([gate.isOpen, whys], [true, ["every peer has said End-of-RIB"]]);
  });

  it("opens ten seconds after the first peer came up, whoever is silent", () => {
    const { gate, clock } = setUp();
    clock.advance(seconds(60));
    gate.established(1, ["ipv4"]);
    clock.advance(seconds(9));
    gate.established(2, ["ipv4"]);
    assert.equal(gate.isOpen, false);
    clock.advance(seconds(1));
    assert.equal(gate.isOpen, true);
  });

  it("opens once, also for peers that never came up when nothing more will be known", () => {
    const { gate, whys } = setUp();
    gate.allKnown("120 s are over");
    gate.allKnown("again");
    assert.deepEqual([gate.isOpen, whys], [true, ["120 s are over"]]);
  });
});

describe("what can be known of families", () => {
  it("is known when every peer has told, or the restart time is over, once a family", () => {
    const clock = new SimClock();
    const told: string[] = [];
    const config = { asn: 1, routerId: 1, families: ["ipv4", "ipv6"], gracefulRestart: { restartSeconds: 3 } };
    const watch = new SyncWatch(config as unknown as ConstructorParameters<typeof SyncWatch>[0], clock, (family) => {
      told.push(`${family} ${watch.isOver}`);
    });
    watch.start();
    watch.check("ipv4", false);
    watch.check("ipv4", true);
    watch.check("ipv4", true);
    assert.deepEqual(told, ["ipv4 false"]);
    clock.advance(seconds(3));
    assert.deepEqual(told, ["ipv4 false", "ipv6 true"]);
  });
});
