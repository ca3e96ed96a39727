import assert from "node:assert/strict";
import { Writer } from "../../lib/writer.ts";
import { type Capabilities, capabilities } from "../capability/capabilities.ts";
import { myAsField, type Open, type OpenFault, openAsn, readOpen, writeOpen } from "./open.ts";

function open(differing: Partial<Capabilities> = {}): Open {
  return { myAs: 65001, holdTimeSeconds: 90, routerId: 0x0a000002, capabilities: capabilities(differing) };
}

function read(octets: Uint8Array): Open | OpenFault {
  return readOpen(octets, 0, octets.length);
}

/** An OPEN with these optional parameters, its parameter length as given or as it is. */
function raw(parameters: readonly number[], length = parameters.length, version = 4): Uint8Array {
  const body = [version, 0xfd, 0xe9, 0, 90, 10, 0, 0, 2, length, ...parameters];
  return Uint8Array.of(...new Array<number>(16).fill(255), 0, 19 + body.length, 1, ...body);
}

describe("OPEN", () => {
  const offers: Readonly<Record<string, Partial<Capabilities>>> = {
    "no capability": {},
    multiprotocol: { families: ["ipv4", "ipv6"] },
    flags: { routeRefresh: true, enhancedRouteRefresh: true, extendedMessage: true, extendedNextHop: true },
    "four-octet AS": { fourOctetAs: 4200000000 },
    "graceful restart": {
      gracefulRestart: {
        restarting: true,
        notification: true,
        restartSeconds: 4095,
        families: [
          { family: "ipv4", forwarding: true },
          { family: "ipv6", forwarding: false },
        ],
      },
    },
    "graceful restart of no family": {
      gracefulRestart: { restarting: false, notification: false, restartSeconds: 0, families: [] },
    },
    "add-path": { addPath: { ipv4: { send: true, receive: false }, ipv6: { send: true, receive: true } } },
    "long-lived graceful restart": {
      longLived: {
        families: [
          { family: "ipv4", forwarding: true, staleSeconds: 0xffffff },
          { family: "ipv6", forwarding: false, staleSeconds: 0 },
        ],
      },
    },
    role: { roles: [3] },
    "contradicting roles": { roles: [0, 4] },
    names: { hostName: { host: "node-1", domain: "" }, software: "Manx 1.0 ☂" },
    "unknown ones": { unknown: [{ code: 77, value: Uint8Array.of(1, 2) }] },
    "more than one parameter holds (RFC 9072)": { unknown: [{ code: 200, value: new Uint8Array(255).fill(1) }] },
  };
  for (const [name, offer] of Object.entries(offers)) {
    it(`comes back as it went: ${name}`, () => {
      assert.deepEqual(read(writeOpen(new Writer(), open(offer)).take()), open(offer));
    });
  }

  it("names its AS in four octets where it must (RFC 6793)", () => {
    assert.equal(myAsField(65001), 65001);
    assert.equal(myAsField(70000), 23456);
    assert.equal(openAsn(open({ fourOctetAs: 70000 })), 70000);
    assert.equal(openAsn(open()), 65001);
  });

  it("takes capabilities in one parameter, in several, doubled, and of no value", () => {
    const one = read(raw([2, 2, 2, 0]));
    assert.ok("capabilities" in one && one.capabilities.routeRefresh);
    const several = read(raw([2, 2, 2, 0, 2, 6, 1, 4, 0, 1, 0, 1, 2, 6, 1, 4, 0, 1, 0, 1, 2, 0]));
    assert.ok("capabilities" in several);
    assert.deepEqual(several.capabilities.families, ["ipv4"]);
    const strange = read(raw([2, 6, 1, 4, 0, 25, 0, 70]));
    assert.ok("capabilities" in strange);
    // A peer that names only families we do not know does not mean IPv4.
    assert.deepEqual(strange.capabilities.families, []);
  });

  it("takes the lengths of RFC 9072 even when the short ones would do", () => {
    const found = read(raw([255, 0, 5, 2, 0, 2, 2, 0], 255));
    assert.ok("capabilities" in found && found.capabilities.routeRefresh);
  });

  it("takes what is only for people as it is, made fit to be printed, and never as a fault", () => {
    const said = (...value: number[]): Capabilities => {
      const found = read(raw([2, value.length, ...value]));
      assert.ok("capabilities" in found);
      return found.capabilities;
    };
    assert.deepEqual(said(73, 5, 2, 0x61, 0x0a, 1, 0x62).hostName, { host: "a ", domain: "b" });
    assert.deepEqual(said(73, 2, 1, 0x61).hostName, { host: "a", domain: "" });
    assert.equal(said(73, 2, 9, 0x61).hostName, undefined);
    assert.equal(said(73, 3, 1, 0x61, 9).hostName, undefined);
    assert.equal(said(75, 3, 2, 0x41, 0xff).software, "A\ufffd");
    assert.equal(said(75, 2, 9, 0x41).software, undefined);
    assert.equal(said(73, 0).hostName, undefined);
  });

  it("names a side in 64 octets at most, cut between characters", () => {
    const found = read(writeOpen(new Writer(), open({ software: "x".repeat(63) + "☂".repeat(9) })).take());
    assert.ok("capabilities" in found);
    assert.equal(found.capabilities.software, "x".repeat(63));
  });

  it("counts a role that comes twice once, and two roles as two (RFC 9234 4.2)", () => {
    const twice = read(raw([2, 6, 9, 1, 3, 9, 1, 3]));
    assert.deepEqual("capabilities" in twice && twice.capabilities.roles, [3]);
    const both = read(raw([2, 6, 9, 1, 3, 9, 1, 0]));
    assert.deepEqual("capabilities" in both && both.capabilities.roles, [3, 0]);
  });

  const faults: readonly [string, Uint8Array, number, number[]?][] = [
    ["version 3", raw([], 0, 3), 1, [0, 4]],
    ["parameters that run over", raw([2, 9, 2, 0]), 0],
    ["parameters shorter than the message", raw([2, 2, 2, 0], 2), 0],
    ["parameters longer than the message", raw([2, 2, 2, 0], 9), 0],
    ["one octet of a parameter", raw([2]), 0],
    ["authentication, long gone", raw([1, 2, 0, 0]), 4],
    ["a capability that runs over", raw([2, 3, 1, 4, 0]), 0],
    ["a capability of one octet", raw([2, 1, 1]), 0],
    ["multiprotocol of 3 octets", raw([2, 5, 1, 3, 0, 1, 0]), 0],
    ["a four-octet AS of 2 octets", raw([2, 4, 65, 2, 0, 1]), 0],
    ["graceful restart of 3 octets", raw([2, 5, 64, 3, 0, 1, 0]), 0],
    ["extended lengths cut off", raw([255, 0], 255), 0],
    ["long-lived restart of 6 octets", raw([2, 8, 71, 6, 0, 1, 1, 0, 0, 0]), 0],
    ["a role of 2 octets", raw([2, 4, 9, 2, 0, 0]), 0],
  ];
  for (const [what, octets, subcode, data = []] of faults) {
    it(`is refused with 2/${subcode}: ${what}`, () => {
      const found = read(octets);
      assert.ok("notification" in found);
      assert.deepEqual(found.notification, { code: 2, subcode, data: Uint8Array.from(data) });
      assert.ok(found.why.length > 0);
    });
  }
});
