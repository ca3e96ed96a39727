import assert from "node:assert/strict";
import { createNetwork, type SimulatedNetwork } from "./simulation.ts";

/** Three nodes in a row of eBGP: left, middle, right. */
function row(seed = 1): SimulatedNetwork {
  const network = createNetwork({ seed, isTraced: true });
  network.router("left", { asn: 65001, announces: ["10.1.0.0/16", "fd00:1::/64"] });
  network.router("middle", { asn: 65002 });
  network.router("right", { asn: 65003, announces: ["10.3.0.0/16"] });
  network.peer("left", "middle").peer("middle", "right");
  assert.ok(network.until(() => network.isSettled, { withinSeconds: 10 }));
  network.run({ forSeconds: 2 });
  return network;
}

/** Declares the same network, in the order given, and lets things happen to it. */
function history(seed: number, order: readonly (0 | 1 | 2)[]): readonly string[] {
  const network = createNetwork({ seed, isTraced: true, link: { delayMs: 5, jitterMs: 20, loss: 0.1 } });
  const names = ["a", "b", "c"];
  for (const i of order) network.router(names[i]!, { asn: 65000 + i, announces: [`10.${i}.0.0/16`] });
  for (const i of order) network.peer(names[i]!, names[(i + 1) % 3]!);
  for (const i of order) network.link(names[i]!, names[(i + 1) % 3]!, { jitterMs: 10 + i, loss: 0.1 });
  network.run({ forSeconds: 20 });
  network.cut(["a", "b"], "loud");
  network.restart("c", { graceful: true, afterSeconds: 3 });
  network.run({ forSeconds: 200 });
  network.heal(["a", "b"]);
  network.run({ forSeconds: 60 });
  return network.trace;
}

