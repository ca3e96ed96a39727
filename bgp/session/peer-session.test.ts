import assert from "node:assert/strict";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { Writer } from "../../lib/writer.ts";
import { writeKeepalive } from "../message/keepalive.ts";
import { cease, notification, writeNotification } from "../message/notification.ts";
import { writeOpen } from "../message/open.ts";
import { writeRouteRefresh } from "../message/route-refresh.ts";
import { writeEndOfRib, writeUpdate } from "../message/update.ts";
import { LabPeer, labConfig } from "../sim/session-lab.ts";
import { SimNetwork } from "../sim/wire.ts";
import type { Connection } from "../wire.ts";
import { Framer } from "./framer.ts";
import { localOpen } from "./open.ts";
import type { SessionConfig } from "./session-config.ts";

interface Lab {
  readonly clock: SimClock;
  readonly network: SimNetwork;
  readonly a: LabPeer;
  readonly b: LabPeer;
}

/** Two speakers, a (10.0.0.1) and b (10.0.0.2); `b` calls unless configured otherwise, `a` only waits. */
function lab(ofA: Partial<SessionConfig> = {}, ofB: Partial<SessionConfig> = {}): Lab {
  const clock = new SimClock();
  const network = new SimNetwork(clock, seededRandom(4271), { maxDelayMs: 10, maxPiece: 5000 });
  const a = new LabPeer(network, labConfig(1, 2, { passive: true, ...ofA }));
  const b = new LabPeer(network, labConfig(2, 1, ofB));
  return { clock, network, a, b };
}

function up(ofA: Partial<SessionConfig> = {}, ofB: Partial<SessionConfig> = {}): Lab {
  const made = lab(ofA, ofB);
  made.a.session.start();
  made.b.session.start();
  made.clock.advance(seconds(2));
  assert.deepEqual([made.a.session.state, made.b.session.state], ["Established", "Established"]);
  return made;
}

const [hostA, hostB] = [labConfig(1, 2).dial.localAddress!, labConfig(2, 1).dial.localAddress!];
const route = writeUpdate(new Writer(), { withdrawn: Uint8Array.of(24, 10, 1, 2) }).take();
const malformed = writeUpdate(new Writer(), { withdrawn: Uint8Array.of(99, 10, 1, 2) }).take();

describe("a session", () => {
  it("comes up, tells what was agreed, and stays up by KEEPALIVEs alone", () => {
    const { clock, a, b } = up();
    clock.advance(seconds(3600));
    assert.deepEqual([a.timesUp, b.timesUp], [1, 1]);
    assert.equal(a.session.negotiated!.isInternal, true);
    assert.deepEqual(a.session.localAddress, hostA);
    assert.equal(a.session.why, "");
  });

  it("with hold time 0 needs no KEEPALIVE and never expires", () => {
    const { clock, network, a, b } = up({ holdTimeSeconds: 0 });
    network.partition(hostA, hostB);
    clock.advance(seconds(7200));
    assert.deepEqual([a.session.state, b.session.state], ["Established", "Established"]);
  });

  it("of which neither end calls stays Active; with nobody there, Active and calling again and again", () => {
    const { clock, a, b } = lab({}, { passive: true });
    a.session.start();
    b.session.start();
    clock.advance(seconds(600));
    assert.deepEqual([a.session.state, b.session.state], ["Active", "Active"]);
    const alone = lab();
    alone.a.close();
    alone.b.session.start();
    alone.clock.advance(seconds(60));
    const calls = alone.b.facts.filter((f) => f.fact === "bgp.session-state" && f.to === "Connect").length;
    assert.ok(calls >= 10 && calls <= 20, `${calls} calls in a minute`);
    assert.match(alone.b.session.why, /10\.0\.0\.1:179: connection refused/);
  });

  it("lets the peer speak first when OPEN is delayed", () => {
    const { a } = up({ delayOpenSeconds: 5 });
    assert.equal(a.timesUp, 1);
    const { clock, a: slow, b } = lab({ delayOpenSeconds: 3 }, { delayOpenSeconds: 5 });
    slow.session.start();
    b.session.start();
    clock.advance(seconds(2));
    assert.notEqual(slow.session.state, "Established");
    clock.advance(seconds(3));
    assert.equal(slow.session.state, "Established");
  });

  it("delivers updates, End-of-RIB and refreshes in order", () => {
    const { clock, a, b } = up();
    b.session.sendBulk(route);
    b.session.sendBulk(writeEndOfRib(new Writer(), "ipv6").take());
    assert.equal(b.session.requestRefresh("ipv4"), true);
    clock.advance(seconds(1));
    assert.deepEqual(
      a.told.map(({ on }) => on),
      ["established", "update", "end-of-rib", "refresh"],
    );
  });

  it("asks for no refresh that was not agreed", () => {
    const { b } = up({ families: ["ipv4"] });
    assert.equal(b.session.requestRefresh("ipv6"), false);
    assert.equal(lab().b.session.requestRefresh("ipv4"), false);
  });
});

