import assert from "node:assert/strict";
import { seededRandom } from "../../lib/random.ts";
import { type BfdPacket, type SessionState, sessionStates } from "./packet.ts";
import { type BfdSession, newSession, packetOf, stateOf } from "./session.ts";
import { administered, type BfdStep, passed, received, retimed } from "./step.ts";
import { detectionTimeMs, drawJitter, expiresAt, sendsAt, txIntervalMs } from "./timing.ts";

const random = seededRandom(5);
const terms = { minTxMs: 300, minRxMs: 200, multiplier: 3 };
const fresh = (): BfdSession => newSession(42, terms);

/** A packet of a peer whose discriminator is 9. */
function from(state: SessionState, more: Partial<BfdPacket> = {}): BfdPacket {
  const { announced, ...peer } = newSession(9, { minTxMs: 100, minRxMs: 100, multiplier: 5 });
  const packet = packetOf({ ...peer, announced: { minTxMs: 100, minRxMs: 100 } }, {});
  return { ...packet, state, yourDiscriminator: 42, ...more };
}

/** What a history of packets makes of a session, one every 10 ms. */
function hearing(...packets: readonly BfdPacket[]): BfdStep {
  let step: BfdStep = { session: fresh(), send: [] };
  for (const [i, packet] of packets.entries()) step = received(step.session, packet, i * 10, random);
  return step;
}

const up = (): BfdSession => hearing(from("Down"), from("Init"), from("Up", { final: true }), from("Up")).session;

describe("BFD session (RFC 5880 6.8.6)", () => {
  /** The RFC's rules as a table: own state × state heard → next. */
  const table: { readonly [Own in SessionState]: string } = {
    AdminDown: "AdminDown AdminDown AdminDown AdminDown",
    Down: "Down Init Up Down",
    Init: "Down Init Up Up",
    Up: "Down Down Up Up",
  };
  const reach: { readonly [Own in SessionState]: () => BfdSession } = {
    AdminDown: () => administered(fresh(), false, 0, random).session,
    Down: fresh,
    Init: () => hearing(from("Down")).session,
    Up: up,
  };
  for (const own of sessionStates) {
    it(`goes from ${own} where the RFC says`, () => {
      assert.equal(reach[own]().state, own);
      const to = sessionStates.map((heard) => received(reach[own](), from(heard), 100, random).session.state);
      assert.equal(to.join(" "), table[own]);
    });
  }

  it("says why it fell: 3 when the peer said so, 1 when the peer said nothing", () => {
    assert.equal(received(up(), from("Down"), 100, random).session.diagnostic, 3);
    assert.equal(received(up(), from("AdminDown"), 100, random).session.diagnostic, 3);
    assert.equal(passed(up(), 10_000, random).session.diagnostic, 1);
  });

  it("tells its users AdminDown when the peer has switched off, and the reason of a fall in words", () => {
    assert.equal(stateOf(received(up(), from("AdminDown"), 100, random).session).state, "AdminDown");
    const lost = stateOf(passed(up(), 10_000, random).session);
    assert.deepEqual(lost, { state: "Down", reason: "Control Detection Time Expired" });
    const signaled = stateOf(received(up(), from("Down", { diagnostic: 1 }), 100, random).session);
    assert.equal(signaled.reason, "Neighbor Signaled Session Down, because: Control Detection Time Expired");
  });

  it("tells the peer at once when its state changes, and answers a Poll with a Final", () => {
    assert.deepEqual(
      hearing(from("Down")).send.map(({ state }) => state),
      ["Init"],
    );
    const { send } = received(up(), from("Up", { poll: true }), 100, random);
    assert.deepEqual(
      send.map(({ poll, final }) => [poll, final]),
      [[false, true]],
    );
  });

  it("forgets a peer that says nothing for a Detection Time, also while Down (6.8.1)", () => {
    const down = received(up(), from("Down"), 100, random).session;
    assert.equal(down.remote.discriminator, 9);
    assert.equal(passed(down, expiresAt(down)! - 1, random).session.remote.discriminator, 9);
    assert.equal(passed(down, expiresAt(down)!, random).session.remote.discriminator, 0);
  });

  it("never asks for echoes nor demand, and says that it shares the fate of its control plane", () => {
    const { minEchoRxMs, demand, controlPlaneIndependent } = packetOf(up(), {});
    assert.deepEqual([minEchoRxMs, demand, controlPlaneIndependent], [0, false, false]);
  });

  it("says AdminDown at once when it is switched off, and begins anew from Down", () => {
    const off = administered(up(), false, 100, random);
    assert.deepEqual([off.send[0]!.state, off.send[0]!.diagnostic], ["AdminDown", 7]);
    assert.deepEqual(received(off.session, from("Up", { poll: true }), 110, random).send, [], "discarded (6.8.6)");
    assert.equal(administered(off.session, true, 200, random).session.state, "Down");
    assert.deepEqual(administered(up(), true, 100, random).send, [], "again does nothing");
  });
});

