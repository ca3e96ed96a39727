import type { BgpPeer, BgpPeerAnswer, BgpPeerFamily, BgpPeersAnswer } from "../../../agent/api/bgp.ts";

const family = (differing: Partial<BgpPeerFamily>): BgpPeerFamily => ({
  family: "ipv4",
  isUp: true,
  received: 0,
  accepted: 0,
  stale: 0,
  advertised: 0,
  isTold: true,
  ...differing,
});

const up: BgpPeer = {
  name: "10.255.0.2",
  asn: 65001,
  routerId: "10.255.0.2",
  state: "Established",
  since: "2026-11-18T05:11:08Z",
  seconds: 3 * 86400 + 4 * 3600 + 17,
  isDynamic: false,
  why: "",
  families: [
    family({ received: 950_000, accepted: 949_990, advertised: 12 }),
    family({ family: "ipv6", received: 190_000, accepted: 0, advertised: 7 }),
  ],
  established: 2,
  messagesIn: 401_233,
  messagesOut: 18_120,
  malformed: 1,
};

const down: BgpPeer = {
  name: "fe80::1%eth0",
  asn: "external",
  state: "Active",
  since: "2026-11-21T09:10:30Z",
  seconds: 55,
  isDynamic: false,
  why: "[fe80::1%eth0]:179: no answer: a firewall or a wrong password looks like this",
  families: [family({ isUp: false, received: 3, stale: 3, isTold: false }), family({ family: "ipv6", isUp: false })],
  established: 1,
  messagesIn: 12,
  messagesOut: 14,
  malformed: 0,
};

const nothing: BgpPeer = {
  ...up,
  name: "10.255.0.9",
  asn: 65009,
  isDynamic: true,
  malformed: 0,
  seconds: 725,
  families: [family({ isUp: false })],
};

/** What a speaker with three sessions says of them. */
export const peersAnswer: BgpPeersAnswer = {
  ok: true,
  asn: 65000,
  routerId: "10.255.0.1",
  isDeciding: false,
  peers: [up, nothing, down],
  families: [
    { family: "ipv4", prefixes: 940_000, paths: 950_003, best: 940_000 },
    { family: "ipv6", prefixes: 190_000, paths: 190_000, best: 0 },
  ],
  groups: [],
  attributeSets: 81_234,
  bytes: 121_634_816,
  bytesPerRoute: 107,
};

/** Everything of the first of them. */
export const peerAnswer: BgpPeerAnswer = {
  ok: true,
  peer: up,
  negotiated: [
    ["session", "external, we are AS 65000, 10.255.0.1"],
    ["families", "ipv4 ipv6"],
    ["timers", "hold 90 s, keepalive 30 s"],
  ],
  messages: {
    in: { open: 2, update: 401_000, notification: 1, keepalive: 230, routeRefresh: 0 },
    out: { open: 2, update: 17_888, notification: 0, keepalive: 229, routeRefresh: 1 },
  },
  octetsIn: 62_345_678,
  octetsOut: 912,
  queuedBytes: 4096,
  lastError: {
    direction: "received",
    code: 6,
    subcode: 4,
    text: 'Cease/Administrative Reset "new policy"',
    hint: "the peer's operator reset the session; it should come back",
    at: "2026-11-18T05:11:02Z",
  },
  groups: [
    { family: "ipv4", number: 0, peers: ["10.255.0.2", "10.255.0.3"], advertised: 12, queued: 3, isQuiet: false },
    { family: "ipv6", number: 1, peers: ["10.255.0.2"], advertised: 7, queued: 0, isQuiet: true },
  ],
  malformedMessages: [
    {
      at: "2026-11-20T01:02:03Z",
      verdict: "withdraw",
      attribute: 1,
      why: "ORIGIN: value 9",
      octets: "ffffffffffffffffffffffffffffffff0020020000000540010109",
      length: 32,
      offset: 23,
    },
  ],
};
