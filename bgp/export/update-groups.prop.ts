import assert from "node:assert/strict";
import fc from "fast-check";
import { type Address, ipv4 } from "../../net/address.ts";
import { formatPrefix, type Prefix, prefixOf } from "../../net/prefix.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { messageType } from "../iana.ts";
import { scanUpdate } from "../message/scan-update.ts";
import { UpdateScan } from "../message/update-scan.ts";
import { NlriCursor } from "../nlri/cursor.ts";
import { AttributeIntake } from "../rib/attribute-intake.ts";
import { AttributeStore } from "../rib/attribute-store.ts";
import { decide } from "../rib/best-path.ts";
import { NextHopTable } from "../rib/next-hop-table.ts";
import { ineligible } from "../rib/path-table.ts";
import { PeerTable } from "../rib/peer-table.ts";
import { Rib } from "../rib/rib.ts";
import type { Negotiated } from "../session/negotiated.ts";
import { peerMember } from "../speaker/peer-member.ts";
import { ExportPolicy } from "./export-policy.ts";
import type { ExportTerms } from "./export-terms.ts";
import type { GroupMember } from "./update-group.ts";
import { UpdateGroups } from "./update-groups.ts";

const neither = { send: false, receive: false };
const receiving = { send: false, receive: true };
const negotiated: Negotiated = {
  localAsn: 65000,
  peerAsn: 65001,
  localRouterId: 1,
  peerRouterId: 2,
  isInternal: false,
  families: ["ipv4"],
  fourOctetAs: true,
  holdTimeSeconds: 90,
  keepaliveSeconds: 30,
  routeRefresh: true,
  enhancedRouteRefresh: false,
  extendedMessage: false,
  maxMessageLength: 4096,
  addPath: { ipv4: neither, ipv6: neither },
  extendedNextHop: false,
  gracefulRestart: undefined,
  longLived: undefined,
  role: undefined,
};

/**
 * The other end of a session: reads what it is sent, and has room only when it likes. Knows enhanced route refresh, so
 * that an answer which leaves something out shows (RFC 7313 4).
 */
class Receiver {
  readonly peer: number;
  readonly member: GroupMember;
  terms: ExportTerms;
  /** Attributes by prefix and, with ADD-PATH, identifier. */
  readonly table = new Map<string, string>();
  isSlow = false;
  messages = 0;
  ends = 0;
  #stale: Set<string> | undefined;

  constructor(peer: number, terms: ExportTerms) {
    this.peer = peer;
    this.terms = terms;
    this.member = peerMember(peer, "ipv4", true, (bytes) => this.#read(bytes));
  }

  #read(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length; ) {
      const length = (bytes[at + 16]! << 8) | bytes[at + 17]!;
      assert.ok(length <= 4096, `a message of ${length} octets`);
      if (bytes[at + 18] === messageType.routeRefresh) this.#refresh(bytes[at + 21]!);
      else if (length === 23) this.ends++;
      else this.#update(bytes, at, at + length);
      at += length;
      this.messages++;
    }
    return !this.isSlow;
  }

  #refresh(subtype: number): void {
    assert.ok(this.ends > 0, "no BoRR before End-of-RIB");
    assert.equal(subtype, this.#stale === undefined ? 1 : 2, "frames do not nest");
    if (this.#stale === undefined) this.#stale = new Set(this.table.keys());
    else {
      for (const key of this.#stale) this.table.delete(key);
      this.#stale = undefined;
    }
  }

  #update(bytes: Uint8Array, start: number, end: number): void {
    const scan = new UpdateScan();
    const addPath = this.terms.addPath !== undefined;
    const terms = { ...negotiated, isInternal: this.terms.isInternal };
    scanUpdate(bytes, start, end, { ...terms, addPath: { ipv4: addPath ? receiving : neither, ipv6: neither } }, scan);
    assert.equal(scan.verdict, "ok", `a sound UPDATE: ${scan.faults.map(({ why }) => why).join()}`);
    const block = Buffer.from(scan.block.subarray(scan.blockStart, scan.blockEnd)).toString("hex");
    assert.ok(!block.includes(ownNextHop(this.peer)), "its own address is no next hop (RFC 4271 5.1.3)");
    const cursor = new NlriCursor().start(bytes, scan.withdrawnStart, scan.withdrawnEnd, "ipv4", addPath);
    while (cursor.next()) this.#tell(cursor, undefined);
    cursor.start(bytes, scan.nlriStart, scan.nlriEnd, "ipv4", addPath);
    while (cursor.next()) this.#tell(cursor, block);
  }

  #tell({ a, length, pathId }: NlriCursor, block: string | undefined): void {
    const key = keyOf(prefixOf(ipv4(a), length), pathId);
    this.#stale?.delete(key);
    if (block === undefined) this.table.delete(key);
    else this.table.set(key, block);
  }
}