describe("the end of a session", () => {
  it("by the operator: Cease with a text at the other end, routes gone at both, no return until start", () => {
    const { clock, a, b } = up();
    b.session.stop({ kind: "cease", subcode: 2, text: "maintenance" });
    clock.advance(seconds(600));
    assert.deepEqual([a.lastDown!.cause, b.lastDown!.cause], ["received", "stopped"]);
    assert.equal(a.lastDown!.why, 'received Cease/Hard Reset (Cease/Administrative Shutdown "maintenance")');
    assert.equal(a.lastDown!.hint, "the peer's operator shut the session down");
    assert.deepEqual(a.lastDown!.retains, []);
    assert.equal(b.session.state, "Idle");
    assert.equal(a.timesUp, 1);
    b.session.start();
    clock.advance(seconds(120));
    assert.equal(a.timesUp, 2);
  });

  it("in silence: TCP closes without a word, and a graceful peer keeps the routes (RFC 4724)", () => {
    const { clock, a, b } = up();
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(1));
    assert.equal(a.lastDown!.cause, "connection");
    assert.deepEqual(a.lastDown!.retains, ["ipv4", "ipv6"]);
    assert.ok(b.facts.every(({ fact }) => fact !== "bgp.notification-sent"));
  });

  it("when nothing is heard within the hold time: 4/0", () => {
    const { clock, network, a, b } = up({ holdTimeSeconds: 9 });
    network.partition(hostA, hostB);
    clock.advance(seconds(12));
    for (const peer of [a, b]) {
      assert.equal(peer.lastDown!.cause, "sent");
      assert.equal(peer.lastDown!.notification!.code, 4);
    }
    network.heal(hostA, hostB);
    clock.advance(seconds(30));
    assert.deepEqual([a.timesUp, b.timesUp], [2, 2]);
  });

  it("not while we do not read: our own pause is no silence of the peer's", () => {
    const { clock, a } = up({ holdTimeSeconds: 9 });
    a.session.pauseReading();
    clock.advance(seconds(60));
    assert.equal(a.session.state, "Established");
    a.session.resumeReading();
    clock.advance(seconds(60));
    assert.equal(a.timesUp, 1);
  });

  it("when an UPDATE is malformed beyond repair: 3/x at the other end, and the message as evidence", () => {
    const { clock, a, b } = up();
    b.session.sendBulk(malformed);
    clock.advance(millis(100));
    assert.deepEqual([a.lastDown!.notification!.code, a.lastDown!.notification!.subcode], [3, 10]);
    assert.equal(b.lastDown!.cause, "received");
    const evidence = a.facts.find((f) => f.fact === "bgp.update-malformed")!;
    assert.equal(evidence.fact === "bgp.update-malformed" && evidence.update, Buffer.from(malformed).toString("hex"));
  });

  it("when the speaker says so, as with too many prefixes", () => {
    const { clock, a, b } = up();
    a.answer = cease(1);
    b.session.sendBulk(Uint8Array.from(Buffer.concat([route, route])));
    clock.advance(millis(100));
    assert.equal(a.told.filter(({ on }) => on === "update").length, 1, "nothing is delivered after the end");
    assert.match(b.lastDown!.why, /Maximum Number of Prefixes/);
    assert.match(b.lastDown!.hint, /more prefixes than the peer allows/);
  });

  it("by the network: both retry, and a NOTIFICATION is neither sent nor needed", () => {
    const { clock, network, a, b } = up();
    network.reset(hostA, hostB);
    clock.advance(seconds(10));
    assert.equal(a.lastDown!.cause, "connection");
    assert.deepEqual([a.timesUp, b.timesUp], [2, 2]);
  });
});

