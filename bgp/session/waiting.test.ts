import assert from "node:assert/strict";
import { millis, seconds } from "../../lib/unit.ts";
import { LabPeer, labConfig } from "../sim/session-lab.ts";
import { BarePeer, hostA, hostB, keepalive, openOfB, sessionPair, startedPair } from "../sim/session-pair.ts";
import type { State } from "./state.ts";

describe("a peer that dies while the session comes up", () => {
  it("before its OPEN: half a minute, not the RFC's four, then the only caller calls again", () => {
    const { clock, network, a, b } = sessionPair();
    // TCP is up and b has said its OPEN; a took it, and is gone with its answer.
    network.host(hostA).listen(
      { address: hostA, port: 1790 },
      {
        onListening: () => {},
        onAccept: (connection) => connection.listen({ onData: () => {}, onDrain: () => {}, onClose: () => {} }),
        onFail: assert.fail,
      },
    );
    a.close();
    const deaf = labConfig(2, 1, {
      dial: { ...labConfig(2, 1).dial, remote: { address: hostA, zone: "", port: 1790 } },
    });
    const caller = new LabPeer(network, deaf, false);
    caller.session.start();
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(29));
    assert.equal(caller.session.state, "OpenSent");
    clock.advance(seconds(8));
    const calls = caller.facts.filter((f) => f.fact === "bgp.session-state" && f.to === "Connect").length;
    assert.equal(calls, 2);
    assert.match(caller.session.why, /the peer sent no OPEN/);
  });

  it("before its first KEEPALIVE: as long, whatever hold time was agreed", () => {
    for (const holdTimeSeconds of [0, 90, 240]) {
      const { clock, network, a } = sessionPair({ holdTimeSeconds });
      a.session.start();
      new BarePeer(network).call(openOfB({ holdTimeSeconds }));
      clock.advance(seconds(29));
      assert.equal(a.session.state, "OpenConfirm");
      clock.advance(seconds(2));
      assert.equal(a.session.state, "Active");
    }
  });

  it("within a hold time that is shorter: no longer than that", () => {
    const { clock, network, a } = sessionPair();
    a.session.start();
    new BarePeer(network).call(openOfB({ holdTimeSeconds: 9 }));
    clock.advance(seconds(10));
    assert.equal(a.session.state, "Active");
  });

  it("and a session that is up has its whole hold time", () => {
    const { clock, network, a } = sessionPair();
    a.session.start();
    new BarePeer(network).call(openOfB(), keepalive);
    clock.advance(seconds(89));
    assert.equal(a.session.state, "Established");
    clock.advance(seconds(2));
    assert.equal(a.session.state, "Active");
  });
});

describe("a session that ends while its reading is paused", () => {
  it("reads again when it comes up again: the pause was the old connection's", () => {
    const { clock, network, b } = startedPair();
    b.session.pauseReading();
    network.reset(hostA, hostB);
    clock.advance(seconds(10));
    assert.deepEqual([b.session.state, b.timesUp], ["Established", 2]);
  });
});

describe("DelayOpen (RFC 4271 8.1.1), in every row of the table that knows it", () => {
  const types = (bare: BarePeer): number[] => bare.types;
  const [active, openSent]: State[] = ["Active", "OpenSent"];

  it("Active, 17 and 12: says nothing for so long, then its OPEN", () => {
    const { clock, network, a } = sessionPair({ delayOpenSeconds: 5 });
    a.session.start();
    const bare = new BarePeer(network);
    bare.call();
    clock.advance(seconds(4));
    assert.deepEqual([types(bare), a.session.state], [[], active]);
    clock.advance(seconds(2));
    assert.deepEqual([types(bare), a.session.state], [[1], openSent]);
  });

  it("Active, 20: answers the peer's OPEN with OPEN and KEEPALIVE at once", () => {
    const { clock, network, a } = sessionPair({ delayOpenSeconds: 5 });
    a.session.start();
    const bare = new BarePeer(network);
    bare.call(openOfB());
    clock.advance(millis(200));
    assert.deepEqual([types(bare), a.session.state], [[1, 4], "OpenConfirm"]);
    bare.say(keepalive);
    clock.advance(millis(200));
    assert.equal(a.session.state, "Established");
  });

  it("a call that crossed the one that is Established hears no OPEN of ours, only Cease/7 on its own", () => {
    const { clock, network, a } = sessionPair({});
    a.session.start();
    const first = new BarePeer(network);
    first.call(openOfB(), keepalive);
    clock.advance(millis(200));
    const crossing = new BarePeer(network);
    crossing.call();
    clock.advance(seconds(3));
    assert.deepEqual([types(crossing), a.session.state], [[], "Established"]);
    crossing.say(openOfB());
    clock.advance(seconds(1));
    assert.deepEqual([types(crossing), crossing.isClosed], [[3], true]);
    assert.deepEqual([a.session.state, a.timesUp], ["Established", 1]);
  });

  it("Active, 18: the caller hangs up meanwhile, and the next one is taken", () => {
    const { clock, network, a } = sessionPair({ delayOpenSeconds: 5 });
    a.session.start();
    const bare = new BarePeer(network);
    bare.call();
    clock.advance(seconds(1));
    bare.close();
    clock.advance(seconds(1));
    assert.equal(a.session.state, active);
    bare.call(openOfB(), keepalive);
    clock.advance(seconds(1));
    assert.equal(a.session.state, "Established");
  });

  it("Active, 2: stopped meanwhile, the connection closes without a word", () => {
    const { clock, network, a } = sessionPair({ delayOpenSeconds: 5 });
    a.session.start();
    const bare = new BarePeer(network);
    bare.call();
    clock.advance(seconds(1));
    a.session.stop({ kind: "cease", subcode: 2 });
    clock.advance(seconds(10));
    assert.deepEqual([types(bare), bare.isClosed, a.session.state], [[], true, "Idle"]);
  });

  it("Connect, 16 and 12: our own call waits too; 18: when it breaks, we call again", () => {
    const { clock, network, a, b } = sessionPair({ delayOpenSeconds: 60 }, { delayOpenSeconds: 3 });
    a.session.start();
    b.session.start();
    clock.advance(seconds(2));
    assert.equal(b.session.state, "Connect");
    network.reset(hostA, hostB);
    clock.advance(seconds(1));
    assert.equal(b.session.state, active);
    clock.advance(seconds(12));
    assert.deepEqual([a.session.state, b.session.state], ["Established", "Established"]);
  });

  it("Connect and Active, 19 to 28: anything but OPEN while it runs ends the connection", () => {
    for (const octets of [keepalive, new Uint8Array(19)]) {
      const { clock, network, a } = sessionPair({ delayOpenSeconds: 5 });
      a.session.start();
      const bare = new BarePeer(network);
      bare.call(octets);
      clock.advance(seconds(1));
      assert.deepEqual([types(bare), bare.isClosed], [[], true]);
    }
  });
});
