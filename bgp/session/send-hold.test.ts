import assert from "node:assert/strict";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import type { Connection } from "../wire.ts";
import { SendHold } from "./send-hold.ts";

/** A connection of which the kernel takes what it is told to take, and a timer of 80 s over it. */
function lab(): {
  clock: SimClock;
  hold: SendHold;
  write: (octets: number) => void;
  take: (octets: number) => void;
  expired: number[];
} {
  const clock = new SimClock();
  const expired: number[] = [];
  let written = 0;
  let taken = 0;
  const connection = {
    get queuedBytes(): number {
      return written - taken;
    },
  } as Connection;
  const hold = new SendHold(
    clock,
    connection,
    seconds(80),
    () => written,
    () => expired.push(clock.now() / 1000),
  );
  const write = (octets: number): void => {
    written += octets;
    hold.wrote();
  };
  const take = (octets: number): void => {
    taken += octets;
    if (taken === written) hold.drained();
  };
  return { clock, hold, write, take, expired };
}

describe("send hold timer (RFC 9687)", () => {
  it("expires when the kernel takes nothing for the span, also of what is written meanwhile", () => {
    const { clock, write, expired } = lab();
    write(100);
    for (let i = 0; i < 200; i++) {
      clock.advance(seconds(1));
      write(19);
    }
    assert.deepEqual(expired.slice(0, 1), [80]);
  });

  it("does not while some octets leave, however few, and however many are written behind them", () => {
    const { clock, write, take, expired } = lab();
    write(1000);
    for (let i = 0; i < 100; i++) {
      clock.advance(seconds(60));
      take(1);
      write(50);
    }
    assert.deepEqual(expired, []);
    clock.advance(seconds(90));
    assert.equal(expired.length, 1, "late by an eighth at most");
  });

  it("rests while nothing waits, and begins anew with what is written next", () => {
    const { clock, write, take, expired } = lab();
    write(100);
    take(100);
    clock.advance(seconds(1000));
    assert.equal(clock.next(), undefined, "no timer runs");
    write(100);
    clock.advance(seconds(79));
    assert.deepEqual(expired, []);
    clock.advance(seconds(1));
    assert.deepEqual(expired, [1080]);
  });

  it("counts from when all was taken last, though more waits by the time it looks", () => {
    const { clock, write, take, expired } = lab();
    write(100);
    clock.advance(seconds(75));
    take(100);
    write(100);
    clock.advance(seconds(75));
    assert.deepEqual(expired, []);
    clock.advance(seconds(10));
    assert.equal(expired.length, 1);
  });

  it("stopped is heard no more", () => {
    const { clock, hold, write, expired } = lab();
    write(1);
    hold.stop();
    clock.advance(seconds(1000));
    assert.deepEqual(expired, []);
  });
});