describe("a session that cannot be", () => {
  it("says which AS it found, and the other end that it was expected to have another", () => {
    const { clock, a, b } = lab({ peerAsn: 65009 });
    a.session.start();
    b.session.start();
    clock.advance(seconds(3));
    assert.match(a.session.why, /the peer is AS 65000, configured is AS 65009/);
    assert.match(b.session.why, /Bad Peer AS: the peer is configured for another AS than ours, 65000/);
  });

  it("backs off: at most a handful of attempts in five minutes, not one a millisecond", () => {
    const { clock, a, b } = lab({ peerAsn: 65009, passive: false });
    a.session.start();
    b.session.start();
    clock.advance(seconds(300));
    const refusals = a.facts.filter(({ fact }) => fact === "bgp.notification-sent").length;
    assert.ok(refusals >= 3 && refusals <= 14, `${refusals} refusals`);
    assert.equal(a.timesUp, 0);
  });

  it("is refused while stopped", () => {
    const { clock, a, b, network } = lab();
    b.session.start();
    clock.advance(seconds(20));
    assert.equal(network.connections, 0);
    assert.ok(a.facts.some(({ fact }) => fact === "bgp.connection-refused"));
  });

  it("with a wrong password gets no answer at all", () => {
    const dial = (local: number, peer: number, password: string): SessionConfig["dial"] => ({
      ...labConfig(local, peer).dial,
      password,
    });
    const { clock, a, b } = lab({ dial: dial(1, 2, "right") }, { dial: dial(2, 1, "wrong"), connectRetrySeconds: 60 });
    a.session.start();
    b.session.start();
    clock.advance(seconds(30));
    assert.equal(a.timesUp, 0);
    assert.match(b.session.why, /no answer/);
  });
});

describe("a peer that breaks the order of messages", () => {
  /** What a bare peer hears after it has said this, one hex text a message that is no OPEN or KEEPALIVE. */
  function answers(...messages: readonly Uint8Array[]): string[] {
    const { clock, network, a } = lab();
    a.session.start();
    const heard: string[] = [];
    const framer = new Framer();
    const onConnect = (connection: Connection): void => {
      connection.listen({
        onData: (buf, start, end) => {
          framer.push(buf, start, end, (type, message, from, to) => {
            if (type === 3) heard.push(Buffer.from(message.subarray(from + 19, to)).toString("hex"));
            return true;
          });
        },
        onDrain: () => {},
        onClose: () => {},
      });
      for (const message of messages) connection.write(message);
    };
    network.host(hostB).dial(labConfig(2, 1).dial, { onConnect, onFail: (error) => assert.fail(error.message) });
    clock.advance(seconds(1));
    return heard;
  }
  const open = writeOpen(
    new Writer(),
    localOpen(labConfig(2, 1), { restarting: false, forwardingPreserved: [] }),
  ).take();
  const keepalive = writeKeepalive(new Writer()).take();
  const refresh = writeRouteRefresh(new Writer(), "ipv4").take();

  it("is told in which state, and by which type (RFC 6608)", () => {
    assert.deepEqual(answers(keepalive), ["050104"]);
    assert.deepEqual(answers(route), ["050102"]);
    assert.deepEqual(answers(refresh), ["050105"]);
    assert.deepEqual(answers(open, route), ["050202"]);
    assert.deepEqual(answers(open, refresh), ["050205"]);
    assert.deepEqual(answers(open, open), ["050201"]);
    assert.deepEqual(answers(open, keepalive, open), ["050301"]);
  });

  it("gets no NOTIFICATION for a NOTIFICATION, and none for what is in order", () => {
    const farewell = writeNotification(new Writer(), cease(3)).take();
    assert.deepEqual(answers(farewell), []);
    assert.deepEqual(answers(open, farewell), []);
    assert.deepEqual(answers(open, keepalive, route, refresh, keepalive), []);
  });

  it("hears of a broken header or OPEN what was wrong with it", () => {
    assert.deepEqual(answers(new Uint8Array(19)), ["0101"]);
    const old = open.slice();
    old[19] = 3;
    assert.deepEqual(answers(old), ["02010004"]);
  });
});

