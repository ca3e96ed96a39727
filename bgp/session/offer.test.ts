import assert from "node:assert/strict";
import { seconds } from "../../lib/unit.ts";
import { Writer } from "../../lib/writer.ts";
import { type Capabilities, capabilities } from "../capability/capabilities.ts";
import { notification, writeNotification } from "../message/notification.ts";
import { readOpen } from "../message/open.ts";
import { BarePeer, keepalive, openOfB, sessionPair, startedPair } from "../sim/session-pair.ts";
import type { SessionConfig } from "./session-config.ts";

/** Capabilities of the OPENs that a peer got, one after the other. */
function offers(peer: BarePeer): Capabilities[] {
  return peer.heard
    .filter((one) => one[18] === 1)
    .map((one) => {
      const open = readOpen(one, 0, one.length);
      assert.ok("capabilities" in open);
      return open.capabilities;
    });
}

function firstOffer(config: Partial<SessionConfig> = {}): Capabilities {
  const { clock, network, a } = sessionPair(config);
  a.session.start();
  const bare = new BarePeer(network);
  bare.call();
  clock.advance(seconds(1));
  return offers(bare)[0]!;
}

describe("what we offer", () => {
  it("always: refresh, also demarcated, long messages, four-octet AS numbers, notified restarts", () => {
    const offer = firstOffer();
    assert.deepEqual([offer.routeRefresh, offer.enhancedRouteRefresh, offer.extendedMessage], [true, true, true]);
    assert.equal(offer.fourOctetAs, 65000);
    assert.equal(offer.gracefulRestart!.notification, true);
    assert.deepEqual([offer.longLived, offer.roles, offer.extendedNextHop], [undefined, [], false]);
  });

  it("as configured: IPv6 next hops, long-lived restarts with the F bit of each family", () => {
    assert.equal(firstOffer({ extendedNextHop: true }).extendedNextHop, true);
    assert.deepEqual(firstOffer({ longLivedStaleSeconds: 3600 }).longLived, {
      families: [
        { family: "ipv4", forwarding: false, staleSeconds: 3600 },
        { family: "ipv6", forwarding: false, staleSeconds: 3600 },
      ],
    });
    const none = firstOffer({ longLivedStaleSeconds: 3600, gracefulRestart: undefined });
    assert.deepEqual([none.longLived, none.gracefulRestart], [undefined, undefined], "void on its own (RFC 9494 4.1)");
  });

  it("counts only where both have it", () => {
    const one = startedPair({ extendedNextHop: true, longLivedStaleSeconds: 60 });
    assert.equal(one.a.session.negotiated!.extendedNextHop, false);
    assert.equal(one.a.session.negotiated!.longLived, undefined);
    const both = { extendedNextHop: true, longLivedStaleSeconds: 60 };
    const { a } = startedPair(both, { ...both, longLivedStaleSeconds: 90, families: ["ipv6"] });
    const { extendedNextHop, enhancedRouteRefresh, longLived } = a.session.negotiated!;
    assert.deepEqual([extendedNextHop, enhancedRouteRefresh], [true, true]);
    assert.deepEqual(longLived, { families: [{ family: "ipv6", staleSeconds: 90, preserved: false }] });
  });
});

describe("what the peer says of itself", () => {
  it("is kept for people: its name, its software, capabilities that nobody here knows", () => {
    const { clock, network, a } = sessionPair();
    a.session.start();
    const value = Uint8Array.of(1);
    const said = capabilities({
      fourOctetAs: 65000,
      hostName: { host: "tor-1", domain: "lab" },
      software: "FRRouting/10.1",
      unknown: [200, 77, 200].map((code) => ({ code, value })),
    });
    new BarePeer(network).call(openOfB({ capabilities: said }), keepalive);
    clock.advance(seconds(1));
    assert.deepEqual(a.session.negotiated!.claims, {
      hostName: { host: "tor-1", domain: "lab" },
      software: "FRRouting/10.1",
      unknownCapabilities: [77, 200],
    });
  });
});

describe("a peer that knows no optional parameters (RFC 5492 3)", () => {
  const refusal = writeNotification(new Writer(), notification(2, 4)).take();
  const bareOpen = openOfB({ capabilities: capabilities() });

  /** The peer refuses every OPEN that comes, by 2/4, and calls again. */
  function refuse(times: number, config: Partial<SessionConfig> = {}): Capabilities[] {
    const { clock, network, a } = sessionPair(config);
    a.session.start();
    const bare = new BarePeer(network);
    for (let i = 0; i < times; i++) {
      bare.call(bareOpen, refusal);
      clock.advance(seconds(100));
    }
    return offers(bare);
  }

  it("is offered none the next time, and then all of them again", () => {
    const named = refuse(4).map(({ families }) => families?.length);
    assert.deepEqual(named, [2, undefined, 2, undefined]);
  });

  it("is spoken with as one of IPv4 and two-octet AS numbers, by an AS of ours that needs four too", () => {
    const { clock, network, a } = sessionPair({ localAsn: 70000, peerAsn: 65000, role: "provider" });
    a.session.start();
    const bare = new BarePeer(network);
    bare.call(bareOpen, refusal);
    clock.advance(seconds(20));
    bare.call(bareOpen, keepalive);
    clock.advance(seconds(1));
    const { families, fourOctetAs, localAsn, isInternal, gracefulRestart } = a.session.negotiated!;
    assert.deepEqual(families, ["ipv4"]);
    assert.deepEqual([fourOctetAs, localAsn, isInternal, gracefulRestart], [false, 70000, false, undefined]);
    assert.equal(bare.heard.at(-2)![20], 0x5b, "AS_TRANS");
    assert.equal(a.session.negotiated!.role, "provider", "ours, whether the peer can hear it or not (RFC 9234 4.2)");
  });

  it("is offered all of them when there is nothing to say without: IPv6 alone", () => {
    const named = refuse(2, { families: ["ipv6"] }).map(({ families }) => families);
    assert.deepEqual(named, [["ipv6"], ["ipv6"]]);
  });
});
