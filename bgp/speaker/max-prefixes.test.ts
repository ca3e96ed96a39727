import assert from "node:assert/strict";
import { parsePrefix } from "../../net/prefix.ts";
import type { BgpFact } from "../fact.ts";
import { Network, type Router } from "../sim/network.ts";
import type { MaxPrefixes } from "./config.ts";
import { prefixLimit } from "./prefix-limit.ts";

const p = (text: string): NonNullable<ReturnType<typeof parsePrefix>> => parsePrefix(text)!;

/** `x` limits what `y` may send. */
function pair(maxPrefixes: number | MaxPrefixes): { net: Network; x: Router; y: Router; facts: BgpFact[] } {
  const facts: BgpFact[] = [];
  const tell = (router: string, fact: BgpFact): void => {
    if (router === "x") facts.push(fact);
  };
  const net = new Network({ seed: 9, tell });
  const [x, y] = [net.router("x", 65001), net.router("y", 65002)];
  net.link(x, y, { maxPrefixes });
  return { net, x, y, facts };
}

function announce(router: Router, count: number): void {
  for (let i = 0; i < count; i++) router.speaker.announce(p(`10.${i}.0.0/16`));
}

const state = ({ speaker }: Router): string => speaker.status().peers[0]!.state;
const ends = (facts: readonly BgpFact[]): number => facts.filter(({ fact }) => fact === "bgp.session-down").length;

describe("limits on prefixes", () => {
  it("are one number for all families, or one each", () => {
    assert.equal(prefixLimit(undefined, "ipv4"), undefined);
    assert.deepEqual(prefixLimit(7, "ipv6"), {
      most: 7,
      warnFrom: Number.POSITIVE_INFINITY,
      action: "restart",
      restartSeconds: undefined,
    });
    const said: MaxPrefixes = { ipv4: 9, warnPercent: 50, action: "warn" };
    assert.equal(prefixLimit(said, "ipv4")!.warnFrom, 5);
    assert.equal(prefixLimit(said, "ipv6"), undefined);
  });

  it("warn once when they come near, and only tell where that is asked for", () => {
    const { net, x, y, facts } = pair({ ipv4: 4, warnPercent: 50, action: "warn" });
    for (const count of [1, 2, 3, 4]) {
      announce(y, count);
      net.run(10);
    }
    const said = (): string[] => facts.map(({ fact }) => fact).filter((fact) => fact.startsWith("bgp.max-prefixes"));
    assert.deepEqual(said(), ["bgp.max-prefixes-near"]);
    announce(y, 7);
    net.run(10);
    assert.deepEqual(said(), ["bgp.max-prefixes-near", "bgp.max-prefixes"]);
    assert.equal(state(x), "Established");
    assert.equal(net.routes(x).size, 7);
  });

  it("end the session and call again after the time that is set (RFC 4486 4)", () => {
    const { net, x, y, facts } = pair({ ipv4: 2, action: "restart", restartSeconds: 300 });
    announce(y, 3);
    net.run(30);
    assert.notEqual(state(x), "Established");
    assert.equal(net.routes(x).size, 0);
    assert.equal(ends(facts), 1);
    const sent = facts.map((one) => (one.fact === "bgp.notification-sent" ? one.text : ""));
    assert.match(sent.join("\n"), /prefixes/i);
    net.run(200);
    assert.equal(ends(facts), 1, "held");
    y.speaker.withdraw(p("10.2.0.0/16"));
    net.run(180);
    assert.equal(state(x), "Established");
    assert.equal(net.routes(x).size, 2);
  });

  it("keep the session down until another configuration", () => {
    const { net, x, y, facts } = pair({ ipv4: 2, action: "stay-down" });
    announce(y, 3);
    net.run(3600);
    assert.equal(ends(facts), 1);
    assert.notEqual(state(x), "Established");
    net.link(x, y, { maxPrefixes: { ipv4: 3, action: "stay-down" } });
    net.run(90);
    assert.equal(state(x), "Established");
    assert.equal(net.routes(x).size, 3);
    assert.equal(ends(facts), 1);
  });

  it("leave nothing waiting when the peer is taken away meanwhile", () => {
    const { net, x, y } = pair({ ipv4: 2, restartSeconds: 60 });
    announce(y, 3);
    net.run(30);
    x.speaker.removePeer(y.address);
    net.run(300);
    assert.deepEqual(x.speaker.status().peers, []);
  });
});
