import assert from "node:assert/strict";
import fc from "fast-check";
import { type Address, ipv4 } from "../../net/address.ts";
import { formatPrefix, type Prefix, prefixOf } from "../../net/prefix.ts";
import { pathAttributes } from "../attribute/path-attributes.ts";
import { scanUpdate } from "../message/scan-update.ts";
import { UpdateScan } from "../message/update-scan.ts";
import { NlriCursor } from "../nlri/cursor.ts";
import { AttributeIntake } from "../rib/attribute-intake.ts";
import { AttributeStore } from "../rib/attribute-store.ts";
import { NextHopTable } from "../rib/next-hop-table.ts";
import { PeerTable } from "../rib/peer-table.ts";
import { Rib } from "../rib/rib.ts";
import type { Negotiated } from "../session/negotiated.ts";
import { ExportPolicy } from "./export-policy.ts";
import type { ExportTerms } from "./export-terms.ts";
import type { GroupMember } from "./update-group.ts";
import { UpdateGroups } from "./update-groups.ts";

const neither = { send: false, receive: false };
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

/** The other end of a session: reads what it is sent, and has room only when it likes. */
class Receiver implements GroupMember {
  readonly peer: number;
  readonly terms: ExportTerms;
  readonly table = new Map<string, string>();
  isSlow = false;
  messages = 0;
  synced = 0;

  constructor(peer: number, terms: ExportTerms) {
    this.peer = peer;
    this.terms = terms;
  }

  send(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length; ) {
      const length = (bytes[at + 16]! << 8) | bytes[at + 17]!;
      assert.ok(length <= 4096, `a message of ${length} octets`);
      this.#update(bytes, at, at + length);
      at += length;
      this.messages++;
    }
    return !this.isSlow;
  }

  onRefresh(): void {}

  onSynced(): void {
    this.synced++;
  }

  #update(bytes: Uint8Array, start: number, end: number): void {
    const scan = new UpdateScan();
    scanUpdate(bytes, start, end, { ...negotiated, isInternal: this.terms.isInternal }, scan);
    assert.equal(scan.verdict, "ok", `a sound UPDATE: ${scan.faults.map(({ why }) => why).join()}`);
    const block = Buffer.from(scan.block.subarray(scan.blockStart, scan.blockEnd)).toString("hex");
    const cursor = new NlriCursor().start(bytes, scan.withdrawnStart, scan.withdrawnEnd, "ipv4", false);
    while (cursor.next()) this.table.delete(formatPrefix(prefixOf(ipv4(cursor.a), cursor.length)));
    cursor.start(bytes, scan.nlriStart, scan.nlriEnd, "ipv4", false);
    while (cursor.next()) this.table.set(formatPrefix(prefixOf(ipv4(cursor.a), cursor.length)), block);
  }
}

type Step =
  | { readonly kind: "announce"; readonly from: number; readonly prefix: number; readonly med: number }
  | { readonly kind: "withdraw"; readonly from: number; readonly prefix: number }
  | { readonly kind: "join" | "leave" | "refresh" | "slow" | "quick"; readonly peer: number }
  | { readonly kind: "settle" | "pump" };

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("announce" as const), from: small(4), prefix: small(9), med: small(2) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("withdraw" as const), from: small(4), prefix: small(9) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom("join" as const, "leave" as const, "refresh" as const, "slow" as const, "quick" as const),
      peer: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("settle" as const, "pump" as const) }) },
);

