import assert from "node:assert/strict";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import { Network, type Router } from "../sim/network.ts";
import type { RouteChange, RouteSink } from "./ports.ts";

const p = (text: string): NonNullable<ReturnType<typeof parsePrefix>> => parsePrefix(text)!;
const prefix = "10.9.0.0/16";

/** Everything that forwarding was told, in order. */
class Told implements RouteSink {
  readonly lines: string[] = [];

  apply(changes: readonly RouteChange[], done: () => void): void {
    for (const change of changes) {
      const hops = change.nextHops.map(({ address }) => formatAddress(address));
      this.lines.push(`${formatPrefix(change.prefix)} ${hops.join(",")}`);
    }
    done();
  }

  inSync(): void {}

  /** What it was told since the last look. */
  news(): string[] {
    return this.lines.splice(0);
  }
}

function fanOut(maxPaths: number, count: number): { net: Network; x: Router; far: Router[]; told: Told } {
  const net = new Network({ seed: maxPaths });
  const told = new Told();
  const x = net.router("x", 65000, { sink: told, maxPaths });
  const far = Array.from({ length: count }, (_, i) => net.router(`far${i}`, 65001 + i));
  for (const one of far) {
    net.link(x, one);
    one.speaker.announce(p(prefix));
  }
  net.run(30);
  return { net, x, far, told };
}

describe("multipath", () => {
  it("forwards by all equal paths in one order, and follows those that come and go", () => {
    const { net, far, told } = fanOut(8, 3);
    assert.equal(told.news().at(-1), `${prefix} 10.255.0.2,10.255.0.3,10.255.0.4`);
    far[2]!.speaker.withdraw(p(prefix));
    net.run(5);
    assert.deepEqual(told.news(), [`${prefix} 10.255.0.2,10.255.0.3`], "the best path stayed");
    far[0]!.speaker.withdraw(p(prefix));
    net.run(5);
    assert.deepEqual(told.news(), [`${prefix} 10.255.0.3`]);
    far[1]!.speaker.withdraw(p(prefix));
    net.run(5);
    assert.deepEqual(told.news(), [`${prefix} `]);
    for (const one of [...far].reverse()) one.speaker.announce(p(prefix));
    net.run(5);
    assert.equal(told.news().at(-1), `${prefix} 10.255.0.2,10.255.0.3,10.255.0.4`, "the same after another history");
  });

  it("says nothing when the set of next hops stays what it is", () => {
    const { net, far, told } = fanOut(8, 3);
    told.news();
    for (const one of far) {
      one.speaker.announce(p(prefix), { communities: [7] });
      net.run(5);
      assert.deepEqual(told.news(), []);
    }
  });

  it("uses no path that is worse, and tells of no change among those", () => {
    const { net, x, far, told } = fanOut(8, 3);
    told.news();
    far[2]!.speaker.announce(p(prefix), { origin: "incomplete" });
    net.run(5);
    assert.deepEqual(told.news(), [`${prefix} 10.255.0.2,10.255.0.3`]);
    far[1]!.speaker.announce(p(prefix), { origin: "egp" });
    net.run(5);
    assert.deepEqual(told.news(), [`${prefix} 10.255.0.2`]);
    far[2]!.speaker.announce(p(prefix), { origin: "incomplete", communities: [7] });
    net.run(5);
    assert.deepEqual(told.news(), [], "one hop before and after, and the best one is the same");
    const states = x.speaker
      .explain(p(prefix))!
      .candidates.map(({ peer, isUsed, step }) => [peer, isUsed, step])
      .sort();
    assert.deepEqual(states, [
      ["10.255.0.2", true, ""],
      ["10.255.0.3", false, "origin"],
      ["10.255.0.4", false, "origin"],
    ]);
  });

  it("explains which paths are used beside the best one", () => {
    const { x } = fanOut(2, 3);
    const states = x.speaker
      .explain(p(prefix))!
      .candidates.map(({ peer, isBest, isUsed }) => [peer, isBest, isUsed])
      .sort();
    assert.deepEqual(states, [
      ["10.255.0.2", true, true],
      ["10.255.0.3", false, true],
      ["10.255.0.4", false, false],
    ]);
  });

  it("uses one path alone unless told otherwise, and as many as it may", () => {
    assert.equal(fanOut(1, 3).told.news().at(-1), `${prefix} 10.255.0.2`);
    assert.equal(fanOut(2, 3).told.news().at(-1), `${prefix} 10.255.0.2,10.255.0.3`);
  });
});
