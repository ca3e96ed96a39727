import assert from "node:assert/strict";
import { ipv4 } from "../../net/address.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { acceptAll, rejectAll } from "../filter/filter.ts";
import { type PeerConfig, type SpeakerConfig, sessionConfig } from "../speaker/config.ts";
import { fieldEffects } from "./field-effects.ts";
import { peerChange } from "./peer-change.ts";
import { planChange, type SpeakerWishes } from "./plan.ts";
import { planText } from "./plan-text.ts";

const p = (text: string): NonNullable<ReturnType<typeof parsePrefix>> => parsePrefix(text)!;

const speaker: SpeakerConfig = {
  asn: 65000,
  routerId: 1,
  families: ["ipv4"],
  ebgpRequiresPolicy: false,
  gracefulRestart: undefined,
  restart: { restarting: false, forwardingPreserved: [] },
};
const peer = (last: number, more: Partial<PeerConfig> = {}): PeerConfig => ({
  address: ipv4(0x0a000000 + last),
  asn: 65001,
  ...more,
});
const wishes = (more: Partial<SpeakerWishes> = {}): SpeakerWishes => ({
  speaker,
  peers: [],
  dynamicPeers: [],
  routes: [],
  ...more,
});

/** Another value of every field, one that differs from its default. */
const others: Required<Omit<PeerConfig, "address" | "zone">> = {
  asn: 65002,
  port: 1179,
  localAddress: ipv4(9),
  passive: true,
  password: "secret",
  ttlSecurityHops: 1,
  ttl: 1,
  device: "eth0",
  families: ["ipv4", "ipv6"],
  routeReflectorClient: true,
  nextHopSelf: true,
  nextHop: { ipv4: ipv4(9) },
  importFilter: rejectAll,
  exportFilter: rejectAll,
  maxPrefixes: 9,
  holdTimeSeconds: 9,
  connectRetrySeconds: 9,
  gracefulRestart: { restartSeconds: 9, stalePathSeconds: 9 },
  longLivedStaleSeconds: 9,
  localAsn: 65009,
  allowedOwnAs: 1,
  enforceFirstAs: false,
  addPath: { ipv4: { send: "all" } },
  extendedMessages: false,
  extendedNextHop: true,
  role: "customer",
  strictRole: true,
  gracefulShutdown: true,
  honourGracefulShutdown: false,
  thirdPartyNextHop: true,
  linkPrefixes: [p("10.0.0.0/24")],
  linkLocalNextHop: ipv4(9),
  delayOpenSeconds: 9,
  sendHoldSeconds: 9,
  bfd: {},
};

describe("what a changed field does", () => {
  it("is a reset exactly where the session itself is configured by it, and never nothing", () => {
    const base = peer(1);
    for (const [field, value] of Object.entries(others)) {
      const changed = { ...base, [field]: value };
      const { resets, fields } = peerChange(speaker, base, changed);
      const text = JSON.stringify(sessionConfig(speaker, changed));
      // Who is reflected to whom is the RIB's affair, but changes what others have.
      const isOther = text !== JSON.stringify(sessionConfig(speaker, base)) && field !== "port";
      const isSession = isOther || field === "routeReflectorClient";
      assert.equal(resets, isSession, field);
      assert.ok(fields.length > 0 && fields.every((one) => one.field === field), field);
    }
    assert.deepEqual(
      Object.keys(others).sort(),
      Object.keys(fieldEffects)
        .filter((f) => f !== "address" && f !== "zone")
        .sort(),
    );
  });

  it("is nothing when only a default was written out, or the order of what was written", () => {
    const spelt = peer(1, {
      port: 179,
      passive: false,
      holdTimeSeconds: 90,
      families: ["ipv4"],
      localAsn: 65000,
      allowedOwnAs: 0,
      enforceFirstAs: true,
      extendedMessages: true,
    });
    assert.deepEqual(peerChange(speaker, peer(1), spelt).fields, []);
    const x = peer(1, { gracefulRestart: { restartSeconds: 1, stalePathSeconds: 2 } });
    const y = peer(1, { gracefulRestart: { stalePathSeconds: 2, restartSeconds: 1 } });
    assert.deepEqual(peerChange(speaker, x, y).fields, []);
  });

  it("tells apart what of ADD-PATH the peer hears of", () => {
    const sends = (send: "all" | number): PeerConfig => peer(1, { addPath: { ipv4: { send } } });
    assert.deepEqual(
      peerChange(speaker, sends(4), sends("all")).fields.map(({ effect }) => effect),
      ["export"],
    );
    assert.deepEqual(
      peerChange(speaker, peer(1), sends(4)).fields.map(({ effect }) => effect),
      ["reset", "export"],
    );
  });
});

