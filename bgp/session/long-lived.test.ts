import assert from "node:assert/strict";
import { seconds } from "../../lib/unit.ts";
import { Writer } from "../../lib/writer.ts";
import { writeEndOfRib } from "../message/update.ts";
import { LabPeer, labConfig } from "../sim/session-lab.ts";
import { type SessionPair, startedPair } from "../sim/session-pair.ts";
import type { SessionConfig } from "./session-config.ts";

/** What became of the peer's routes: `down` with what is kept, marks and sweeps by family. */
function fate({ told }: LabPeer): string[] {
  return told.flatMap((one) => {
    if (one.on === "down") return [`keeps ${one.reason.retains.join(" and ") || "nothing"}`];
    if (one.on === "long-lived" || one.on === "sweep") return [`${one.on} ${one.family}`];
    return one.on === "established" ? ["up"] : [];
  });
}

const preserved = { restarting: true, forwardingPreserved: ["ipv4", "ipv6"] } as const;

/** b asks a to keep its routes for 50 s, and then for an hour. */
function pair(ofB: Partial<SessionConfig> = {}): SessionPair {
  return startedPair(
    { longLivedStaleSeconds: 60 },
    { longLivedStaleSeconds: 3600, gracefulRestart: { restartSeconds: 50, stalePathSeconds: 60 }, ...ofB },
  );
}

describe("long-lived graceful restart between two speakers (RFC 9494)", () => {
  it("the peer does not come back: last choice after its restart time, gone after the long-lived one", () => {
    const { clock, a, b } = pair();
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(49));
    assert.deepEqual(fate(a), ["up", "keeps ipv4 and ipv6"]);
    clock.advance(seconds(2));
    assert.deepEqual(fate(a).slice(2), ["long-lived ipv4", "long-lived ipv6"]);
    clock.advance(seconds(3590));
    assert.equal(fate(a).length, 4);
    clock.advance(seconds(10));
    assert.deepEqual(fate(a).slice(4), ["sweep ipv4", "sweep ipv6"]);
  });

  it("with a restart time of 0 they are the last choice at once, and kept all the same", () => {
    const { clock, a, b } = pair({ gracefulRestart: { restartSeconds: 0, stalePathSeconds: 60 } });
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(1));
    assert.deepEqual(fate(a).slice(1), ["keeps ipv4 and ipv6", "long-lived ipv4", "long-lived ipv6"]);
  });

  it("back in time with its forwarding state: swept by End-of-RIB, family by family", () => {
    const { clock, a, b } = pair();
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(600));
    b.restart = preserved;
    b.session.start();
    clock.advance(seconds(10));
    assert.deepEqual(fate(a).slice(4), ["up"]);
    b.session.sendBulk(writeEndOfRib(new Writer(), "ipv6").take());
    clock.advance(seconds(1));
    assert.deepEqual(fate(a).slice(5), ["sweep ipv6"]);
  });

  it("back without the F bit of a family: swept before the session is told to be up", () => {
    const { clock, a, b } = pair();
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(600));
    b.restart = { restarting: true, forwardingPreserved: ["ipv6"] };
    b.session.start();
    clock.advance(seconds(10));
    assert.deepEqual(fate(a).slice(4), ["sweep ipv4", "up"]);
  });

  it("back without the capability: swept at once, as far as the long-lived time had begun", () => {
    for (const [after, swept] of [
      [600, ["sweep ipv4", "sweep ipv6", "up"]],
      [20, ["up"]],
    ] as const) {
      const { clock, network, a, b } = pair();
      b.session.stop({ kind: "silent" });
      clock.advance(seconds(after));
      const again = new LabPeer(network, { ...labConfig(2, 1), longLivedStaleSeconds: undefined }, false);
      again.restart = preserved;
      again.session.start();
      clock.advance(seconds(10));
      assert.deepEqual(fate(a).slice(after === 600 ? 4 : 2), swept);
    }
  });

  it("the long-lived timer runs on while the peer is back; when it ends, what comes later does not outlive the session", () => {
    const { clock, a, b } = pair({
      longLivedStaleSeconds: 30,
      gracefulRestart: { restartSeconds: 10, stalePathSeconds: 60 },
    });
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(20));
    b.restart = preserved;
    b.session.start();
    clock.advance(seconds(10));
    assert.deepEqual(fate(a).slice(4), ["up"]);
    clock.advance(seconds(15));
    assert.deepEqual(fate(a).slice(5), ["sweep ipv4", "sweep ipv6"]);
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(1));
    assert.deepEqual(fate(a).slice(7), ["keeps nothing"]);
  });

  it("away again before End-of-RIB: nothing is swept before the long-lived timer says so", () => {
    const { clock, a, b } = pair({ gracefulRestart: { restartSeconds: 10, stalePathSeconds: 60 } });
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(20));
    b.restart = preserved;
    b.session.start();
    clock.advance(seconds(10));
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(20));
    const again = ["up", "keeps ipv4 and ipv6", "long-lived ipv4", "long-lived ipv6"];
    assert.deepEqual(fate(a).slice(4), again);
    clock.advance(seconds(3600));
    assert.deepEqual(fate(a).slice(8), ["sweep ipv4", "sweep ipv6"]);
  });

  it("longer than any timer of the machine can be: six months", () => {
    const { clock, a, b } = pair({ longLivedStaleSeconds: 0xffffff });
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(0xffffff));
    assert.equal(fate(a).length, 4);
    clock.advance(seconds(60));
    assert.equal(fate(a).length, 6);
  });

  it("by the operator's stop: swept at once", () => {
    const { clock, a, b } = pair();
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(600));
    a.session.stop({ kind: "cease", subcode: 2 });
    assert.deepEqual(fate(a).slice(4), ["sweep ipv4", "sweep ipv6"]);
  });
});
