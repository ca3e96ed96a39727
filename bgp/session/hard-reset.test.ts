import assert from "node:assert/strict";
import { millis, seconds } from "../../lib/unit.ts";
import { Writer } from "../../lib/writer.ts";
import { maxPrefixCease } from "../message/max-prefix.ts";
import { cease, notification } from "../message/notification.ts";
import { writeUpdate } from "../message/update.ts";
import { hostA, hostB, startedPair } from "../sim/session-pair.ts";
import type { StopMode } from "./session.ts";
import type { SessionConfig } from "./session-config.ts";

const both = ["ipv4", "ipv6"];
const route = writeUpdate(new Writer(), { withdrawn: Uint8Array.of(24, 10, 1, 2) }).take();
const malformed = writeUpdate(new Writer(), { withdrawn: Uint8Array.of(99, 10, 1, 2) }).take();

/** How a hears of a stop at b, and what it keeps. */
function afterStop(how: StopMode, ofA: Partial<SessionConfig> = {}): [string, readonly string[]] {
  const { clock, a, b } = startedPair(ofA);
  b.session.stop(how);
  clock.advance(seconds(1));
  return [a.lastDown!.why, a.lastDown!.retains];
}

describe("NOTIFICATIONs between two that set the N bit (RFC 8538)", () => {
  it("a Cease that means it is a hard reset with the reason inside, and nothing is kept", () => {
    const stop = (subcode: number, text?: string): StopMode => ({ kind: "cease", subcode, ...(text && { text }) });
    const inside = "received Cease/Hard Reset (Cease/Administrative Shutdown";
    assert.deepEqual(afterStop(stop(2, "bye")), [`${inside} "bye")`, []]);
    assert.deepEqual(afterStop(stop(3)), ["received Cease/Hard Reset (Cease/Peer De-configured)", []]);
  });

  it("one after which we come back is not, and everything is kept", () => {
    const reset: StopMode = { kind: "cease", subcode: 4, text: "new key" };
    assert.deepEqual(afterStop(reset), ['received Cease/Administrative Reset "new key"', both]);
    assert.deepEqual(afterStop({ kind: "cease", subcode: 6 }), ["received Cease/Other Configuration Change", both]);
  });

  it("without the N bit on one side goes as it is, and nothing is kept", () => {
    const ofA = { gracefulRestart: undefined };
    assert.deepEqual(afterStop({ kind: "cease", subcode: 3 }, ofA), ["received Cease/Peer De-configured", []]);
  });

  it("too many prefixes: both ends know the limit, neither keeps a route", () => {
    const { clock, a, b } = startedPair();
    a.answer = maxPrefixCease("ipv4", 10);
    b.session.sendBulk(route);
    clock.advance(millis(100));
    const why = "Cease/Hard Reset (Cease/Maximum Number of Prefixes Reached (ipv4, limit 10))";
    assert.deepEqual([a.lastDown!.retains, b.lastDown!.retains], [[], []]);
    assert.equal(b.lastDown!.why, `received ${why}`);
    assert.match(b.lastDown!.hint, /more prefixes than the peer allows/);
    assert.deepEqual([...a.lastDown!.notification!.data], [6, 1, 0, 1, 1, 0, 0, 0, 10]);
  });

  it("BFD has lost the way: neither keeps a route, and the next try is soon", () => {
    const { clock, a, b } = startedPair();
    b.session.fail(cease(10), "BFD: down");
    clock.advance(millis(100));
    assert.deepEqual([a.lastDown!.retains, b.lastDown!.retains], [[], []]);
    clock.advance(seconds(3));
    assert.equal(a.timesUp, 2);
  });

  it("a malformed UPDATE, and silence, keep everything on both sides", () => {
    const { clock, a, b } = startedPair();
    b.session.sendBulk(malformed);
    clock.advance(millis(100));
    assert.deepEqual([a.lastDown!.retains, b.lastDown!.retains], [both, both]);
    const silent = startedPair({ holdTimeSeconds: 9 });
    silent.network.partition(hostA, hostB);
    silent.clock.advance(seconds(12));
    assert.deepEqual(silent.a.lastDown!.notification, notification(4, 0));
    assert.deepEqual(silent.a.lastDown!.retains, both);
  });

  it("a collision is between connections: never a hard reset", () => {
    const { clock, a, b } = startedPair({ passive: false });
    clock.advance(seconds(10));
    for (const { facts } of [a, b]) {
      assert.ok(facts.every((f) => f.fact !== "bgp.notification-sent" || f.subcode === 7));
    }
  });
});