/** How NEXT_HOP of a peer's own address looks. */
function ownNextHop(peer: number): string {
  return `4003040a0000${peer.toString(16).padStart(2, "0")}`;
}

function keyOf(prefix: Prefix, identifier: number): string {
  return identifier === 0 ? formatPrefix(prefix) : `${formatPrefix(prefix)} path ${identifier}`;
}

const peerSteps = ["join", "leave", "refresh", "slow", "quick", "turn"] as const;
type PeerStep = (typeof peerSteps)[number];

type Step =
  | {
      readonly kind: "announce";
      readonly from: number;
      readonly prefix: number;
      readonly id: number;
      readonly med: number;
      /** Last octet of the next hop: a peer's address, mostly that of another one. */
      readonly hop: number;
    }
  | { readonly kind: "withdraw"; readonly from: number; readonly prefix: number; readonly id: number }
  /** One peer's path goes and another's comes, perhaps of another prefix, which gets its number. */
  | {
      readonly kind: "replace";
      readonly from: number;
      readonly to: number;
      readonly prefix: number;
      readonly next: number;
    }
  | { readonly kind: PeerStep; readonly peer: number }
  /** A peer comes back under another router id while its routes are kept. */
  | { readonly kind: "rename"; readonly from: number; readonly routerId: number }
  | { readonly kind: "settle" | "pump" };

