import assert from "node:assert/strict";
import { type Change, remove, set } from "../lib/change.ts";
import { SimClock } from "../lib/sim/clock.ts";
import { seconds } from "../lib/unit.ts";
import type { Address } from "../net/address.ts";
import { formatAddress, parseAddress } from "../net/address-text.ts";
import { parsePrefix } from "../net/prefix.ts";
import type { Addressed } from "./conntrack/address-owners.ts";
import { LostAddresses, type OtherAddresses } from "./lost-addresses.ts";

const has = (key: string, ...texts: readonly string[]): Change<string, Addressed> =>
  set(key, { addresses: texts.map((text) => parsePrefix(`${text}/32`)!) });
/** Everybody had their addresses before. */
const kept: OtherAddresses = { lost: [], isKept: () => true };
const at = (text: string): Address => parseAddress(text)!;

function setUp() {
  const clock = new SimClock();
  const cuts: string[] = [];
  const waiting: (() => void)[] = [];
  let changes = 0;
  const cutter = {
    cut: (addresses: Iterable<Address>) => void cuts.push([...addresses].map(formatAddress).join()),
    free: () => new Promise<void>((resolve) => waiting.push(resolve)),
  };
  const lost = new LostAddresses({ cutter, clock, changed: () => void changes++ });
  const answer = async (): Promise<void> => {
    for (const resolve of waiting.splice(0)) resolve();
    for (let i = 0; i < 5; i++) await null;
  };
  return { lost, cuts, clock, answer, changes: () => changes };
}

describe("addresses that endpoints lost", () => {
  it("are taken from the turn on until their connections are cut, which is not before the routes are gone", async () => {
    const { lost, cuts, answer, changes } = setUp();
    lost.turn([has("a", "10.0.0.1", "10.0.0.2")], kept)();
    const gone = lost.turn([has("a", "10.0.0.2")]);
    assert.deepEqual([lost.isFree(at("10.0.0.1")), lost.isFree(at("10.0.0.2")), cuts.length], [false, true, 0]);
    gone();
    assert.deepEqual([cuts, lost.isFree(at("10.0.0.1"))], [["10.0.0.1"], false]);
    await answer();
    assert.deepEqual([lost.isFree(at("10.0.0.1")), changes()], [true, 1]);
  });

  it("count as lost also when another endpoint has them in the same turn, and for each turn that lost them", async () => {
    const { lost, cuts, answer } = setUp();
    lost.turn([has("a", "10.0.0.1")], kept)();
    const first = lost.turn([has("b", "10.0.0.1"), remove("a")]);
    const second = lost.turn([remove("b")]);
    first();
    await answer();
    assert.ok(!lost.isFree(at("10.0.0.1")));
    second();
    await answer();
    assert.ok(lost.isFree(at("10.0.0.1")));
    assert.deepEqual(cuts, ["10.0.0.1", "10.0.0.1"]);
  });

  it("are cut too when an endpoint gains them, at the same reading of the table, unless it had them before", async () => {
    const { lost, cuts, answer, changes } = setUp();
    const gone = lost.turn([has("a", "10.0.0.1", "10.0.0.2"), has("b", "10.0.0.3")], {
      lost: [at("10.0.0.9")],
      isKept: (address) => formatAddress(address) === "10.0.0.2",
    });
    assert.deepEqual([lost.isFree(at("10.0.0.1")), lost.isFree(at("10.0.0.2"))], [false, true]);
    assert.deepEqual(cuts, [], "routes come first");
    gone();
    assert.deepEqual(cuts, ["10.0.0.9,10.0.0.1,10.0.0.3"]);
    await answer();
    assert.deepEqual([lost.isFree(at("10.0.0.1")), changes()], [true, 1]);
  });

  it("are free in time when the kernel does not let go of connections", async () => {
    const { lost, clock, answer, changes } = setUp();
    lost.turn([], { lost: [at("10.0.0.9")], isKept: () => false })();
    clock.advance(seconds(5));
    assert.deepEqual([lost.isFree(at("10.0.0.9")), changes()], [true, 1]);
    await answer();
    assert.equal(changes(), 1);
  });
});