/** Peers 1 and 2 are clients of ours, 3 an ordinary iBGP peer, 4 an eBGP peer. */
function termsOf(peer: number, ownAddress: Address): ExportTerms {
  return {
    family: "ipv4",
    localAsn: 65000,
    isInternal: peer < 4,
    isClient: peer < 3,
    clusterId: 7,
    ownAddress,
    ownLinkLocal: undefined,
    nextHopSelf: false,
    requiresPolicy: false,
    filter: undefined,
    addPath: undefined,
    clientToClient: true,
    longLived: false,
    role: undefined,
    gracefulShutdown: false,
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
    for (let n = 1; n <= 4; n++) {
      const isInternal = n < 4;
      const address = ipv4(0x0a000000 + n);
      this.peers.add({ name: `peer ${n}`, address, isInternal, isClient: n < 3, routerId: 10 + n });
    }
  }

  run(one: Step): void {
    switch (one.kind) {
      case "announce":
        this.#announce(one.from, one.prefix, one.med);
        break;
      case "withdraw": {
        const id = this.rib.prefixes.find(0x0a000000 + one.prefix * 256, 0, 0, 0, 24);
        if (id !== 0) this.rib.adjRibIn.withdraw(id, one.from, 0);
        break;
      }
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

  expected(receiver: Receiver): Map<string, string> {
    const policy = new ExportPolicy(receiver.terms, this.store, this.peers, this.rib);
    const table = new Map<string, string>();
    for (let id = 1; id < this.rib.prefixes.limit; id++) {
      const best = this.rib.prefixes.holds(id) === 0 ? 0 : this.rib.locRib.best(id);
      const source = this.rib.paths.peer[best]!;
      if (best === 0 || source === receiver.peer) continue;
      const set = policy.exported(id, this.rib.paths.attributes[best]!, source);
      if (set > 0)
        table.set(this.#text(this.rib.prefixes.prefix(id)), Buffer.from(this.store.block(set)).toString("hex"));
    }
    policy.close();
    return table;
  }

  #text(prefix: Prefix): string {
    return formatPrefix(prefix);
  }

  #peerStep(kind: "join" | "leave" | "refresh" | "slow" | "quick", peer: number): void {
    const receiver = this.receivers.get(peer);
    if (kind === "join" && !receiver) {
      const fresh = new Receiver(peer, termsOf(peer, ipv4(0x0a0000fe)));
      this.receivers.set(peer, fresh);
      this.groups.join(fresh, fresh.terms);
    } else if (!receiver) return;
    else if (kind === "leave") {
      this.groups.leave(peer);
      this.receivers.delete(peer);
    } else if (kind === "refresh") this.groups.refresh(peer);
    else {
      receiver.isSlow = kind === "slow";
      if (kind === "quick") this.groups.drained(peer);
    }
  }

  #announce(from: number, n: number, med: number): void {
    const isInternal = this.peers.isInternal[from] === 1 && from !== 0;
    const set = this.intake.internAttributes(
      pathAttributes({
        asPath: from === 4 ? [{ kind: "sequence", asns: [65001] }] : [],
        nextHop: from === 0 ? undefined : ipv4(0x0a000000 + from),
        med,
        localPref: isInternal ? 100 : undefined,
      }),
      "ipv4",
    );
    this.store.hold(set);
    const id = this.rib.prefixes.intern(0x0a000000 + n * 256, 0, 0, 0, 24);
    this.rib.adjRibIn.announce(id, from, 0, set, 0);
    this.store.drop(set);
  }
}

describe("update groups", () => {
  it("tell every peer what the Loc-RIB says, however it came to be and however slow the peers are", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const world = new World();
        for (const one of steps) world.run(one);
        world.rest();
        for (const receiver of world.receivers.values()) {
          const told = new Map([...receiver.table].sort());
          assert.deepEqual(told, new Map([...world.expected(receiver)].sort()), `peer ${receiver.peer}`);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("become one for peers of equal terms, and say nothing when nothing changed", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const world = new World();
        for (const one of steps) world.run(one);
        for (let peer = 1; peer <= 4; peer++) world.run({ kind: "join", peer });
        world.rest();
        assert.equal([...world.groups.groups()].length, 3);
        const before = [...world.receivers.values()].map(({ messages }) => messages);
        for (let id = 1; id < world.rib.prefixes.limit; id++)
          if (world.rib.prefixes.holds(id) > 0) world.groups.touch(id, true);
        world.rest();
        assert.deepEqual(
          [...world.receivers.values()].map(({ messages }) => messages),
          before,
        );
        for (const receiver of world.receivers.values()) assert.ok(receiver.synced > 0, "End-of-RIB was due");
      }),
      { numRuns: 200 },
    );
  });

  it("leave nothing behind when peers and routes are gone", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        for (const one of steps) world.run(one);
        for (let from = 0; from <= 4; from++) world.rib.adjRibIn.condemn(from, false);
        while (world.rib.adjRibIn.sweep(10));
        world.rest();
        assert.equal(world.rib.prefixes.size, 0, "prefixes");
        assert.equal(world.store.size, 0, "attribute sets");
      }),
      { numRuns: 200 },
    );
  });
});
