import assert from "node:assert/strict";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import { formatAsPath } from "../attribute/as-path.ts";
import type { PathAttributes } from "../attribute/path-attributes.ts";
import { Network, type Router } from "../sim/network.ts";
import type { Aggregate } from "../speaker/config.ts";

const p = (text: string): NonNullable<ReturnType<typeof parsePrefix>> => parsePrefix(text)!;

/** `left` and `right` tell `middle`, which aggregates and tells `far`. */
function chain(aggregates: readonly Aggregate[]): { readonly net: Network; readonly [name: string]: Router | Network } {
  const net = new Network({ seed: 1 });
  const middle = net.router("middle", 65000, { aggregates });
  const [left, right, far] = [net.router("left", 65001), net.router("right", 65002), net.router("far", 65003)];
  for (const one of [left, right, far]) net.link(middle, one);
  return { net, middle, left, right, far };
}

/** What a router's best route of a prefix says. */
function said(router: Router, prefix: string): PathAttributes {
  return [...router.speaker.bestRoutes("ipv4")].find((one) => formatPrefix(one.prefix) === prefix)!.attributes;
}

describe("aggregates between speakers", () => {
  const parts = (one: ReturnType<typeof chain>): [Network, Router, Router, Router, Router] => {
    return [one.net, one["middle"], one["left"], one["right"], one["far"]] as [Network, Router, Router, Router, Router];
  };

  it("stand for what lies inside, which stays where summary-only keeps it, and go with the last of it", () => {
    const [net, middle, left, right, far] = parts(chain([{ prefix: p("10.0.0.0/8"), summaryOnly: true }]));
    left.speaker.announce(p("10.1.0.0/16"));
    right.speaker.announce(p("10.2.0.0/16"));
    right.speaker.announce(p("11.0.0.0/8"));
    net.run(30);
    assert.deepEqual([...net.routes(far).keys()], ["10.0.0.0/8", "11.0.0.0/8"]);
    assert.equal(net.routes(middle).get("10.0.0.0/8"), "local");
    const why = middle.speaker.explain(p("10.1.0.0/16"))!.advertisements.map((one) => one.why);
    assert.ok(
      why.every((one) => /aggregate/.test(one)),
      why.join("\n"),
    );
    left.speaker.withdraw(p("10.1.0.0/16"));
    net.run(5);
    assert.ok(net.routes(far).has("10.0.0.0/8"));
    right.speaker.withdraw(p("10.2.0.0/16"));
    net.run(5);
    assert.deepEqual([...net.routes(far).keys()], ["11.0.0.0/8"]);
    assert.equal(net.routes(middle).has("10.0.0.0/8"), false);
  });

  it("name all AS numbers in a set where asked to, so that those in it take no loop", () => {
    const [net, , left, right, far] = parts(chain([{ prefix: p("10.0.0.0/8"), summaryOnly: false, asSet: true }]));
    left.speaker.announce(p("10.1.0.0/16"));
    right.speaker.announce(p("10.2.0.0/16"));
    net.run(30);
    assert.deepEqual([...net.routes(far).keys()], ["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"]);
    const { asPath, atomicAggregate, aggregator } = said(far, "10.0.0.0/8");
    assert.deepEqual([formatAsPath(asPath), atomicAggregate, aggregator?.asn], ["65000 {65001 65002}", false, 65000]);
    assert.equal(net.routes(left).has("10.0.0.0/8"), false, "65001 stands in the set");
    left.speaker.withdraw(p("10.1.0.0/16"));
    net.run(5);
    assert.equal(net.routes(left).get("10.0.0.0/8"), "middle", "and is gone from it");
  });

  it("leave a route that is announced for the same prefix alone, and come back when it goes", () => {
    const [net, middle, left, , far] = parts(
      chain([{ prefix: p("10.0.0.0/8"), summaryOnly: false, communities: [7] }]),
    );
    left.speaker.announce(p("10.1.0.0/16"));
    middle.speaker.announce(p("10.0.0.0/8"), { communities: [9] });
    net.run(30);
    assert.deepEqual(said(far, "10.0.0.0/8").communities, [9]);
    middle.speaker.withdraw(p("10.0.0.0/8"));
    net.run(5);
    const { communities, atomicAggregate, asPath } = said(far, "10.0.0.0/8");
    assert.deepEqual([communities, atomicAggregate, formatAsPath(asPath)], [[7], true, "65000"]);
  });
});
