import assert from "node:assert/strict";
import { Writer } from "../../lib/writer.ts";
import { cease, type Notification, notification, readNotification, writeNotification } from "./notification.ts";
import { notificationHint } from "./notification-hint.ts";
import { describeNotification } from "./notification-text.ts";
import { shutdownText } from "./shutdown-text.ts";

function through(what: Notification, maxLength?: number): Notification {
  const octets = writeNotification(new Writer(), what, maxLength).take();
  assert.equal((octets[16]! << 8) | octets[17]!, octets.length);
  return readNotification(octets, 0, octets.length);
}

describe("NOTIFICATION", () => {
  it("comes back as it went, unknown codes too", () => {
    for (const what of [cease(7), notification(3, 5, Uint8Array.of(1, 2, 3)), notification(99, 200)]) {
      assert.deepEqual(through(what), what);
    }
  });

  it("is never longer than the session allows", () => {
    const long = notification(3, 1, new Uint8Array(60_000).fill(1));
    assert.equal(through(long).data.length, 4096 - 21);
    assert.equal(through(long, 65535).data.length, 60_000);
  });

  it("carries a text with shutdown and reset only (RFC 9003 2)", () => {
    assert.equal(shutdownText(through(cease(2, "maintenance until 02:00"))), "maintenance until 02:00");
    assert.equal(shutdownText(through(cease(4, "ä€😀"))), "ä€😀");
    assert.equal(cease(6, "text").data.length, 0);
    assert.equal(shutdownText(cease(2)), undefined);
  });

  it("cuts a text before the character that no longer fits", () => {
    const text = shutdownText(cease(2, "€".repeat(100)));
    assert.equal(text, "€".repeat(85));
    assert.equal(shutdownText(cease(2, "x".repeat(300)))!.length, 255);
  });

  it("takes from the network only text that can be printed", () => {
    const of = (...octets: number[]): string | undefined =>
      shutdownText(notification(6, 2, Uint8Array.of(octets.length, ...octets)));
    assert.equal(of(0x1b, 0x5b, 0x33, 0x31, 0x6d), " [31m");
    assert.equal(of(0x61, 0x0a, 0x62), "a b");
    assert.equal(of(0xff, 0xfe), "\ufffd\ufffd");
    assert.equal(shutdownText(notification(6, 2, Uint8Array.of(9, 0x61))), undefined, "length beyond the data");
    assert.equal(shutdownText(notification(6, 2, Uint8Array.of(0))), undefined);
  });

  it("describes itself in the words of the RFCs, or in numbers", () => {
    const texts: readonly [Notification, string][] = [
      [cease(2, "bye"), 'Cease/Administrative Shutdown "bye"'],
      [notification(2, 2), "OPEN Message Error/Bad Peer AS"],
      [notification(4, 0), "Hold Timer Expired"],
      [notification(5, 3), "Finite State Machine Error/Unexpected Message in Established"],
      [notification(6, 77), "Cease/subcode 77"],
      [notification(42, 1), "code 42/subcode 1"],
      [notification(6, 9, Uint8Array.of(4, 0)), "Cease/Hard Reset (Hold Timer Expired)"],
      [notification(6, 9, Uint8Array.of(6, 9, 6, 9, 6, 9)), "Cease/Hard Reset"],
    ];
    for (const [what, text] of texts) assert.equal(describeNotification(what), text);
  });

  it("hints at what the operator should look at", () => {
    const context = { localAsn: 65001, holdTimeSeconds: 3 };
    assert.match(notificationHint(notification(2, 2), context), /another AS than ours, 65001/);
    assert.match(notificationHint(notification(2, 6), context), /hold time of 3 s/);
    assert.equal(notificationHint(notification(77, 1), context), "");
  });
});
