import assert from "node:assert/strict";
import { memberSet, policyChain } from "./names.ts";

describe("names in the nftables table", () => {
  const long = `np/${"n".repeat(63)}/${"p".repeat(253)}`;

  it("keeps what fits", () => {
    assert.equal(policyChain("np/shop/db/in"), "np/shop/db/in");
    assert.equal(memberSet("s:abc", "host", "ipv4"), "s-abc-v4");
    assert.equal(memberSet("s:abc", "net", "ipv6"), "s-abc-nets-v6");
  });

  it("cuts what does not, and still tells apart what differs only behind the cut", () => {
    const [x, y] = [policyChain(`${long}/in`), policyChain(`${long}/out`)];
    assert.ok(x.length <= 127 && y.length <= 127);
    assert.notEqual(x, y);
    assert.ok(memberSet(`svc:${long}`, "net", "ipv4").length <= 127);
    assert.notEqual(memberSet(`svc:${long}x`, "net", "ipv4"), memberSet(`svc:${long}y`, "net", "ipv4"));
  });
});
