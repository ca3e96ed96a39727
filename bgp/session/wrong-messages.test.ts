import assert from "node:assert/strict";
import { seconds } from "../../lib/unit.ts";
import { Writer } from "../../lib/writer.ts";
import { capabilities } from "../capability/capabilities.ts";
import { writeMessage } from "../message/header.ts";
import { cease, writeNotification } from "../message/notification.ts";
import { writeRouteRefresh } from "../message/route-refresh.ts";
import { writeUpdate } from "../message/update.ts";
import type { LabPeer } from "../sim/session-lab.ts";
import { BarePeer, hexOf, keepalive, openOfB, sessionPair } from "../sim/session-pair.ts";
import type { SessionConfig } from "./session-config.ts";

const route = writeUpdate(new Writer(), { withdrawn: Uint8Array.of(24, 10, 1, 2) }).take();
const refresh = writeRouteRefresh(new Writer(), "ipv4").take();

function raw(type: number, ...body: number[]): Uint8Array {
  return writeMessage(new Writer(), type, (w) => w.bytes(Uint8Array.from(body))).take();
}

/** What a peer hears that says this, and the session it says it to. */
function say(octets: readonly Uint8Array[], config: Partial<SessionConfig> = {}): { bare: BarePeer; a: LabPeer } {
  const { clock, network, a } = sessionPair(config);
  a.session.start();
  const bare = new BarePeer(network);
  bare.call(...octets);
  clock.advance(seconds(1));
  return { bare, a };
}

function answers(octets: readonly Uint8Array[], config: Partial<SessionConfig> = {}): string[] {
  return say(octets, config).bare.notifications;
}

describe("a peer that says something wrong is told what", () => {
  const open = openOfB();
  const bare = openOfB({}, { extendedMessage: false });
  const rows: readonly [what: string, says: readonly Uint8Array[], told: readonly string[]][] = [
    ["KEEPALIVE before OPEN", [keepalive], ["050104"]],
    ["UPDATE before OPEN", [route], ["050102"]],
    ["two OPENs", [open, open], ["050201"]],
    ["an OPEN while Established", [open, keepalive, open], ["050301"]],
    ["UPDATE in OpenConfirm", [open, route], ["050202"]],
    ["OPEN with hold time 1", [openOfB({ holdTimeSeconds: 1 })], ["0206"]],
    ["OPEN of 19 octets", [raw(1)], ["01020013"]],
    ["4097 octets where 4096 were agreed", [bare, keepalive, raw(2, ...new Array<number>(4078).fill(0))], ["01021001"]],
    ["an unknown type", [open, keepalive, raw(6)], ["010306"]],
    ["type 0", [raw(0)], ["010300"]],
    ["a marker out of step", [open, keepalive.map((octet, i) => (i === 7 ? 0 : octet))], ["0101"]],
    [
      "NOTIFICATION without data, nothing to answer",
      [open, keepalive, writeNotification(new Writer(), cease(3)).take()],
      [],
    ],
    ["Cease/2 whose text runs over, nothing to answer", [open, keepalive, raw(3, 6, 2, 200, 97)], []],
    ["NOTIFICATION of 20 octets", [open, raw(3, 6)], ["01020014"]],
    ["ROUTE-REFRESH of a family that was not agreed", [open, keepalive, raw(5, 0, 1, 0, 128)], []],
    ["ROUTE-REFRESH in OpenConfirm", [open, refresh], ["050205"]],
  ];
  for (const [what, says, told] of rows) it(what, () => assert.deepEqual(answers(says), told));

  it("the text of a Cease that runs over is not shown, and the session is down for the rest of it", () => {
    const { a } = say([open, keepalive, raw(3, 6, 2, 200, 97)]);
    assert.equal(a.lastDown!.why, "received Cease/Administrative Shutdown");
  });

  it("a stream that ends within a header is a closed connection, and nothing more", () => {
    const { clock, network, a } = sessionPair();
    a.session.start();
    const caller = new BarePeer(network);
    caller.call(open, keepalive, keepalive.subarray(0, 11));
    clock.advance(seconds(1));
    assert.equal(a.session.state, "Established");
    caller.close();
    clock.advance(seconds(1));
    assert.equal(a.lastDown!.why, "the peer closed the connection");
    assert.deepEqual(caller.notifications, []);
  });

  it("a ROUTE-REFRESH of a peer that did not offer it is no fault", () => {
    const { bare: caller, a } = say([openOfB({ capabilities: capabilities() }), keepalive, refresh]);
    assert.deepEqual(caller.notifications, []);
    assert.equal(a.session.state, "Established");
  });
});

describe("ROUTE-REFRESH, plain and demarcated (RFC 2918, RFC 7313)", () => {
  const open = openOfB();
  const plain = openOfB({ capabilities: capabilities() });
  const told = (octets: readonly Uint8Array[]): string[] =>
    say(octets).a.told.flatMap((one) => (one.on === "refresh" ? [`${one.family} ${one.subtype}`] : []));

  it("reaches the speaker with its subtype, BoRR without EoRR too", () => {
    const marks = [0, 1, 2].map((subtype) => writeRouteRefresh(new Writer(), "ipv6", subtype).take());
    assert.deepEqual(told([open, keepalive, ...marks]), ["ipv6 0", "ipv6 1", "ipv6 2"]);
    assert.deepEqual(told([open, keepalive, marks[1]!]), ["ipv6 1"]);
  });

  it("of another subtype is ignored; without the capability the octet is reserved", () => {
    const strange = writeRouteRefresh(new Writer(), "ipv4", 3).take();
    const { bare: caller, a } = say([open, keepalive, strange]);
    assert.deepEqual([caller.notifications, a.told.length], [[], 1]);
    assert.deepEqual(told([plain, keepalive, strange]), ["ipv4 0"]);
  });

  it("of a wrong length is answered with 7/1 and the whole message (RFC 7313 5)", () => {
    for (const wrong of [raw(5, 0, 1, 1), raw(5), raw(5, 0, 1, 1, 1, 0), raw(5, 0, 1, 2, 1, 0, 0, 0)]) {
      assert.deepEqual(answers([open, keepalive, wrong]), [`0701${hexOf(wrong)}`]);
    }
  });

  it("with filters, which we never asked for, is ignored (RFC 5291)", () => {
    assert.deepEqual(answers([open, keepalive, raw(5, 0, 1, 0, 1, 1, 64, 0, 0)]), []);
    assert.deepEqual(answers([plain, keepalive, raw(5, 0, 1, 1, 1, 1, 64, 0, 0)]), []);
  });

  it("too short without the capability: 1/2", () => {
    assert.deepEqual(answers([plain, keepalive, raw(5, 0, 1)]), ["01020015"]);
  });
});
