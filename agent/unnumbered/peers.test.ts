import assert from "node:assert/strict";
import { seconds } from "../../lib/unit.ts";
import { UnnumberedBench } from "./sim/bench.ts";

const eth0 = { interface: "eth0", asn: "external" } as const;
const eth1 = { interface: "eth1", asn: 65002, families: ["ipv6"], extendedNextHop: false, passive: true } as const;

function setUp(): UnnumberedBench {
  const bench = new UnnumberedBench();
  bench.unnumbered.set([eth0, eth1]);
  return bench;
}

describe("unnumbered peers", () => {
  it("are the speaker's once somebody is heard, with everything the file says of them", () => {
    const bench = setUp();
    assert.deepEqual([...bench.followed], ["eth0", "eth1"]);
    assert.equal(bench.peers.size, 0);
    bench.hear("eth0", ["fe80::2"]);
    bench.hear("eth1", ["fe80::2"]);
    const [one, two] = [...bench.peers.values()];
    assert.deepEqual([one!.zone, one!.asn, one!.extendedNextHop], ["eth0", "external", true]);
    assert.deepEqual([two!.zone, two!.asn, two!.extendedNextHop, two!.passive], ["eth1", 65002, false, true]);
    assert.equal(bench.unnumbered.nameOf("eth1"), "fe80::2%eth1");
  });

  it("go with the link at once, though the session is up", () => {
    const bench = setUp();
    bench.hear("eth0", ["fe80::2"]);
    bench.up.add("fe80::2%eth0");
    bench.hear("eth0", []);
    assert.equal(bench.peers.size, 0);
    assert.equal(bench.unnumbered.nameOf("eth0"), undefined);
  });

  it("stay when they are only not heard, as long as the session is up or routes are kept for them", () => {
    const bench = setUp();
    bench.hear("eth0", ["fe80::2"]);
    bench.up.add("fe80::2%eth0");
    bench.hear("eth0", [], true);
    bench.clock.advance(seconds(600));
    assert.equal(bench.peers.size, 1);
    bench.up.clear();
    bench.kept.add("fe80::2%eth0");
    bench.clock.advance(seconds(600));
    assert.equal(bench.peers.size, 1);
    bench.kept.clear();
    bench.clock.advance(seconds(5));
    assert.equal(bench.peers.size, 0);
    bench.clock.advance(seconds(60));
    assert.equal(bench.clock.next(), undefined, "nobody is looked at any more");
  });

  it("are replaced by the neighbour that is used now, unless the session is up and its own is still held", () => {
    const bench = setUp();
    bench.hear("eth0", ["fe80::2"]);
    bench.hear("eth0", ["fe80::1", "fe80::2"]);
    assert.deepEqual([...bench.peers.keys()], ["fe80::1%eth0"]);
    bench.up.add("fe80::1%eth0");
    bench.hear("eth0", ["fe80::2", "fe80::1"]);
    bench.clock.advance(seconds(60));
    assert.deepEqual([...bench.peers.keys()], ["fe80::1%eth0"]);
    bench.hear("eth0", ["fe80::2"]);
    assert.deepEqual([...bench.peers.keys()], ["fe80::2%eth0"]);
    assert.deepEqual(bench.deeds.slice(1), [
      "remove fe80::2%eth0 awaiting ipv4,ipv6",
      "set fe80::1%eth0",
      "remove fe80::1%eth0 awaiting ipv4,ipv6",
      "set fe80::2%eth0",
    ]);
  });

  it("make the speaker wait with what it sweeps for those that were not heard yet", () => {
    const bench = setUp();
    assert.deepEqual(bench.awaited, ["ipv4", "ipv6"]);
    bench.hear("eth0", ["fe80::2"]);
    assert.deepEqual(bench.awaited, ["ipv6"]);
    bench.hear("eth1", ["fe80::2"]);
    assert.deepEqual(bench.awaited, []);
    bench.unnumbered.set([]);
    assert.deepEqual([bench.awaited, bench.peers.size, bench.followed.size], [[], 0, 0]);
  });

  it("take another configuration over without being taken away", () => {
    const bench = setUp();
    bench.hear("eth0", ["fe80::2"]);
    bench.unnumbered.set([{ ...eth0, maxPrefixes: 5 }]);
    assert.deepEqual(bench.deeds, ["set fe80::2%eth0", "set fe80::2%eth0"]);
    assert.equal(bench.peers.get("fe80::2%eth0")!.maxPrefixes, 5);
    assert.deepEqual([...bench.followed], ["eth0"]);
  });

  it("that wait are listed by interface, with why and since when", () => {
    const bench = setUp();
    bench.hear("eth1", ["fe80::2"]);
    const start = bench.clock.wall();
    bench.clock.advance(seconds(7));
    bench.hear("eth1", []);
    const waiting = bench.unnumbered.waiting().map(({ peer, why, since }) => [peer.interface, why, since - start]);
    assert.deepEqual(waiting, [
      ["eth0", "nothing heard", 0],
      ["eth1", "nothing heard", 7000],
    ]);
    bench.hear("eth9", ["fe80::9"]);
    assert.equal(bench.peers.size, 0, "an interface that nobody asked for");
  });

  it("are left to the speaker at the end", () => {
    const bench = setUp();
    bench.hear("eth0", ["fe80::2"]);
    bench.unnumbered.close();
    bench.hear("eth0", []);
    assert.deepEqual([bench.isFinderClosed, bench.peers.size], [true, 1]);
  });
});
