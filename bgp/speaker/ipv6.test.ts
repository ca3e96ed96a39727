import assert from "node:assert/strict";
import { parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { Network } from "../sim/network.ts";

const p = (text: string): NonNullable<ReturnType<typeof parsePrefix>> => parsePrefix(text)!;

describe("IPv6 routes", () => {
  it("travel in MP_REACH_NLRI and MP_UNREACH_NLRI, thousands of them, beside IPv4 on one session", () => {
    const net = new Network({ seed: 1 });
    const [x, y] = [net.router("x", 65001), net.router("y", 65002)];
    net.link(x, y, { nextHop: { ipv6: parseAddress("fd99::1")! } });
    const many = Array.from({ length: 3000 }, (_, i) => p(`fd01:${i.toString(16)}::/48`));
    for (const prefix of many) x.speaker.announce(prefix);
    x.speaker.announce(p("10.1.0.0/16"));
    net.run(30);
    assert.equal(net.routes(y, "ipv6").size, 3000);
    assert.equal(net.routes(y, "ipv4").size, 1);
    assert.match(y.speaker.explain(many[7]!)!.candidates[0]!.attributes, /next hop fd99::1/);
    for (const prefix of many.slice(10)) x.speaker.withdraw(prefix);
    net.run(5);
    assert.deepEqual([...net.routes(y, "ipv6").values()], new Array(10).fill("x"));
  });

  it("stay here on a session that has no address of theirs, and it is said why", () => {
    const net = new Network({ seed: 2 });
    const [x, y] = [net.router("x", 65001), net.router("y", 65002)];
    net.link(x, y);
    x.speaker.announce(p("fd01::/48"));
    net.run(20);
    assert.equal(net.routes(y, "ipv6").size, 0);
    assert.match(x.speaker.explain(p("fd01::/48"))!.advertisements[0]!.why, /no address of this family/);
  });
});
