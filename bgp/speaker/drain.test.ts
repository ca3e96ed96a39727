import assert from "node:assert/strict";
import { parsePrefix } from "../../net/prefix.ts";
import type { BgpFact } from "../fact.ts";
import { community } from "../iana.ts";
import { Network, type Router } from "../sim/network.ts";

const p = (text: string): NonNullable<ReturnType<typeof parsePrefix>> => parsePrefix(text)!;

/** `far` reaches 10.1.0.0/16 by `leaving` (the better way) and by `other`. */
function triangle(): { net: Network; leaving: Router; other: Router; far: Router; facts: string[] } {
  const facts: string[] = [];
  const tell = (router: string, fact: BgpFact): void => {
    if (router === "far" && fact.fact === "bgp.notification-received") facts.push(fact.text);
  };
  const net = new Network({ seed: 5, tell });
  const [leaving, other, far] = [net.router("leaving", 65001), net.router("other", 65002), net.router("far", 65003)];
  net.link(leaving, far);
  net.link(other, far);
  for (const one of [leaving, other]) one.speaker.announce(p("10.1.0.0/16"));
  net.run(30);
  return { net, leaving, other, far, facts };
}

const tags = ({ speaker }: Router): readonly number[] =>
  [...speaker.bestRoutes("ipv4")].flatMap((one) => one.attributes.communities);

describe("draining a speaker (RFC 8326)", () => {
  it("sends everybody elsewhere while the way still works, then says goodbye with a text", () => {
    const { net, leaving, far, facts } = triangle();
    assert.equal(net.routes(far).get("10.1.0.0/16"), "leaving");
    let isDone = false;
    leaving.speaker.drain({ waitSeconds: 60, text: "new disks" }, () => {
      isDone = true;
    });
    net.run(10);
    assert.equal(net.routes(far).get("10.1.0.0/16"), "other", "the other way is used already");
    assert.equal(far.speaker.explain(p("10.1.0.0/16"))!.candidates.length, 2, "and the one that goes is still there");
    assert.deepEqual([isDone, facts], [false, []]);
    net.run(60);
    assert.equal(isDone, true);
    assert.match(facts.join(), /new disks/);
    assert.equal(far.speaker.explain(p("10.1.0.0/16"))!.candidates.length, 1);
  });

  it("can be taken back, and holds for peers that come or change meanwhile", () => {
    const { net, leaving, other, far } = triangle();
    net.unlink(other, far);
    net.run(5);
    const back = leaving.speaker.drain({ waitSeconds: 600 }, () => assert.fail("it was taken back"));
    net.link(leaving, far, { maxPrefixes: 9 });
    const late = net.router("late", 65004);
    net.link(leaving, late);
    net.run(30);
    for (const one of [far, late]) assert.deepEqual(tags(one), [community.gracefulShutdown]);
    back();
    net.run(30);
    for (const one of [far, late]) assert.deepEqual(tags(one), []);
    net.run(700);
    assert.equal(net.routes(far).get("10.1.0.0/16"), "leaving");
  });
});
