import assert from "node:assert/strict";
import { capabilities } from "../capability/capabilities.ts";
import type { Open } from "../message/open.ts";
import { labConfig } from "../sim/session-lab.ts";
import { negotiate } from "./negotiate.ts";
import { localOpen, validateOpen } from "./open.ts";
import type { SessionConfig } from "./session-config.ts";

const notRestarting = { restarting: false, forwardingPreserved: [] };

function peerOpen(differing: Partial<Open> = {}): Open {
  return { myAs: 65000, holdTimeSeconds: 90, routerId: 0x0a000002, capabilities: capabilities(), ...differing };
}

function verdict(open: Partial<Open>, config: Partial<SessionConfig> = {}): number | "welcome" {
  return validateOpen(peerOpen(open), labConfig(1, 2, config))?.notification.subcode ?? "welcome";
}

describe("a peer's OPEN", () => {
  const rows: readonly [string, Partial<Open>, Partial<SessionConfig>, number | "welcome"][] = [
    ["the configured AS", {}, {}, "welcome"],
    ["another AS", { myAs: 65001 }, {}, 2],
    ["AS 0", { myAs: 0 }, { peerAsn: "external" }, 2],
    ["AS 0 in four octets", { capabilities: capabilities({ fourOctetAs: 0 }) }, {}, 2],
    ["AS_TRANS of an old peer", { myAs: 23456 }, { peerAsn: "external" }, 2],
    [
      "AS_TRANS for a large AS",
      { myAs: 23456, capabilities: capabilities({ fourOctetAs: 70000 }) },
      { peerAsn: 70000 },
      "welcome",
    ],
    ["internal, and it is", {}, { peerAsn: "internal" }, "welcome"],
    ["internal, and it is not", { myAs: 65001 }, { peerAsn: "internal" }, 2],
    ["external, and it is", { myAs: 65001 }, { peerAsn: "external" }, "welcome"],
    ["external, and it is not", {}, { peerAsn: "external" }, 2],
    ["hold time 0", { holdTimeSeconds: 0 }, {}, "welcome"],
    ["hold time 1", { holdTimeSeconds: 1 }, {}, 6],
    ["hold time 2", { holdTimeSeconds: 2 }, {}, 6],
    ["hold time 3", { holdTimeSeconds: 3 }, {}, "welcome"],
    ["hold time below the least", { holdTimeSeconds: 8 }, { minHoldTimeSeconds: 9 }, 6],
    ["router id 0", { routerId: 0 }, {}, 3],
    ["our own router id within the AS", { routerId: 0x0a000001 }, {}, 3],
    [
      "our own router id in another AS (RFC 6286)",
      { routerId: 0x0a000001, myAs: 65001 },
      { peerAsn: 65001 },
      "welcome",
    ],
    ["AS first, then hold time (RFC 4271 6.2)", { myAs: 1, holdTimeSeconds: 1, routerId: 0 }, {}, 2],
    ["hold time before router id", { holdTimeSeconds: 1, routerId: 0 }, {}, 6],
  ];
  for (const [what, open, config, right] of rows) {
    it(`${what} → ${right === "welcome" ? right : `2/${right}`}`, () => assert.equal(verdict(open, config), right));
  }

  it("is refused with words that name what was found and what was expected", () => {
    const fault = validateOpen(peerOpen({ myAs: 65001 }), labConfig(1, 2))!;
    assert.match(fault.why, /AS 65001.*AS 65000/);
  });
});

describe("negotiation", () => {
  const ours = (config: Partial<SessionConfig> = {}): Open => localOpen(labConfig(1, 2, config), notRestarting);
  const theirs = (config: Partial<SessionConfig> = {}): Open => localOpen(labConfig(2, 1, config), notRestarting);

  it("takes what both have, and the smaller hold time", () => {
    const agreed = negotiate(ours({ holdTimeSeconds: 30 }), theirs({ families: ["ipv6"], extendedMessage: false }));
    assert.deepEqual(agreed.families, ["ipv6"]);
    assert.equal(agreed.holdTimeSeconds, 30);
    assert.equal(agreed.keepaliveSeconds, 10);
    assert.equal(agreed.maxMessageLength, 4096);
    assert.equal(agreed.isInternal, true);
    assert.equal(agreed.fourOctetAs, true);
    assert.equal(negotiate(ours(), theirs()).maxMessageLength, 65535);
  });

  it("0 on either side disables hold and keepalive", () => {
    assert.equal(negotiate(ours({ holdTimeSeconds: 0 }), theirs()).keepaliveSeconds, 0);
    assert.equal(negotiate(ours(), theirs({ holdTimeSeconds: 0 })).holdTimeSeconds, 0);
  });

  it("a peer without capabilities speaks IPv4 with two-octet AS numbers, and nothing else", () => {
    const agreed = negotiate(ours(), peerOpen());
    assert.deepEqual(agreed.families, ["ipv4"]);
    assert.equal(agreed.fourOctetAs, false);
    assert.equal(agreed.routeRefresh, false);
    assert.equal(agreed.gracefulRestart, undefined);
    assert.deepEqual(negotiate(ours({ families: ["ipv6"] }), peerOpen()).families, []);
  });

  it("ADD-PATH needs a sender and a receiver (RFC 7911 4)", () => {
    const send = { ipv4: { send: true, receive: false }, ipv6: { send: true, receive: true } };
    const receive = { ipv4: { send: true, receive: true }, ipv6: { send: true, receive: false } };
    assert.deepEqual(negotiate(ours({ addPath: send }), theirs({ addPath: receive })).addPath, {
      ipv4: { send: true, receive: false },
      ipv6: { send: false, receive: true },
    });
  });

  it("graceful restart counts negotiated families only (RFC 4724 3)", () => {
    const restarted = localOpen(labConfig(2, 1), { restarting: true, forwardingPreserved: ["ipv4", "ipv6"] });
    const agreed = negotiate(ours({ families: ["ipv4"] }), restarted).gracefulRestart!;
    assert.deepEqual(agreed, {
      peerRestarting: true,
      peerRestartSeconds: 120,
      families: ["ipv4"],
      forwardingPreserved: ["ipv4"],
      notification: true,
    });
    assert.equal(negotiate(ours({ gracefulRestart: undefined }), restarted).gracefulRestart, undefined);
  });
});
