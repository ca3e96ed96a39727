import assert from "node:assert/strict";
import { notification } from "./notification.ts";
import { notificationHint, sentHint } from "./notification-hint.ts";
import { describeNotification } from "./notification-text.ts";

const context = { localAsn: 65001, holdTimeSeconds: 3 };

/** Every code and subcode that IANA knows (RFC 4271 4.5, 4486, 6608, 7313, 8538, 9234, 9384, 9687). */
const registered: Readonly<Record<number, readonly number[]>> = {
  1: [0, 1, 2, 3],
  2: [0, 1, 2, 3, 4, 5, 6, 7, 8, 11],
  3: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  4: [0],
  5: [0, 1, 2, 3],
  6: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  7: [0, 1],
  8: [0],
};

describe("a hint", () => {
  for (const [code, subcodes] of Object.entries(registered)) {
    it(`is there for every NOTIFICATION of code ${code}, either way`, () => {
      for (const subcode of subcodes) {
        const said = notification(Number(code), subcode);
        for (const hint of [notificationHint(said, context), sentHint(said)]) {
          assert.ok(hint.length > 15, `${code}/${subcode} ${describeNotification(said)}: '${hint}'`);
          assert.doesNotMatch(hint, /\.$|\n|undefined/, `${code}/${subcode}`);
        }
      }
    });
  }

  it("is there for what nobody knows, and for subcodes of the future", () => {
    for (const said of [notification(77, 1), notification(6, 99), notification(2, 200), notification(0, 0)]) {
      assert.notEqual(notificationHint(said, context), "");
      assert.notEqual(sentHint(said), "");
    }
  });

  it("knows what is ours", () => {
    assert.match(notificationHint(notification(2, 2), context), /another AS than ours, 65001/);
    assert.match(notificationHint(notification(2, 6), context), /hold time of 3 s/);
  });

  it("looks into a hard reset (RFC 8538 3.1)", () => {
    const inside = notification(6, 9, Uint8Array.of(4, 0));
    assert.equal(notificationHint(inside, context), notificationHint(notification(4, 0), context));
    assert.match(notificationHint(notification(6, 9), context), /ended the session for good/);
  });
});
