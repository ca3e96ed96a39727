import assert from "node:assert/strict";
import { outcomeOf } from "./complaint.ts";

describe("what iptables-restore says", () => {
  it("is told without names of programs and numbers of lines", () => {
    const nft = `iptables-nft-restore v1.8.9 (nf_tables): Set nosuch doesn't exist.

Error occurred at line: 5
Try \`iptables-nft-restore -h' or 'iptables-nft-restore --help' for more information.
`;
    assert.deepEqual(outcomeOf(nft), { kind: "refused", why: "Set nosuch doesn't exist." });
    const kernel =
      "iptables-nft-restore v1.8.9 (nf_tables): \nline 2: CHAIN_DEL failed (Device or resource busy): chain x\n";
    assert.deepEqual(outcomeOf(kernel), {
      kind: "refused",
      why: "CHAIN_DEL failed (Device or resource busy): chain x",
    });
    assert.deepEqual(outcomeOf("iptables-restore: line 2 failed\n"), {
      kind: "refused",
      why: "the kernel refused the transaction",
    });
  });

  it("about the lock is no refusal", () => {
    const held = "Another app is currently holding the xtables lock; still 4s 0us time ahead to have a chance...\n";
    assert.equal(outcomeOf(held).kind, "busy");
    assert.equal(outcomeOf("iptables-restore: line 9 failed: Resource temporarily unavailable.\n").kind, "busy");
  });

  it("that is nothing leaves the outcome open", () => {
    assert.equal(outcomeOf("").kind, "unknown");
  });

  it("is bounded", () => {
    const outcome = outcomeOf("x".repeat(10_000));
    assert.ok(outcome.why.length <= 240);
  });
});