describe("bulk", () => {
  const chunk = Uint8Array.from(Buffer.concat(new Array<Uint8Array>(2000).fill(route)));

  it("asks to wait when the peer does not read, and tells when there is room", () => {
    const { clock, a, b } = up();
    a.session.pauseReading();
    let chunks = 0;
    while (b.session.sendBulk(chunk) && chunks < 100) {
      chunks++;
      clock.advance(millis(1));
    }
    assert.ok(chunks < 50, "no end to it");
    clock.advance(seconds(5));
    assert.equal(
      b.told.some(({ on }) => on === "drain"),
      false,
    );
    a.session.resumeReading();
    clock.advance(seconds(20));
    assert.equal(
      b.told.some(({ on }) => on === "drain"),
      true,
    );
    assert.equal(a.told.filter(({ on }) => on === "update").length, (chunks + 1) * 2000);
    assert.equal(b.session.queuedBytes, 0);
  });

  it("is overtaken by what is urgent: only what is in the socket already goes before it", () => {
    const { clock, a, b } = up();
    a.session.pauseReading();
    for (let i = 0; i < 40; i++) {
      b.session.sendBulk(chunk);
      clock.advance(millis(1));
    }
    const octetsBefore = b.session.queuedBytes;
    b.session.requestRefresh("ipv4");
    a.session.resumeReading();
    clock.advance(seconds(30));
    const position = a.told.findIndex(({ on }) => on === "refresh");
    assert.equal(a.told.filter(({ on }) => on === "update").length, 40 * 2000);
    assert.ok(octetsBefore > 1.5e6, `${octetsBefore} octets were queued`);
    assert.ok(position > 0 && position * route.length < 512 * 1024, `it came after ${position} updates`);
  });

  it("that nobody takes ends the session, 8/0 (RFC 9687)", () => {
    const { clock, network, b } = up({ holdTimeSeconds: 0 }, { sendHoldSeconds: 480 });
    network.partition(hostA, hostB);
    for (let i = 0; i < 50; i++) b.session.sendBulk(chunk);
    clock.advance(seconds(479));
    assert.equal(b.session.state, "Established");
    clock.advance(seconds(2));
    assert.deepEqual(b.lastDown!.notification, notification(8, 0));
    assert.match(b.lastDown!.hint, /takes nothing from us/);
  });

  it("that nobody takes ends no session without a hold time, unless configured", () => {
    const { clock, network, b } = up({ holdTimeSeconds: 0 });
    network.partition(hostA, hostB);
    for (let i = 0; i < 50; i++) b.session.sendBulk(chunk);
    clock.advance(seconds(7200));
    assert.equal(b.session.state, "Established");
  });

  it("that is taken slowly ends nothing, however long it lasts (RFC 9687)", () => {
    const { clock, a, b } = up({ holdTimeSeconds: 0 }, { sendHoldSeconds: 20 });
    for (let i = 0; i < 100; i++) b.session.sendBulk(chunk);
    for (let i = 0; i < 40; i++) {
      a.session.pauseReading();
      clock.advance(seconds(15));
      a.session.resumeReading();
      clock.advance(millis(20));
    }
    assert.equal(b.session.state, "Established");
    a.session.pauseReading();
    for (let i = 0; i < 100; i++) b.session.sendBulk(chunk);
    clock.advance(seconds(24));
    assert.equal(b.lastDown!.notification!.code, 8);
  });

  it("is dropped while not Established", () => {
    const { b } = lab();
    assert.equal(b.session.sendBulk(chunk), true);
    assert.equal(b.session.queuedBytes, 0);
  });
});

