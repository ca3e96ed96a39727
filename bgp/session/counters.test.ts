import assert from "node:assert/strict";
import { millis, seconds } from "../../lib/unit.ts";
import { Writer } from "../../lib/writer.ts";
import { cease } from "../message/notification.ts";
import { writeUpdate } from "../message/update.ts";
import { startedPair } from "../sim/session-pair.ts";
import { countMessages, type MessageCounts, SessionCounters } from "./counters.ts";

const route = writeUpdate(new Writer(), { withdrawn: Uint8Array.of(24, 10, 1, 2) }).take();

function texts({ open, update, notification, keepalive, routeRefresh }: MessageCounts): string {
  return [open, update, notification, keepalive, routeRefresh].join(" ");
}

describe("what a session has done", () => {
  it("is counted by type and direction, each end the other's mirror", () => {
    const { clock, a, b } = startedPair({ holdTimeSeconds: 0 });
    b.session.sendBulk(Uint8Array.from([...route, ...route, ...route]));
    b.session.requestRefresh("ipv4");
    clock.advance(seconds(1));
    b.session.stop({ kind: "cease", subcode: 2, text: "bye" });
    clock.advance(seconds(1));
    const [one, two] = [a.session.counters, b.session.counters];
    assert.equal(texts(two.messagesOut), "1 3 1 1 1");
    assert.equal(texts(one.messagesIn), texts(two.messagesOut));
    assert.equal(texts(one.messagesOut), texts(two.messagesIn));
    assert.deepEqual([one.octetsIn, one.octetsOut], [two.octetsOut, two.octetsIn]);
    assert.ok(two.octetsOut > 3 * route.length);
  });

  it("goes on over many sessions: how often up, the last error either way, the last change", () => {
    const { clock, a, b } = startedPair();
    const before = a.session.counters;
    assert.equal(before.established, 1);
    assert.ok(before.changedAt > clock.wall() - 2000 && before.changedAt <= clock.wall());
    a.answer = cease(4, "try again");
    b.session.sendBulk(route);
    clock.advance(millis(100));
    assert.equal(a.session.counters, before, "one object for ever");
    assert.equal(a.session.counters.lastError!.direction, "sent");
    const { at, ...said } = b.session.counters.lastError!;
    const text = 'Cease/Administrative Reset "try again"';
    assert.deepEqual(said, { direction: "received", code: 6, subcode: 4, text });
    assert.ok(at <= clock.wall() && at > clock.wall() - 100);
    a.answer = undefined;
    clock.advance(seconds(20));
    assert.equal(a.session.counters.established, 2);
  });

  it("is counted message by message in a chunk; what is cut off counts nowhere", () => {
    const { messagesOut } = new SessionCounters();
    countMessages(messagesOut, Uint8Array.from([...route, ...route, 255, 255]));
    countMessages(messagesOut, new Uint8Array(40));
    assert.equal(texts(messagesOut), "0 2 0 0 0");
  });
});
