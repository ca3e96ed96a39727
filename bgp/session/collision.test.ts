import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { LabPeer, labConfig } from "../sim/session-lab.ts";
import { SimNetwork } from "../sim/wire.ts";
import { COLLISION_WINDOW_MS, type Identities, type OtherConnection, resolveCollision, survivor } from "./collision.ts";

const low = 0x0a000001;
const high = 0x0a000002;

function identities(localRouterId: number, peerRouterId: number, localAsn = 1, peerAsn = 2): Identities {
  return { localRouterId, localAsn, peerRouterId, peerAsn };
}

function other(differing: Partial<OtherConnection> = {}): OtherConnection {
  const first = { direction: "outbound", state: "OpenConfirm", establishedForMs: undefined } as const;
  return { ...first, isGraceful: false, wasRestarting: false, ...differing };
}

describe("collision of two connections", () => {
  it("RFC 4271 6.8: the connection of the higher BGP Identifier lives, also above 2^31", () => {
    assert.equal(survivor(identities(high, low)), "outbound");
    assert.equal(survivor(identities(low, high)), "inbound");
    assert.equal(survivor(identities(0xf0000001, 0x10000001)), "outbound");
  });

  it("RFC 6286 2.3: with equal identifiers, that of the higher AS", () => {
    assert.equal(survivor(identities(low, low, 2, 1)), "outbound");
    assert.equal(survivor(identities(low, low, 1, 2)), "inbound");
  });

  it("both ends agree which one it is", () => {
    const ids = fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(70000), fc.nat(70000));
    fc.assert(
      fc.property(ids, ([x, y, xAs, yAs]) => {
        fc.pre(x !== y || xAs !== yAs);
        const here = survivor(identities(x, y, xAs, yAs));
        const there = survivor(identities(y, x, yAs, xAs));
        assert.notEqual(here, there); // my outbound is your inbound
      }),
    );
  });

  it("in OpenConfirm decides by identifier, whichever connection is the newcomer", () => {
    const weWin = identities(high, low);
    assert.equal(resolveCollision("inbound", false, other({ direction: "outbound" }), weWin), "drop-newcomer");
    assert.equal(resolveCollision("outbound", false, other({ direction: "inbound" }), weWin), "drop-other");
  });

  it("drops the older of two calls of the same side", () => {
    assert.equal(
      resolveCollision("inbound", false, other({ direction: "inbound" }), identities(high, low)),
      "drop-other",
    );
  });

  it("an Established session beats the newcomer", () => {
    const established = other({ state: "Established", establishedForMs: 1e6 });
    assert.equal(resolveCollision("inbound", false, established, identities(low, high)), "drop-newcomer");
    assert.equal(resolveCollision("inbound", true, established, identities(low, high)), "drop-newcomer");
  });

  it("RFC 4724 4.2: unless it is graceful and the peer has restarted", () => {
    const graceful = (establishedForMs: number): OtherConnection =>
      other({ state: "Established", establishedForMs, isGraceful: true });
    const ids = identities(high, low);
    assert.equal(resolveCollision("inbound", true, graceful(10), ids), "replace-other");
    assert.equal(resolveCollision("inbound", false, graceful(COLLISION_WINDOW_MS), ids), "replace-other");
    assert.equal(resolveCollision("inbound", false, graceful(10), ids), "drop-newcomer");
    assert.equal(resolveCollision("outbound", true, graceful(10), ids), "drop-newcomer");
  });
});

describe("two speakers that call each other at once", () => {
  it("end with exactly one connection, Established at both ends, which never went down: 1,000 networks", () => {
    let crossed = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const clock = new SimClock();
      const random = seededRandom(seed);
      const network = new SimNetwork(clock, random, { maxDelayMs: 1 + random() * 60, maxPiece: 1 + (seed % 40) });
      const peers = [new LabPeer(network, labConfig(1, 2)), new LabPeer(network, labConfig(2, 1))];
      peers[seed % 2]!.session.start();
      clock.advance(millis(random() * 40));
      peers[1 - (seed % 2)]!.session.start();
      for (let i = 0; i < 40; i++) {
        clock.advance(millis(500));
        const up = network.connections;
        assert.ok(up <= 3, `seed ${seed}: ${up} connections`);
      }
      clock.advance(seconds(20));
      assert.deepEqual(
        peers.map(({ session }) => session.state),
        ["Established", "Established"],
        `seed ${seed}`,
      );
      assert.equal(network.connections, 1, `seed ${seed}`);
      assert.deepEqual(
        peers.map(({ timesUp }) => timesUp),
        [1, 1],
        `seed ${seed} flapped`,
      );
      crossed += peers.some(({ facts }) => facts.some((f) => f.fact === "bgp.notification-sent" && f.subcode === 7))
        ? 1
        : 0;
    }
    assert.ok(crossed > 100, `only ${crossed} of 1,000 networks made calls cross`);
  });

  it("come up, too, when the network resets connections meanwhile", () => {
    for (let seed = 0; seed < 100; seed++) {
      const clock = new SimClock();
      const random = seededRandom(seed);
      const network = new SimNetwork(clock, random, { maxDelayMs: 50, maxPiece: 9 });
      const [x, y] = [labConfig(1, 2), labConfig(2, 1)];
      const peers = [new LabPeer(network, x), new LabPeer(network, y)];
      for (const { session } of peers) session.start();
      for (let i = 0; i < 10; i++) {
        clock.advance(millis(random() * 300));
        network.reset(x.dial.localAddress!, y.dial.localAddress!);
      }
      clock.advance(seconds(60));
      assert.deepEqual(
        peers.map(({ session }) => session.state),
        ["Established", "Established"],
        `seed ${seed}`,
      );
      assert.equal(network.connections, 1, `seed ${seed}`);
      for (const { told } of peers) {
        const ups = told.filter(({ on }) => on === "established").length;
        assert.equal(told.filter(({ on }) => on === "down").length, ups - 1, "one onDown for every onEstablished");
      }
    }
  });
});
