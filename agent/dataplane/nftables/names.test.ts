import assert from "node:assert/strict";
import { fromChain, hostChain, hostMap, memberSet, policyChain, quietChain } from "./names.ts";

describe("names in the nftables table", () => {
  const long = `np/${"n".repeat(63)}/${"p".repeat(253)}`;

  it("keeps what fits", () => {
    assert.equal(policyChain("np/shop/db/in"), "np/shop/db/in");
    assert.equal(memberSet("s:abc", "host", "ipv4"), "s-abc-v4");
    assert.equal(memberSet("s:abc", "net", "ipv6"), "s-abc-nets-v6");
  });

  it("calls the chains of host endpoints by interface, direction and stage", () => {
    assert.equal(hostChain("eth0", "ingress", "normal"), "host/eth0/in");
    assert.equal(hostChain("*", "egress", "forward"), "hosts/out/forward");
    assert.equal(hostMap("ingress", "pre-dnat"), "host-in-pre-dnat");
  });

  it("says what Linux allows in an interface's name and nft does not in a chain's, and tells apart what it says alike", () => {
    const [x, y] = [fromChain("eth0:1"), fromChain("eth0@1")];
    for (const name of [x, y]) assert.match(name, /^from-eth0_1_[A-Za-z0-9_-]{8}$/);
    assert.notEqual(x, y);
  });

  it("cuts what does not, and still tells apart what differs only behind the cut", () => {
    const [x, y] = [policyChain(`${long}/in`), policyChain(`${long}/out`)];
    assert.ok(x.length <= 127 && y.length <= 127 && quietChain(`${long}/out`).length <= 127);
    assert.notEqual(x, y);
    assert.ok(memberSet(`svc:${long}`, "net", "ipv4").length <= 127);
    assert.notEqual(memberSet(`svc:${long}x`, "net", "ipv4"), memberSet(`svc:${long}y`, "net", "ipv4"));
  });
});
