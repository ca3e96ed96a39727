import assert from "node:assert/strict";
import { answer, tuple } from "../../kernel/ctnetlink/conntrack.contract.ts";
import { SimConntrack } from "../../kernel/ctnetlink/sim/conntrack.ts";
import { errno } from "../../kernel/errno.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { AddressOwners } from "./address-owners.ts";
import type { ConntrackFact } from "./fact.ts";
import { FlowCutter } from "./flow-cutter.ts";

const address = (text: string) => parseAddress(text)!;
/** Lets promises that can go on do so. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the flow cutter", () => {
  let conntrack: SimConntrack;
  let clock: SimClock;
  let facts: ConntrackFact[];
  let cutter: FlowCutter;
  let readings: number;
  beforeEach(() => {
    conntrack = new SimConntrack();
    clock = new SimClock();
    facts = [];
    readings = 0;
    const deleteFlows: SimConntrack["deleteFlows"] = (addresses) => {
      readings++;
      return conntrack.deleteFlows(addresses);
    };
    cutter = new FlowCutter({ conntrack: { deleteFlows }, clock, tell: (fact) => facts.push(fact) });
  });

  const open = (source: string, destination: string, protocol = 17): void => {
    const original = tuple(source, destination, { protocol });
    conntrack.open({ original, reply: answer(original) });
  };
  const left = async (): Promise<number> => (await conntrack.flows({})).length;

  it("deletes UDP and TCP of an address at whichever end, and nothing else", async () => {
    open("10.65.0.2", "10.65.0.9");
    open("10.65.0.9", "10.65.0.2", 6);
    open("10.65.0.3", "10.65.0.9");
    cutter.cut([address("10.65.0.2")]);
    await cutter.settled();
    assert.equal(await left(), 1);
    assert.deepEqual(facts, [{ fact: "agent.flows-cut", addresses: 1, flows: 2, millis: 0 }]);
  });

  it("reads the table once for all that comes while it reads", async () => {
    for (let i = 1; i <= 50; i++) {
      open(`10.65.0.${i}`, "192.0.2.1");
      cutter.cut([address(`10.65.0.${i}`)]);
    }
    await cutter.settled();
    assert.equal(readings, 2);
    assert.equal(await left(), 0);
  });

  it("tries again after a failure, told once, and says when an address is free", async () => {
    open("10.65.0.2", "10.65.0.9");
    conntrack.faults.refuseNext(errno.EPERM, 2);
    cutter.cut([address("10.65.0.2")]);
    let isFree = false;
    void cutter.free([address("10.65.0.2")]).then(() => (isFree = true));
    await cutter.free([address("10.65.0.3")]);
    await turn();
    assert.equal(cutter.pending, 1);
    for (let i = 0; i < 2; i++) {
      assert.equal(isFree, false);
      clock.advance(millis(200));
      await turn();
    }
    assert.equal(isFree, true);
    assert.deepEqual(
      facts.map(({ fact }) => fact),
      ["agent.flows-kept", "agent.flows-cut"],
    );
    assert.equal(await left(), 0);
  });

  it("cuts an address again that is lost again while it is being cut", async () => {
    open("10.65.0.2", "10.65.0.9");
    cutter.cut([address("10.65.0.2")]);
    cutter.cut([address("10.65.0.2")]);
    await cutter.settled();
    assert.equal(readings, 2);
  });

  it("lets go of who waits when it is closed, and tries no more", async () => {
    conntrack.faults.refuseNext(errno.EPERM);
    cutter.cut([address("10.65.0.2")]);
    await turn();
    const free = cutter.free([address("10.65.0.2")]);
    cutter.close();
    await free;
    clock.advance(seconds(60));
    await turn();
    assert.equal(readings, 1);
  });
});

describe("owners of addresses", () => {
  const owned = (...texts: string[]) => ({ addresses: texts.map((text) => parsePrefix(text)!) });

  it("lose what they had and have no more, also when another has it by then", () => {
    const owners = new AddressOwners();
    const lost = (change: Parameters<AddressOwners["onEndpoint"]>[0]) => owners.onEndpoint(change).lost;
    assert.deepEqual(lost({ kind: "set", key: "a", value: owned("10.0.0.1/32", "fd00::1/128") }), []);
    assert.deepEqual(lost({ kind: "set", key: "b", value: owned("10.0.0.1/32") }), []);
    assert.deepEqual(lost({ kind: "set", key: "a", value: owned("fd00::1/128", "10.0.0.2/32") }), [
      address("10.0.0.1"),
    ]);
    assert.deepEqual(lost({ kind: "set", key: "a", value: owned("fd00::1/128", "10.0.0.2/32") }), []);
    assert.deepEqual(lost({ kind: "delete", key: "a" }).length, 2);
    assert.deepEqual(lost({ kind: "delete", key: "a" }), []);
    assert.deepEqual(lost({ kind: "delete", key: "b" }), [address("10.0.0.1")]);
  });

  it("says which addresses an endpoint gains that nobody here has", () => {
    const owners = new AddressOwners();
    const gained = (key: string, ...texts: readonly string[]) =>
      owners.onEndpoint({ kind: "set", key, value: owned(...texts) }).gained;
    assert.deepEqual(gained("a", "10.0.0.1/32"), [address("10.0.0.1")]);
    assert.deepEqual(gained("a", "10.0.0.1/32", "10.0.0.2/32"), [address("10.0.0.2")]);
    assert.deepEqual(gained("b", "10.0.0.1/32"), [], "another has it");
    owners.onEndpoint({ kind: "delete", key: "a" });
    owners.onEndpoint({ kind: "delete", key: "b" });
    assert.deepEqual(gained("b", "10.0.0.1/32"), [address("10.0.0.1")]);
  });
});
