import assert from "node:assert/strict";
import fc from "fast-check";
import type { Family } from "../../net/family.ts";
import { cease, notification } from "../message/notification.ts";
import {
  nothingStale,
  type RetentionEvent,
  type RetentionState,
  retainedFamilies,
  retentionStep,
} from "./graceful-restart.ts";
import type { GracefulRestartTerms } from "./negotiated.ts";

const both: readonly Family[] = ["ipv4", "ipv6"];

/** What a helper does with a history: the families it sweeps, and its timer, in order. */
function play(...events: RetentionEvent[]): { state: RetentionState; does: string[] } {
  let state = nothingStale;
  const does: string[] = [];
  for (const event of events) {
    const next = retentionStep(state, event);
    state = next.state;
    for (const action of next.actions) {
      if (action.do === "sweep") does.push(`sweep ${action.family}`);
      else if (action.do === "start-timer") does.push(`${action.fires} in ${action.seconds}`);
      else does.push("stop");
    }
  }
  return { state, does };
}

const down: RetentionEvent = { on: "down", retain: both, restartSeconds: 120 };
const up: RetentionEvent = { on: "up", forwardingPreserved: both, stalePathSeconds: 360 };

describe("helper of a restarting peer (RFC 4724 4.2)", () => {
  it("keeps everything, until End-of-RIB has come for each family", () => {
    const { state, does } = play(down, up, { on: "end-of-rib", family: "ipv6" }, { on: "end-of-rib", family: "ipv4" });
    assert.deepEqual(does, ["restart-time-over in 120", "stale-time-over in 360", "sweep ipv6", "sweep ipv4", "stop"]);
    assert.deepEqual(state, nothingStale);
  });

  it("gives up when the peer does not come back in time", () => {
    assert.deepEqual(play(down, { on: "restart-time-over" }).does, [
      "restart-time-over in 120",
      "sweep ipv4",
      "sweep ipv6",
    ]);
  });

  it("gives up when the peer is back and sends no End-of-RIB in time", () => {
    const { does } = play(down, up, { on: "end-of-rib", family: "ipv4" }, { on: "stale-time-over" });
    assert.deepEqual(does.slice(2), ["sweep ipv4", "sweep ipv6"]);
  });

  it("sweeps at once the families whose forwarding the peer lost or no longer names", () => {
    const { state, does } = play(down, { ...up, forwardingPreserved: ["ipv6"] });
    assert.deepEqual(does, ["restart-time-over in 120", "sweep ipv4", "stale-time-over in 360"]);
    assert.deepEqual(state, { is: "refreshing", families: ["ipv6"] });
    assert.deepEqual(play(down, { ...up, forwardingPreserved: [] }).state, nothingStale);
  });

  it("sweeps what is stale from the first restart before it marks anew for the second", () => {
    const { does } = play(down, up, { on: "end-of-rib", family: "ipv4" }, down);
    assert.deepEqual(does.slice(-2), ["sweep ipv6", "restart-time-over in 120"]);
  });

  it("sweeps everything when the session ends otherwise, or is stopped", () => {
    assert.deepEqual(play(down, up, { ...down, retain: [] }).does.slice(2), ["sweep ipv4", "sweep ipv6", "stop"]);
    assert.deepEqual(play(down, { on: "stopped" }).does.slice(1), ["sweep ipv4", "sweep ipv6", "stop"]);
  });

  it("takes no notice of End-of-RIB when nothing is stale, or twice", () => {
    assert.deepEqual(play({ on: "end-of-rib", family: "ipv4" }).does, []);
    assert.deepEqual(play(up, { on: "end-of-rib", family: "ipv4" }).does, ["stop"]);
    const twice: RetentionEvent = { on: "end-of-rib", family: "ipv4" };
    assert.equal(play(down, up, twice, twice).does.filter((one) => one === "sweep ipv4").length, 1);
  });

  it("sweeps exactly what it kept, once, whatever happens", () => {
    const families = fc.subarray([...both]);
    const event: fc.Arbitrary<RetentionEvent> = fc.oneof(
      families.map((retain): RetentionEvent => ({ on: "down", retain, restartSeconds: 1 })),
      families.map((forwardingPreserved): RetentionEvent => ({ on: "up", forwardingPreserved, stalePathSeconds: 1 })),
      fc.constantFrom(...both).map((family): RetentionEvent => ({ on: "end-of-rib", family })),
      fc.constantFrom("restart-time-over" as const, "stale-time-over" as const).map((on): RetentionEvent => ({ on })),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (history) => {
        const stale = new Set<Family>();
        let state = nothingStale;
        for (const one of [...history, { on: "stopped" } as const]) {
          const next = retentionStep(state, one);
          for (const action of next.actions) {
            if (action.do === "sweep") assert.ok(stale.delete(action.family), "swept what was not stale");
          }
          if (one.on === "down") for (const family of one.retain) stale.add(family);
          state = next.state;
          assert.deepEqual([...stale].sort(), state.is === "none" ? [] : [...state.families].sort());
        }
        assert.equal(stale.size, 0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("which families outlive a session", () => {
  const terms: GracefulRestartTerms = {
    peerRestarting: false,
    peerRestartSeconds: 120,
    families: both,
    forwardingPreserved: [],
    notification: false,
  };

  it("those of the capability when TCP just ended, whatever their F bit", () => {
    assert.deepEqual(retainedFamilies(terms, undefined), both);
    assert.deepEqual(retainedFamilies(undefined, undefined), []);
    assert.deepEqual(retainedFamilies({ ...terms, peerRestartSeconds: 0 }, undefined), []);
  });

  it("none after a NOTIFICATION, unless both set the N bit and it is no hard reset (RFC 8538)", () => {
    assert.deepEqual(retainedFamilies(terms, notification(4, 0)), []);
    const agreed = { ...terms, notification: true };
    assert.deepEqual(retainedFamilies(agreed, notification(4, 0)), both);
    assert.deepEqual(retainedFamilies(agreed, cease(2)), both);
    assert.deepEqual(retainedFamilies(agreed, cease(9)), []);
  });
});
