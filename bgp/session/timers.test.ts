import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { afterFailure, type Damping, type FailureKind, idleHold, restartDelay, undamped } from "./damping.ts";
import { sendHoldSpan } from "./send-hold.ts";
import { jittered, liveness, Timers } from "./timers.ts";

function lab(): { clock: SimClock; timers: Timers; fired: string[] } {
  const clock = new SimClock();
  const fired: string[] = [];
  const timers = new Timers(clock, (name) => fired.push(`${name} ${clock.now()}`));
  return { clock, timers, fired };
}

describe("timers", () => {
  it("fire once, when they are due, and may be stopped", () => {
    const { clock, timers, fired } = lab();
    timers.start("hold", seconds(9));
    timers.start("keepalive", seconds(3));
    timers.start("delayOpen", seconds(1));
    timers.stop("delayOpen");
    clock.advance(seconds(100));
    assert.deepEqual(fired, ["keepalive 3000", "hold 9000"]);
    assert.equal(timers.isRunning("hold"), false);
  });

  it("started anew, fire at the new time, be it later or sooner", () => {
    const { clock, timers, fired } = lab();
    timers.start("hold", seconds(9));
    clock.advance(seconds(8));
    timers.start("hold", seconds(9));
    clock.advance(seconds(8));
    assert.deepEqual(fired, []);
    timers.start("hold", millis(10));
    clock.advance(seconds(1));
    assert.deepEqual(fired, ["hold 16010"]);
    clock.advance(seconds(100));
    assert.equal(fired.length, 1);
  });

  it("stopped all at once, are silent", () => {
    const { clock, timers, fired } = lab();
    timers.start("hold", seconds(1));
    timers.start("connectRetry", seconds(1));
    timers.stopAll();
    clock.advance(seconds(5));
    assert.deepEqual(fired, []);
  });

  it("may be restarted by what they fire", () => {
    const clock = new SimClock();
    const at: number[] = [];
    const timers = new Timers(clock, (name) => {
      at.push(clock.now());
      timers.start(name, seconds(2));
    });
    timers.start("keepalive", seconds(2));
    clock.advance(seconds(7));
    assert.deepEqual(at, [2000, 4000, 6000]);
  });

  it("restarted for every message, set no timer of the clock each time", () => {
    const clock = new SimClock();
    let set = 0;
    const counting = {
      now: () => clock.now(),
      wall: () => clock.wall(),
      after: (...args: Parameters<SimClock["after"]>) => {
        set++;
        return clock.after(...args);
      },
    };
    const timers = new Timers(counting, () => {});
    for (let i = 0; i < 1000; i++) timers.start("hold", seconds(90));
    assert.equal(set, 1);
  });

  it("are jittered to between three quarters and the whole (RFC 4271 10)", () => {
    const random = seededRandom(1);
    const drawn = Array.from({ length: 1000 }, () => jittered(seconds(100), random));
    assert.ok(drawn.every((span) => span >= 75_000 && span <= 100_000));
    assert.ok(Math.max(...drawn) - Math.min(...drawn) > 20_000);
  });

  it("of liveness follow the hold time; 0 means none", () => {
    assert.equal(
      liveness(0, () => 0),
      undefined,
    );
    assert.deepEqual(
      liveness(90, () => 0),
      { hold: 90_000, keepalive: 22_500 },
    );
    assert.deepEqual(
      liveness(3, () => 0.9999999999),
      { hold: 3000, keepalive: 1000 * (0.75 + 0.9999999999 * 0.25) },
    );
    assert.equal(sendHoldSpan(undefined, 90), 480_000);
    assert.equal(sendHoldSpan(undefined, 600), 1_200_000);
    assert.equal(sendHoldSpan(60, 0), 60_000);
    assert.equal(sendHoldSpan(undefined, 0), undefined);
    assert.equal(sendHoldSpan(0, 90), undefined);
  });
});

describe("idle hold", () => {
  const whole = (): number => 0.9999999;
  const delay = (damping: Damping, kind: FailureKind, was = false): number =>
    Math.round(restartDelay(damping, kind, was, 5, whole) / 1000);

  it("doubles with every fault of the protocol, up to a minute", () => {
    let damping = undamped;
    const delays: number[] = [];
    for (let i = 0; i < 7; i++) {
      damping = afterFailure(damping, "protocol", 0);
      delays.push(delay(damping, "protocol"));
    }
    assert.deepEqual(delays, [5, 10, 20, 40, 60, 60, 60]);
  });

  it("is forgotten once a session has lasted", () => {
    const bad = { faults: 6 };
    assert.deepEqual(afterFailure(bad, "transport", idleHold.forgetAfterSeconds * 1000), undamped);
    assert.deepEqual(afterFailure(bad, "protocol", idleHold.forgetAfterSeconds * 1000), { faults: 1 });
    assert.deepEqual(afterFailure(bad, "protocol", 1000), { faults: 7 });
  });

  it("does not punish a lost connection or a collision", () => {
    assert.deepEqual(afterFailure(undamped, "transport", 0), undamped);
    assert.deepEqual(afterFailure(undamped, "collision", 0), undamped);
    assert.equal(delay(undamped, "transport"), 5);
    assert.equal(delay(undamped, "transport", true), 1);
  });

  it("is never zero, so that nothing can spin", () => {
    const kinds = fc.constantFrom("protocol" as const, "transport" as const, "collision" as const);
    fc.assert(
      fc.property(kinds, fc.nat(1e6), fc.boolean(), fc.nat(10), (kind, faults, was, retry) => {
        const span = restartDelay({ faults }, kind, was, retry, () => 0);
        assert.ok(span >= 75 && span <= 60_000);
      }),
    );
  });
});