describe("a simulated network", () => {
  it("has one history for one seed, in whatever order its parts are declared, and others for others", () => {
    const told = history(7, [0, 1, 2]);
    assert.ok(told.length > 50);
    assert.deepEqual(told, history(7, [0, 1, 2]));
    assert.deepEqual(told, history(7, [2, 0, 1]));
    assert.notDeepEqual(told, history(8, [0, 1, 2]));
  });

  it("shows tables in words, forwarding by names, and the ways of packets", () => {
    const network = row();
    assert.deepEqual(network.table("right"), [
      {
        prefix: "10.1.0.0/16",
        from: "middle",
        nextHop: "middle",
        attributes: "AS path 65002 65001, origin igp",
      },
      { prefix: "10.3.0.0/16", from: "local", nextHop: "here", attributes: "AS path empty, origin igp" },
      {
        prefix: "fd00:1::/64",
        from: "middle",
        nextHop: "middle",
        attributes: "AS path 65002 65001, origin igp",
      },
    ]);
    assert.deepEqual([...network.forwarding("left")], [["10.3.0.0/16", ["middle"]]]);
    assert.deepEqual(network.path("left", "10.3.0.0/16"), { outcome: "delivered", hops: ["left", "middle", "right"] });
    assert.deepEqual(network.path("right", "fd00:1::/64").hops, ["right", "middle", "left"]);
    assert.deepEqual(network.path("left", "192.0.2.0/24"), { outcome: "no route", hops: ["left"] });
  });

  it("a silent cut is found by the hold timer and nothing before, a loud one at once", () => {
    for (const [how, seconds] of [
      ["silent", 60],
      ["loud", 0.1],
    ] as const) {
      const network = row();
      const link = ["middle", "right"] as const;
      network.cut(link, how);
      assert.equal(network.path("left", "10.3.0.0/16").outcome, "dead next hop");
      network.run({ forSeconds: seconds });
      assert.equal(network.sessions().find(({ pair }) => pair.includes("right"))!.isUp, how === "silent", how);
      network.run({ forSeconds: 240 });
      assert.equal(network.path("left", "10.3.0.0/16").outcome, "no route", how);
      network.heal(link);
      assert.ok(
        network.until(() => network.path("left", "10.3.0.0/16").outcome === "delivered", { withinSeconds: 40 }),
      );
    }
  });

  it("a cut that is over before the hold time costs no session", () => {
    const network = row();
    network.cut(["left", "middle"]);
    network.run({ forSeconds: 50 });
    network.heal(["left", "middle"]);
    network.run({ forSeconds: 120 });
    assert.equal(network.trace.filter((line) => line.includes("session-down")).length, 0);
  });

  it("a crash is told to nobody and stops packets; a stopped process does not", () => {
    const crashed = row();
    crashed.crash("middle");
    crashed.run({ forSeconds: 30 });
    assert.equal(crashed.trace.filter((line) => line.includes("session-down")).length, 0);
    assert.deepEqual(crashed.path("left", "10.3.0.0/16"), { outcome: "dead next hop", hops: ["left", "middle"] });
    assert.deepEqual(crashed.table("middle"), []);
    const stopped = row();
    stopped.stop("middle");
    stopped.run({ forSeconds: 30 });
    assert.equal(stopped.trace.filter((line) => line.includes("session-down")).length, 2);
    assert.equal(stopped.path("left", "10.3.0.0/16").outcome, "delivered");
  });

  it("a cold restart empties the forwarding table, a graceful one keeps it and says so", () => {
    const network = row();
    network.restart("middle", { graceful: true, afterSeconds: 10 });
    network.run({ forSeconds: 5 });
    assert.equal(network.forwarding("middle").size, 3);
    network.run({ forSeconds: 10 });
    assert.ok(network.trace.some((line) => line.endsWith("middle starts with ipv4 and ipv6 routes kept")));
    network.restart("middle", { graceful: false, afterSeconds: 10 });
    network.run({ forSeconds: 5 });
    assert.equal(network.forwarding("middle").size, 0);
    assert.ok(network.until(() => network.forwarding("middle").size === 3, { withinSeconds: 20 }));
  });

  it("finds circles in forwarding tables", () => {
    const network = createNetwork({ seed: 1 });
    network
      .router("x", { asn: 65001 })
      .router("y", { asn: 65002, announces: ["10.0.0.0/8"] })
      .peer("x", "y");
    assert.ok(network.until(() => network.forwarding("x").size === 1, { withinSeconds: 10 }));
    // Y forgets what it announced, and says so to nobody: its process is away and its own default leads back.
    network.announce("x", "0.0.0.0/0");
    assert.ok(network.until(() => network.forwarding("y").size === 1, { withinSeconds: 10 }));
    network.stop("y");
    network.withdraw("x", "0.0.0.0/0");
    network.withdraw("y", "10.0.0.0/8");
    assert.deepEqual(network.path("x", "10.0.0.0/8"), { outcome: "loop", hops: ["x", "y", "x"] });
  });

  it("parts and rejoins; who is away stays away in its twin", () => {
    const network = row();
    network.partition(["left"]);
    network.stop("right");
    assert.equal(network.isLinked("left", "middle"), false);
    assert.equal(network.isLinked("left", "right"), false);
    const twin = network.twin();
    twin.run({ forSeconds: 30 });
    assert.deepEqual(twin.names, network.names);
    assert.deepEqual([twin.isRunning("left"), twin.isRunning("right")], [true, false]);
    assert.equal(twin.table("middle").length, 0);
    assert.equal(twin.isSettled, true, "what cannot be up does not count");
    network.rejoin();
    network.restart("right", { graceful: false });
    assert.ok(network.until(() => network.sessions().every(({ isUp }) => isUp), { withinSeconds: 60 }));
  });

  it("peers that are taken away are gone; packets that are lost only cost time", () => {
    const network = createNetwork({ seed: 3, link: { delayMs: 10, jitterMs: 5, loss: 0.3 } });
    network
      .router("x", { asn: 65001, announces: ["10.0.0.0/8"] })
      .router("y", { asn: 65002 })
      .peer("x", "y");
    assert.ok(network.until(() => network.table("y").length === 1, { withinSeconds: 60 }));
    network.unpeer("x", "y");
    network.run({ forSeconds: 5 });
    assert.deepEqual(network.table("y"), []);
    assert.deepEqual(network.sessions(), []);
  });

  it("names what it does not know", () => {
    const network = row();
    assert.throws(() => network.table("nobody"), /there is no router nobody/);
    assert.throws(() => network.path("left", "10.0.0/8"), /10\.0\.0\/8 is no prefix/);
    assert.throws(() => network.router("left", { asn: 1 }), /there is a router left already/);
  });
});