const peerCount = 7;
const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("announce" as const),
      from: small(peerCount),
      prefix: small(9),
      id: small(1),
      med: small(2),
      hop: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("withdraw" as const),
      from: small(peerCount),
      prefix: small(9),
      id: small(1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("replace" as const),
      from: small(peerCount),
      to: small(peerCount),
      prefix: fc.integer({ min: 10, max: 11 }),
      next: fc.integer({ min: 10, max: 11 }),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({ kind: fc.constantFrom(...peerSteps), peer: fc.integer({ min: 1, max: peerCount }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("rename" as const),
      from: fc.integer({ min: 1, max: peerCount }),
      routerId: fc.integer({ min: 5, max: 20 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("settle" as const, "pump" as const) }) },
);

/**
 * Peers 1 and 2 are clients of ours, 3 an ordinary iBGP peer, 4 an eBGP peer; clients 5 and 6 are sent the best two paths,
 * client 7 all of them. `isTurned` are other terms of the same session.
 */
function termsOf(peer: number, ownAddress: Address, isTurned = false): ExportTerms {
  return {
    family: "ipv4",
    localAsn: 65000,
    isInternal: peer !== 4,
    isClient: peer < 3 || peer > 4,
    clusterId: 7,
    ownAddress,
    ownLinkLocal: undefined,
    nextHopSelf: false,
    requiresPolicy: false,
    filter: undefined,
    addPath: peer === 7 ? "all" : peer < 5 ? undefined : isTurned ? "all" : 2,
    clientToClient: true,
    longLived: false,
    role: undefined,
    gracefulShutdown: isTurned,
    sharedLink: [],
    link: "",
    extendedNextHop: false,
    fourOctetAs: true,
    maxMessageLength: 4096,
  };
}

class World {
  readonly nextHops = new NextHopTable(() => ({ reachable: true, metric: 0 }));
  readonly store = new AttributeStore({ asn: 65000, routerId: 1, clusterId: 7 }, this.nextHops);
  readonly intake = new AttributeIntake(this.store);
  readonly peers = new PeerTable(1);
  readonly rib: Rib = new Rib("ipv4", this.store, this.peers, (id, isNews) => this.groups.touch(id, isNews));
  readonly groups = new UpdateGroups(this.rib, this.store, this.peers);
  readonly receivers = new Map<number, Receiver>();

  constructor() {
    for (let n = 1; n <= peerCount; n++) {
      const { isInternal, isClient } = termsOf(n, ipv4(0));
      this.peers.add({ name: `peer ${n}`, address: ipv4(0x0a000000 + n), isInternal, isClient, routerId: 10 + n });
    }
  }

  run(one: Step): void {
    switch (one.kind) {
      case "announce":
        this.#announce(one.from, one.prefix, one);
        break;
      case "withdraw":
        this.#withdraw(one.from, one.prefix, one.id);
        break;
      case "replace":
        this.#withdraw(one.from, one.prefix, 0);
        this.#announce(one.to, one.next, { id: 0, med: 0, hop: 8 });
        break;
      case "rename":
        this.#rename(one.from, one.routerId);
        break;
      case "settle":
        this.rib.locRib.settle(4);
        break;
      case "pump":
        this.groups.pump(this.rib.locRib.pending === 0);
        break;
      default:
        this.#peerStep(one.kind, one.peer);
    }
  }

  /** Until nothing moves any more. */
  rest(): void {
    for (const { peer } of [...this.receivers.values()]) this.#peerStep("quick", peer);
    this.rib.locRib.settle(1e6);
    for (let round = 0; !this.groups.isQuiet; round++) {
      assert.ok(round < 50, "the groups come to rest");
      this.groups.pump(true);
    }
    this.groups.pump(true);
  }

  /** What a peer has to know, worked out prefix by prefix from nothing but the paths that are there. */
  expected(receiver: Receiver): Map<string, string> {
    const policy = new ExportPolicy(receiver.terms, this.store, this.peers, this.rib);
    const { addPath } = receiver.terms;
    const { paths, prefixes } = this.rib;
    const table = new Map<string, string>();
    for (let id = 1; id < prefixes.limit; id++) {
      if (prefixes.holds(id) === 0) continue;
      for (const path of this.#ranked(id).slice(0, addPath === undefined ? 1 : addPath === "all" ? 99 : addPath)) {
        const why = policy.why(id, path, receiver.peer);
        const set = policy.exported(id, paths.attributes[path]!, paths.peer[path]!);
        const block = set > 0 ? Buffer.from(this.store.block(set)).toString("hex") : "";
        const isSent = set > 0 && paths.peer[path] !== receiver.peer && !block.includes(ownNextHop(receiver.peer));
        assert.equal(why === 0, isSent, `why says ${why}`);
        if (isSent) table.set(keyOf(prefixes.prefix(id), addPath === undefined ? 0 : path), block);
      }
    }
    policy.close();
    return table;
  }

  /** The paths of a prefix: the best, the best without it, and so on. */
  #ranked(id: number): number[] {
    const { paths, candidates } = this.rib;
    const ranked: number[] = [];
    for (let best = decide(candidates, id); best !== 0; best = decide(candidates, id)) {
      ranked.push(best);
      paths.reason[best] = ineligible.filtered;
    }
    for (const path of ranked) paths.reason[path] = ineligible.no;
    return ranked;
  }

  #peerStep(kind: PeerStep, peer: number): void {
    const receiver = this.receivers.get(peer);
    if (kind === "join" && !receiver) {
      const fresh = new Receiver(peer, termsOf(peer, ipv4(0x0a0000fe)));
      this.receivers.set(peer, fresh);
      this.groups.join(fresh.member, fresh.terms);
    } else if (!receiver) return;
    else if (kind === "leave") {
      this.groups.leave(peer);
      this.receivers.delete(peer);
    } else if (kind === "refresh") this.groups.refresh(peer);
    else if (kind === "turn") {
      receiver.terms = termsOf(peer, ipv4(0x0a0000fe), !receiver.terms.gracefulShutdown);
      this.groups.rejoin(peer, receiver.terms);
    } else {
      receiver.isSlow = kind === "slow";
      if (kind === "quick") this.groups.drained(peer);
    }
  }

  #rename(peer: number, routerId: number): void {
    this.peers.replace(peer, { ...this.peers.peer(peer), routerId });
    this.groups.forgetSource(peer);
    const { limit, prefix, peer: sources } = this.rib.paths;
    for (let path = 1; path < limit; path++) {
      if (prefix[path] !== 0 && sources[path] === peer) this.rib.locRib.touch(prefix[path]!, path);
    }
  }

  #withdraw(from: number, n: number, id: number): void {
    const prefix = this.rib.prefixes.find(0x0a000000 + n * 256, 0, 0, 0, 24);
    if (prefix !== 0) this.rib.adjRibIn.withdraw(prefix, from, id);
  }

  #announce(from: number, n: number, { id, med, hop }: { id: number; med: number; hop: number }): void {
    const isInternal = this.peers.isInternal[from] === 1 && from !== 0;
    const set = this.intake.internAttributes(
      pathAttributes({
        asPath: from === 4 ? [{ kind: "sequence", asns: [65001] }] : [],
        nextHop: from === 0 ? undefined : ipv4(0x0a000000 + hop),
        med,
        localPref: isInternal ? 100 : undefined,
        // Most were reflected before, so that routes of two peers leave alike.
        originatorId: isInternal && med < 2 ? 99 : undefined,
      }),
      "ipv4",
    );
    this.store.hold(set);
    const prefix = this.rib.prefixes.intern(0x0a000000 + n * 256, 0, 0, 0, 24);
    this.rib.adjRibIn.announce(prefix, from, id, set, 0);
    this.store.drop(set);
  }
}