describe("the plan of a change", () => {
  const running = wishes({
    peers: [peer(1), peer(2), peer(3), peer(4)],
    dynamicPeers: [{ range: p("10.1.0.0/16"), asn: "internal" }],
    routes: [{ prefix: p("10.5.0.0/16") }, { prefix: p("10.6.0.0/16"), med: 1 }, { prefix: p("10.7.0.0/16") }],
  });
  const wanted = wishes({
    peers: [
      peer(5),
      peer(3, { holdTimeSeconds: 30, importFilter: acceptAll }),
      peer(2, { exportFilter: rejectAll }),
      peer(4, { maxPrefixes: 5 }),
    ],
    dynamicPeers: [{ range: p("10.1.0.0/16"), asn: "internal", password: "hush" }],
    routes: [{ prefix: p("10.6.0.0/16"), med: 2 }, { prefix: p("10.7.0.0/16") }, { prefix: p("10.8.0.0/16") }],
  });

  it("names every step, what forces it and why", () => {
    const steps = planChange(running, wanted).map(({ action, name, fields }) => {
      return [action, name, fields.map(({ field }) => field).join()];
    });
    assert.deepEqual(steps, [
      ["remove", "10.0.0.1", ""],
      ["refresh", "10.0.0.2", "exportFilter"],
      ["reset", "10.0.0.3", "importFilter,holdTimeSeconds"],
      ["update", "10.0.0.4", "maxPrefixes"],
      ["add", "10.0.0.5", ""],
      ["reset", "10.1.0.0/16", "password"],
      ["withdraw", "10.5.0.0/16", ""],
      ["change", "10.6.0.0/16", ""],
      ["announce", "10.8.0.0/16", ""],
    ]);
  });

  it("is the same whatever the order in which things were written, and empty for the same", () => {
    const turned = (one: SpeakerWishes): SpeakerWishes => ({
      ...one,
      peers: [...one.peers].reverse(),
      routes: [...one.routes].reverse(),
    });
    assert.deepEqual(planChange(turned(running), turned(wanted)), planChange(running, wanted));
    assert.deepEqual(planChange(running, turned(running)), []);
  });

  it("says what a restart alone can do", () => {
    const [step] = planChange(running, { ...running, speaker: { ...speaker, asn: 65005, maxPaths: 4 } });
    assert.deepEqual([step!.action, step!.fields.map(({ field }) => field)], ["restart", ["asn", "maxPaths"]]);
    const restarting = { ...speaker, restart: { restarting: true, forwardingPreserved: [] } };
    assert.deepEqual(planChange(running, { ...running, speaker: restarting }), [], "how it started is no wish");
  });

  it("is a table for people, without secrets", () => {
    assert.equal(planText([]), "nothing changes\n");
    const text = planText(planChange(running, wanted));
    assert.match(text, /^reset +peer +10\.0\.0\.3 +its session ends \(Cease\/6\) and begins anew$/m);
    assert.match(text, /^ +holdTimeSeconds +reset: negotiated in OPEN$/m);
    assert.match(text, /^ +password +reset: belongs to the socket$/m);
    assert.ok(!text.includes("hush"), "the password itself is not shown");
  });
});
