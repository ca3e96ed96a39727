import assert from "node:assert/strict";
import fc from "fast-check";
import type { Family } from "../../net/family.ts";
import { hardReset } from "../message/hard-reset.ts";
import { cease, notification } from "../message/notification.ts";
import { simTerms } from "../sim/terms.ts";
import {
  nothingStale,
  type RetentionEvent,
  type RetentionState,
  retainedFamilies,
  retentionStep,
} from "./graceful-restart.ts";
import type { GracefulRestartTerms, LongLivedTerms, Negotiated } from "./negotiated.ts";

/** What a helper does with the history of a family: sweeps, marks and timers, in order. */
function play(...events: RetentionEvent[]): { state: RetentionState; does: string[] } {
  let state = nothingStale;
  const does: string[] = [];
  for (const event of events) {
    const next = retentionStep(state, event);
    state = next.state;
    for (const action of next.actions) {
      if (action.do === "start-timer") does.push(`${action.fires} in ${action.seconds}`);
      else if (action.do === "stop-timer") does.push(`stop ${action.timer}`);
      else does.push(action.do);
    }
  }
  return { state, does };
}

const down: RetentionEvent = { on: "down", restartSeconds: 120, staleSeconds: 0 };
const longDown: RetentionEvent = { on: "down", restartSeconds: 120, staleSeconds: 3600 };
const finalDown: RetentionEvent = { on: "down", restartSeconds: 0, staleSeconds: 0 };
const up = { on: "up", preserved: true, longLivedPreserved: true, stalePathSeconds: 360 } as const;
const endOfRib: RetentionEvent = { on: "end-of-rib" };
const restartOver: RetentionEvent = { on: "restart-time-over" };
const longLivedOver: RetentionEvent = { on: "long-lived-time-over" };
const over = ["sweep", "stop phase", "stop longLived"];

describe("helper of a restarting peer (RFC 4724 4.2)", () => {
  it("keeps everything, until End-of-RIB has come", () => {
    const { state, does } = play(down, up, endOfRib);
    assert.deepEqual(does, ["restart-time-over in 120", "stale-time-over in 360", ...over]);
    assert.deepEqual(state, nothingStale);
  });

  it("gives up when the peer does not come back in time", () => {
    assert.deepEqual(play(down, restartOver).does, ["restart-time-over in 120", ...over]);
  });

  it("gives up when the peer is back and sends no End-of-RIB in time", () => {
    assert.deepEqual(play(down, up, { on: "stale-time-over" }).does.slice(2), over);
  });

  it("sweeps at once a family whose forwarding the peer lost or no longer names", () => {
    const { state, does } = play(down, { ...up, preserved: false });
    assert.deepEqual(does, ["restart-time-over in 120", ...over]);
    assert.deepEqual(state, nothingStale);
  });

  it("sweeps what is stale from the first restart before it marks anew for the second", () => {
    assert.deepEqual(play(down, up, down).does.slice(-2), ["sweep", "restart-time-over in 120"]);
  });

  it("sweeps everything when the session ends otherwise, or is stopped", () => {
    assert.deepEqual(play(down, up, finalDown).does.slice(2), over);
    assert.deepEqual(play(down, { on: "stopped" }).does.slice(1), over);
  });

  it("takes no notice of End-of-RIB when nothing is stale, or twice", () => {
    assert.deepEqual(play(endOfRib).does, []);
    assert.deepEqual(play(up, endOfRib).does, []);
    assert.equal(play(down, up, endOfRib, endOfRib).does.filter((one) => one === "sweep").length, 1);
  });
});

describe("helper of a long-lived restart (RFC 9494 4.2)", () => {
  it("keeps the routes as the last choice once the restart time is over, until the long-lived time is", () => {
    const { state, does } = play(longDown, restartOver, longLivedOver);
    assert.deepEqual(does, ["restart-time-over in 120", "mark-long-lived", "long-lived-time-over in 3600", ...over]);
    assert.deepEqual(state, nothingStale);
  });

  it("does not begin when the peer is back within its restart time", () => {
    assert.deepEqual(play(longDown, up, endOfRib).does, [
      "restart-time-over in 120",
      "stale-time-over in 360",
      ...over,
    ]);
  });

  it("begins at once when the restart time is 0", () => {
    assert.deepEqual(play({ ...longDown, restartSeconds: 0 }).does, ["restart-time-over in 0"]);
  });

  it("looks at the long-lived F bit once it has begun, at the other one before", () => {
    assert.deepEqual(play(longDown, { ...up, longLivedPreserved: false }).state.is, "refreshing");
    assert.deepEqual(play(longDown, restartOver, { ...up, preserved: false }).state.is, "refreshing");
    assert.deepEqual(play(longDown, restartOver, { ...up, longLivedPreserved: false }).does.slice(-3), over);
  });

  it("lets the long-lived timer run on after the return: neither stopped nor started anew before End-of-RIB", () => {
    const back = play(longDown, restartOver, up);
    assert.deepEqual(back.does.slice(3), ["stale-time-over in 360"]);
    assert.deepEqual(play(longDown, restartOver, up, endOfRib).does.slice(4), over);
    const again = play(longDown, restartOver, up, longDown, restartOver);
    assert.deepEqual(
      again.does.slice(4),
      ["restart-time-over in 120", "mark-long-lived"],
      "nothing swept, no new timer",
    );
  });

  it("keeps what an earlier restart left, also when its long-lived time has not begun", () => {
    assert.equal(play(longDown, up, longDown).does.includes("sweep"), false);
  });

  it("that ends before End-of-RIB leaves a session whose routes do not outlive it", () => {
    const { state, does } = play(longDown, restartOver, up, longLivedOver);
    assert.deepEqual([state.is, does.slice(4)], ["spent", over]);
    const { state: after, does: then } = play(longDown, restartOver, up, longLivedOver, longDown);
    assert.deepEqual([after, then.slice(7)], [nothingStale, ["stop phase", "stop longLived"]]);
    assert.deepEqual(play(longDown, restartOver, up, longLivedOver, endOfRib, longDown).state.is, "waiting");
  });
});