describe("update groups", () => {
  it("tell every peer what the Loc-RIB says, however it came to be and however slow the peers are", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: "max" }), (steps) => {
        const world = new World();
        for (const one of steps) world.run(one);
        world.rest();
        for (const receiver of world.receivers.values()) {
          const told = new Map([...receiver.table].sort());
          assert.deepEqual(told, new Map([...world.expected(receiver)].sort()), `peer ${receiver.peer}`);
          assert.equal(world.groups.groupOf(receiver.peer)?.advertised(receiver.peer), told.size, "as status counts");
        }
      }),
      { numRuns: 500 },
    );
  });

  it("become one for peers of equal terms, and say nothing when nothing changed", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
        const world = new World();
        for (const one of steps) world.run(one);
        for (let peer = 1; peer <= peerCount; peer++) world.run({ kind: "join", peer });
        for (const { peer, terms } of world.receivers.values())
          if (terms.gracefulShutdown) world.run({ kind: "turn", peer });
        world.rest();
        assert.equal([...world.groups.groups()].length, 5);
        const before = [...world.receivers.values()].map(({ messages }) => messages);
        for (let id = 1; id < world.rib.prefixes.limit; id++)
          if (world.rib.prefixes.holds(id) > 0) world.groups.touch(id, true);
        world.rest();
        assert.deepEqual(
          [...world.receivers.values()].map(({ messages }) => messages),
          before,
        );
        for (const receiver of world.receivers.values()) assert.equal(receiver.ends, 1, "End-of-RIB was due once");
      }),
      { numRuns: 200 },
    );
  });

  it("leave nothing behind when peers and routes are gone", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const world = new World();
        for (const one of steps) world.run(one);
        for (let from = 0; from <= peerCount; from++) world.rib.adjRibIn.condemn(from, false);
        while (world.rib.adjRibIn.sweep(10));
        world.rest();
        assert.equal(world.rib.prefixes.size, 0, "prefixes");
        assert.equal(world.store.size, 0, "attribute sets");
      }),
      { numRuns: 200 },
    );
  });
});
