import assert from "node:assert/strict";
import { Writer } from "../../lib/writer.ts";
import { hardReset, insideHardReset, isFinal } from "./hard-reset.ts";
import { maxPrefixCease, maxPrefixLimit } from "./max-prefix.ts";
import { cease, type Notification, notification, readNotification, writeNotification } from "./notification.ts";
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
      [hardReset(cease(2, "bye")), 'Cease/Hard Reset (Cease/Administrative Shutdown "bye")'],
      [maxPrefixCease("ipv6", 12), "Cease/Maximum Number of Prefixes Reached (ipv6, limit 12)"],
      [notification(6, 1, Uint8Array.of(0, 9, 1)), "Cease/Maximum Number of Prefixes Reached"],
      [
        notification(2, 7, Uint8Array.of(1, 4, 0, 1, 0, 1, 200, 0, 65)),
        "OPEN Message Error/Unsupported Capability (Multiprotocol Extensions, capability 200)",
      ],
    ];
    for (const [what, text] of texts) assert.equal(describeNotification(what), text);
  });

  it("of too many prefixes says of which family, and how many were allowed (RFC 4486 4)", () => {
    const octets = [0, 2, 1, 0, 0, 3, 232];
    assert.deepEqual([...maxPrefixCease("ipv6", 1000).data], octets);
    assert.deepEqual(maxPrefixLimit(through(maxPrefixCease("ipv4", 2 ** 40))), { family: "ipv4", limit: 0xffffffff });
    assert.equal(maxPrefixLimit(cease(1)), undefined);
    assert.equal(maxPrefixLimit(cease(2)), undefined);
  });

  it("inside a hard reset is the one that was meant (RFC 8538 3.1)", () => {
    const meant = cease(4, "back soon");
    assert.deepEqual(insideHardReset(through(hardReset(meant))), meant);
    assert.equal(insideHardReset(meant), undefined);
    assert.equal(insideHardReset(cease(9)), undefined);
    assert.equal(insideHardReset(hardReset(cease(9))), undefined);
    assert.deepEqual(
      [1, 2, 3, 5, 8, 9, 10].map((subcode) => isFinal(cease(subcode))),
      Array(7).fill(true),
    );
    assert.deepEqual(
      [4, 6, 7].map((subcode) => isFinal(cease(subcode))),
      [false, false, false],
    );
    assert.equal(isFinal(notification(4, 0)), false);
  });
});