describe("graceful restart between two speakers", () => {
  const sweeps = (peer: LabPeer): string[] => peer.told.flatMap((one) => (one.on === "sweep" ? [one.family] : []));

  it("the peer loses power and returns: kept as stale, swept by End-of-RIB", () => {
    const { clock, network, a } = up();
    network.crash(hostB);
    clock.advance(seconds(20));
    assert.equal(a.session.state, "Established", "nobody told us");
    const again = new LabPeer(network, labConfig(2, 1));
    again.restart = { restarting: true, forwardingPreserved: ["ipv4", "ipv6"] };
    again.session.start();
    clock.advance(seconds(2));
    assert.equal(a.lastDown!.cause, "replaced");
    assert.deepEqual(a.lastDown!.retains, ["ipv4", "ipv6"]);
    assert.equal(a.timesUp, 2);
    assert.ok(
      a.facts.every(({ fact }) => fact !== "bgp.notification-sent"),
      "the old session closes without a word",
    );
    assert.deepEqual(sweeps(a), []);
    again.session.sendBulk(writeEndOfRib(new Writer(), "ipv4").take());
    clock.advance(seconds(1));
    assert.deepEqual(sweeps(a), ["ipv4"]);
  });

  it("the peer returns without forwarding state: swept before the session is told to be up", () => {
    const { clock, network, a } = up();
    network.crash(hostB);
    const again = new LabPeer(network, labConfig(2, 1));
    again.restart = { restarting: true, forwardingPreserved: ["ipv6"] };
    again.session.start();
    clock.advance(seconds(2));
    assert.deepEqual(
      a.told.slice(1).map((one) => (one.on === "sweep" ? one.family : one.on)),
      ["down", "ipv4", "established"],
    );
  });

  it("the peer does not return: swept after its restart time", () => {
    const { clock, network, a, b } = up({}, { gracefulRestart: { restartSeconds: 50, stalePathSeconds: 60 } });
    b.session.stop({ kind: "silent" });
    clock.advance(seconds(49));
    assert.deepEqual(sweeps(a), []);
    clock.advance(seconds(2));
    assert.deepEqual(sweeps(a), ["ipv4", "ipv6"]);
    assert.equal(network.connections, 0);
  });

  it("without the capability on either side nothing is kept", () => {
    const { clock, network, a } = up({ gracefulRestart: undefined });
    network.reset(hostA, hostB);
    clock.advance(millis(100));
    assert.deepEqual(a.lastDown!.retains, []);
  });

  it("a newcomer does not replace a session that is not graceful: Cease/7, until the old one is found dead", () => {
    const { clock, network, a } = up({ gracefulRestart: undefined, holdTimeSeconds: 30 });
    network.crash(hostB);
    const again = new LabPeer(network, labConfig(2, 1));
    again.session.start();
    clock.advance(seconds(4));
    assert.equal(a.timesUp, 1);
    assert.match(again.session.why, /^$/, "losing a collision is no failure");
    assert.ok(again.facts.some((f) => f.fact === "bgp.notification-received" && f.subcode === 7));
    clock.advance(seconds(60));
    assert.deepEqual([a.timesUp, again.timesUp], [2, 1]);
  });
});