describe("the helper, whatever happens", () => {
  it("sweeps exactly what it kept, once, and never runs a timer for nothing", () => {
    const bit = fc.boolean();
    const span = fc.constantFrom(0, 1);
    const event: fc.Arbitrary<RetentionEvent> = fc.oneof(
      fc
        .tuple(span, span)
        .map(([restartSeconds, staleSeconds]) => ({ on: "down", restartSeconds, staleSeconds }) as const),
      fc.tuple(bit, bit).map(([preserved, longLivedPreserved]) => ({ ...up, preserved, longLivedPreserved })),
      fc.constantFrom(
        ...(["end-of-rib", "restart-time-over", "stale-time-over", "long-lived-time-over"] as const).map((on) => ({
          on,
        })),
      ),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (history) => {
        let isStale = false;
        const timers = new Map<string, string>();
        let state = nothingStale;
        for (const one of [...history, { on: "stopped" } as const]) {
          // A timer that does not run cannot end.
          const due = [...timers].find(([, fires]) => fires === one.on);
          if (one.on.endsWith("-over") && !due) continue;
          if (due) timers.delete(due[0]);
          // A session ends only while it is up, and comes up only while it is not.
          const isDown = state.is === "waiting" || state.is === "longLived";
          if ((one.on === "down" || one.on === "end-of-rib") && isDown) continue;
          const next = retentionStep(state, one);
          for (const action of next.actions) {
            if (action.do === "sweep") {
              assert.ok(isStale, "swept what was not stale");
              isStale = false;
            } else if (action.do === "start-timer") timers.set(action.timer, action.fires);
            else if (action.do === "stop-timer") timers.delete(action.timer);
            else assert.ok(isStale, "marked what was not stale");
          }
          state = next.state;
          if (one.on === "down") isStale = state.is === "waiting";
          assert.equal(isStale, state.is !== "none" && state.is !== "spent");
          if (!isStale) assert.equal(timers.size, 0);
        }
        assert.equal(isStale, false);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("which families outlive a session", () => {
  const both: readonly Family[] = ["ipv4", "ipv6"];
  const graceful: GracefulRestartTerms = {
    peerRestarting: false,
    peerRestartSeconds: 120,
    families: both,
    forwardingPreserved: [],
    notification: false,
  };
  const longLived: LongLivedTerms = { families: [{ family: "ipv6", staleSeconds: 3600, preserved: false }] };
  const kept = (terms: Partial<Negotiated>, said?: Parameters<typeof retainedFamilies>[1]): string[] =>
    retainedFamilies(simTerms(terms), said).map((one) => `${one.family} ${one.restartSeconds} ${one.staleSeconds}`);

  it("those of the capability when TCP just ended, whatever their F bit", () => {
    assert.deepEqual(kept({ gracefulRestart: graceful }), ["ipv4 120 0", "ipv6 120 0"]);
    assert.deepEqual(kept({}), []);
    assert.deepEqual(kept({ gracefulRestart: { ...graceful, peerRestartSeconds: 0 } }), []);
  });

  it("none after a NOTIFICATION, unless both set the N bit and it is no hard reset (RFC 8538)", () => {
    assert.deepEqual(kept({ gracefulRestart: graceful }, notification(4, 0)), []);
    const agreed = { gracefulRestart: { ...graceful, notification: true } };
    assert.equal(kept(agreed, notification(4, 0)).length, 2);
    assert.equal(kept(agreed, cease(2)).length, 2);
    assert.deepEqual(kept(agreed, hardReset(cease(2))), []);
  });

  it("with the long-lived capability, either time alone is enough (RFC 9494 4.2)", () => {
    assert.deepEqual(kept({ gracefulRestart: graceful, longLived }), ["ipv4 120 0", "ipv6 120 3600"]);
    assert.deepEqual(kept({ gracefulRestart: { ...graceful, peerRestartSeconds: 0 }, longLived }), ["ipv6 0 3600"]);
    assert.deepEqual(kept({ gracefulRestart: { ...graceful, families: [] }, longLived }), ["ipv6 0 3600"]);
    assert.deepEqual(kept({ longLived }), [], "void without graceful restart");
  });
});
