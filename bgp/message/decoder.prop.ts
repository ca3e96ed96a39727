import assert from "node:assert/strict";
import { decodeAttributes } from "../attribute/decode.ts";
import { goodMessages } from "../sim/good-messages.ts";
import { simTerms } from "../sim/terms.ts";
import { damagedMessages } from "./decoder.contract.ts";
import { scanUpdate } from "./scan-update.ts";
import { UpdateScan } from "./update-scan.ts";

describe("decoders", () => {
  it("make a value or a verdict of 20,000 damaged messages, and never throw", () => {
    const { verdicts, exported } = damagedMessages(7606, 20_000);
    // The damage gets everywhere: each verdict was reached often, so the claim above is not empty.
    const least = { ok: 1000, discard: 200, withdraw: 1000, reset: 1000, open: 100, "open refused": 100, header: 100 };
    for (const [verdict, count] of Object.entries(least)) {
      assert.ok((verdicts[verdict] ?? 0) >= count, `${verdict}: ${JSON.stringify(verdicts)}`);
    }
    assert.ok(exported > 500, `${exported} messages told to others`);
  }).timeout(20_000);

  it("take the undamaged ones without a fault", () => {
    const scan = new UpdateScan();
    let checked = 0;
    for (const [i, message] of goodMessages().entries()) {
      // The second has two-octet AS numbers, the sixth a path identifier.
      const addPath = { ipv4: { send: false, receive: i === 5 }, ipv6: { send: false, receive: false } };
      const agreed = simTerms({ isInternal: i !== 3, fourOctetAs: i !== 1, addPath });
      if (message[18] !== 2) continue;
      scanUpdate(message, 0, message.length, agreed, scan);
      assert.deepEqual([scan.verdict, scan.faults], ["ok", []], `message ${i}`);
      if (scan.reachable === 0) continue;
      const found = decodeAttributes(scan.block, scan.blockStart, scan.blockEnd, agreed);
      assert.deepEqual([found.verdict, found.faults], ["ok", []], `message ${i}`);
      if (found.attributes!.aggregator) assert.equal(found.attributes!.aggregator.asn, 70000);
      checked++;
    }
    assert.equal(checked, 7);
  });
});