describe("BFD timers (RFC 5880 6.8.2 to 6.8.4, 6.8.7)", () => {
  it("send once a second at most until Up, then as the slower end wants", () => {
    assert.equal(fresh().announced.minTxMs, 1000);
    assert.equal(txIntervalMs(hearing(from("Down")).session), 1000);
    assert.equal(txIntervalMs(up()), 300);
    assert.equal(txIntervalMs(received(up(), from("Up", { minRxMs: 700 }), 100, random).session), 700);
  });

  it("expire after the peer's multiplier times the slower of its sending and our hearing", () => {
    assert.equal(detectionTimeMs(up()), 5 * 200);
    assert.equal(detectionTimeMs(received(up(), from("Up", { minTxMs: 400 }), 100, random).session), 5 * 400);
    const session = up();
    assert.equal(passed(session, expiresAt(session)! - 1, random).session.state, "Up");
    assert.equal(passed(session, expiresAt(session)!, random).session.state, "Down");
  });

  it("jitter between 75 and 100 %, up to 90 % when no packet may be missed", () => {
    const draws = (multiplier: number): number[] => Array.from({ length: 500 }, () => drawJitter(random, multiplier));
    for (const [multiplier, most] of [
      [3, 1],
      [1, 0.9],
    ] as const) {
      const all = draws(multiplier);
      assert.ok(Math.min(...all) >= 0.75 && Math.max(...all) <= most);
      assert.ok(Math.max(...all) > most - 0.02 && Math.min(...all) < 0.77);
    }
  });

  it("send nothing to a peer that wants nothing, but answer its Poll", () => {
    const silent = received(up(), from("Up", { minRxMs: 0 }), 100, random).session;
    assert.equal(sendsAt(silent), undefined);
    assert.equal(received(silent, from("Up", { minRxMs: 0, poll: true }), 110, random).send.length, 1);
  });

  it("cease while the peer is in Demand mode, unless we poll", () => {
    const demanded = received(up(), from("Up", { demand: true }), 100, random).session;
    assert.equal(sendsAt(demanded), undefined);
    const polling = retimed(demanded, { ...terms, minRxMs: 100 }, 110, random).session;
    assert.notEqual(sendsAt(polling), undefined);
    assert.equal(received(polling, from("Down", { demand: true }), 120, random).session.state, "Down");
  });

  it("honour a faster peer at once, counted from the last packet", () => {
    const slow = received(up(), from("Up", { minRxMs: 5000 }), 100, random).session;
    const fast = received({ ...slow, sentAt: 100 }, from("Up", { minRxMs: 100 }), 200, random).session;
    assert.ok(sendsAt(slow)! >= slow.sentAt! + 0.75 * 5000);
    assert.ok(sendsAt(fast)! <= 100 + 300);
  });
});

describe("BFD Poll Sequence (RFC 5880 6.5, 6.8.3)", () => {
  it("announces the faster interval when the session comes up, until the Final comes", () => {
    const came = hearing(from("Down"), from("Init"));
    assert.deepEqual([came.session.state, came.send[0]!.poll, came.send[0]!.minTxMs], ["Up", true, 300]);
    assert.equal(passed(came.session, 400, random).send[0]!.poll, true, "every packet polls until it is answered");
    const final = received(came.session, from("Up", { final: true }), 30, random).session;
    assert.equal(final.poll, "settling");
    assert.equal(received(final, from("Up"), 40, random).session.poll, "none");
  });

  it("sends at the shorter interval and waits the longer one until it ends; nothing falls", () => {
    const slower = retimed(up(), { minTxMs: 900, minRxMs: 100, multiplier: 3 }, 100, random);
    assert.deepEqual([slower.send[0]!.poll, slower.send[0]!.minTxMs, slower.send[0]!.minRxMs], [true, 900, 100]);
    assert.equal(txIntervalMs(slower.session), 300);
    assert.equal(detectionTimeMs(slower.session), 5 * 200);
    const ended = received(slower.session, from("Up", { final: true }), 110, random).session;
    assert.equal(txIntervalMs(ended), 900);
    assert.equal(detectionTimeMs(ended), 5 * 100);
    assert.equal(ended.state, "Up");
  });

  it("runs one at a time: a change in the middle waits for a packet without Final", () => {
    let { session } = retimed(up(), { ...terms, minRxMs: 100 }, 100, random);
    session = retimed(session, { ...terms, minRxMs: 50 }, 110, random).session;
    assert.equal(session.announced.minRxMs, 100);
    session = received(session, from("Up", { final: true }), 120, random).session;
    assert.equal(session.announced.minRxMs, 100, "its Final could be mistaken for another");
    const next = received(session, from("Up"), 130, random);
    assert.deepEqual([next.session.announced.minRxMs, next.send[0]!.poll], [50, true]);
  });

  it("is not needed for the multiplier (6.8.12), nor while the session is not Up", () => {
    const step = retimed(up(), { ...terms, multiplier: 7 }, 100, random);
    assert.deepEqual([step.session.poll, step.send[0]!.multiplier], ["none", 7]);
    assert.equal(retimed(fresh(), { ...terms, minTxMs: 2000 }, 0, random).session.poll, "none");
    const fallen = passed(retimed(up(), { ...terms, minTxMs: 900 }, 100, random).session, 5000, random).session;
    assert.deepEqual([fallen.poll, fallen.used.minTxMs], ["none", 1000]);
  });
});
