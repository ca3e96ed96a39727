import assert from "node:assert/strict";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import type { BgpService } from "./bgp-service.ts";
import { DrainError, isDrainingRequest, NodeDrain, readDrainingRequest } from "./drain.ts";

/** A service that keeps what it was told, and whose drains end with the clock. */
class Told {
  readonly clock = new SimClock();
  readonly drains: object[] = [];
  isDrained = false;
  isRunning = true;

  status() {
    return this.isDrained ? undefined : { peers: [{ state: "Established" }, { state: "Active" }] };
  }

  drain(how: { readonly waitSeconds: number }, done: () => void): boolean {
    if (!this.isRunning) return false;
    this.drains.push(how);
    this.clock.after(seconds(how.waitSeconds), () => {
      this.isDrained = true;
      done();
    });
    return true;
  }

  resume(): void {
    this.isDrained = false;
  }
}

const of = (told: Told): NodeDrain => new NodeDrain(() => told as unknown as BgpService, told.clock);

describe("the drain of a node, on the socket", () => {
  it("says how far it is, from serving to drained and back", () => {
    const told = new Told();
    const drain = of(told);
    const state = (): unknown => drain.answer({ do: "node.drain-state" });
    assert.deepEqual(state(), { ok: true, state: "serving", secondsLeft: 0, sessions: 1 });
    const asked = drain.answer({ do: "node.drain", waitSeconds: 30, text: "disks" });
    assert.deepEqual(asked, { ok: true, state: "draining", secondsLeft: 30, sessions: 1 });
    told.clock.advance(seconds(12));
    assert.deepEqual(state(), { ok: true, state: "draining", secondsLeft: 18, sessions: 1 });
    told.clock.advance(seconds(18));
    assert.deepEqual(state(), { ok: true, state: "drained", secondsLeft: 0, sessions: 0 });
    drain.answer({ do: "node.drain", waitSeconds: 5 });
    assert.deepEqual(told.drains, [{ waitSeconds: 30, text: "disks" }], "what is drained is not drained again");
    assert.deepEqual(drain.answer({ do: "node.resume" }), { ok: true, state: "serving", secondsLeft: 0, sessions: 1 });
  });

  it("refuses what cannot be, naming the field", () => {
    const told = new Told();
    const rows: readonly (readonly [object, string])[] = [
      [{ do: "node.dance" }, "do"],
      [{ do: "node.drain" }, "waitSeconds"],
      [{ do: "node.drain", waitSeconds: 1.5 }, "waitSeconds"],
      [{ do: "node.drain", waitSeconds: 3601 }, "waitSeconds"],
      [{ do: "node.drain", waitSeconds: 1, text: "ä".repeat(128) }, "text"],
      [{ do: "node.drain", waitSeconds: 1, text: 7 }, "text"],
    ];
    for (const [line, field] of rows) {
      assert.throws(
        () => readDrainingRequest(line),
        (error: DrainError) => error.facts.field === field,
      );
    }
    told.isRunning = false;
    assert.throws(() => of(told).answer({ do: "node.drain", waitSeconds: 1 }), DrainError);
    assert.throws(() => new NodeDrain(() => undefined, told.clock).answer({ do: "node.resume" }), DrainError);
  });

  it("is told from other requests by its name", () => {
    assert.deepEqual([{ do: "node.drain" }, { do: "status" }, null, 7, {}].map(isDrainingRequest), [
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
