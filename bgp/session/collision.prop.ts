import assert from "node:assert/strict";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { LabPeer, labConfig } from "../sim/session-lab.ts";
import { SimNetwork } from "../sim/wire.ts";

describe("two speakers that call each other at once", () => {
  it("end with exactly one connection, Established at both ends, which never went down: 1,000 networks", () => {
    let crossed = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const clock = new SimClock();
      const random = seededRandom(seed);
      const network = new SimNetwork(clock, random, { maxDelayMs: 1 + random() * 60, maxPiece: 1 + (seed % 40) });
      const peers = [new LabPeer(network, labConfig(1, 2)), new LabPeer(network, labConfig(2, 1))];
      // A third of the pairs restart together: every OPEN of theirs has the R bit, also those on calls that cross.
      if (seed % 3 === 0) for (const peer of peers) peer.restart = { restarting: true, forwardingPreserved: ["ipv4"] };
      peers[seed % 2]!.session.start();
      clock.advance(millis(random() * 40));
      peers[1 - (seed % 2)]!.session.start();
      for (let i = 0; i < 40; i++) {
        clock.advance(millis(500));
        const up = network.connections;
        assert.ok(up <= 2, `seed ${seed}: ${up} connections`);
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
