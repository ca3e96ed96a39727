import assert from "node:assert/strict";
import { ipv4 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import { formatAsPath } from "../attribute/as-path.ts";
import { type PathAttributes, pathAttributes } from "../attribute/path-attributes.ts";
import type { Filter } from "../filter/filter.ts";
import { community } from "../iana.ts";
import { ineligible, ineligibleWhy } from "../rib/path-table.ts";
import type { Role } from "../session/session-config.ts";
import { Network, type Router } from "../sim/network.ts";
import type { PeerConfig, SpeakerConfig } from "./config.ts";
import { Import } from "./import.ts";
import type { ImportPeer, ImportRules } from "./import-rules.ts";
import { connectedNextHops } from "./ports.ts";
import { Tables } from "./tables.ts";

const p = (text: string): NonNullable<ReturnType<typeof parsePrefix>> => parsePrefix(text)!;
const asn = 65000;
const peerAsn = 65001;

const config: SpeakerConfig = {
  asn,
  routerId: 1,
  families: ["ipv4"],
  ebgpRequiresPolicy: false,
  gracefulRestart: undefined,
  restart: { restarting: false, forwardingPreserved: [] },
};
const rules: ImportRules = {
  name: "10.0.0.1",
  asn,
  allowedOwnAs: 0,
  enforceFirstAs: true,
  honourGracefulShutdown: true,
  rejectAsSets: false,
};

interface Case {
  readonly path?: readonly number[];
  readonly set?: readonly number[];
  readonly said?: Partial<PathAttributes>;
  readonly rules?: Partial<ImportRules>;
  readonly role?: Role;
  readonly isInternal?: boolean;
  readonly localAsn?: number;
  readonly filter?: Filter;
}

/** What import makes of a path with these attributes. */
function judged(of: Case): { readonly why: string; readonly said: (name: "localPref" | "otc") => number | undefined } {
  const tables = new Tables(config, connectedNextHops, undefined, () => {});
  const { path = [peerAsn, 7], isInternal = false } = of;
  const sequence = path.length > 0 ? [{ kind: "sequence" as const, asns: path }] : [];
  const asPath = of.set ? [...sequence, { kind: "set" as const, asns: of.set }] : sequence;
  const received = tables.intake.internAttributes(pathAttributes({ nextHop: ipv4(9), asPath, ...of.said }), "ipv4");
  const negotiated = { isInternal, localAsn: of.localAsn ?? asn, peerAsn: isInternal ? asn : peerAsn, role: of.role };
  const peer = {
    index: 1,
    negotiated: negotiated as ImportPeer["negotiated"],
    ownAddress: undefined,
    filter: of.filter,
    requiresPolicy: false,
    rules: { ...rules, ...of.rules },
  };
  const intake = new Import(tables);
  const { a, b, c, d, length } = p("10.0.0.0/8");
  const used = intake.judge(peer, "ipv4", tables.of("ipv4")!.rib.prefixes.intern(a, b, c, d, length), received);
  const block = tables.attributes.block(used);
  const value = (code: number): number | undefined => {
    for (let at = 0; at < block.length; at += 3 + block[at + 2]!) {
      if (block[at + 1] === code) return new DataView(block.buffer, block.byteOffset + at + 3).getUint32(0);
    }
    return undefined;
  };
  return { why: ineligibleWhy[intake.reason], said: (name) => value(name === "otc" ? 35 : 5) };
}

const accepted = ineligibleWhy[ineligible.no];
const leak = ineligibleWhy[ineligible.routeLeak];
const loop = ineligibleWhy[ineligible.ownAs];
const first = ineligibleWhy[ineligible.notFirstAs];
const filter = (change: NonNullable<Filter["terms"][number]["change"]>): Filter => ({
  name: "f",
  terms: [{ name: "t", match: {}, verdict: "accept", change }],
  otherwise: "reject",
});

describe("rules of import", () => {
  it("know a route leak by ONLY_TO_CUSTOMER and our role, and mark what comes from above (RFC 9234 5)", () => {
    const rows: [Role | undefined, number | undefined, string, number | undefined][] = [
      ["provider", undefined, accepted, undefined],
      ["provider", 5, leak, 5],
      ["rs", 5, leak, 5],
      ["peer", 5, leak, 5],
      ["peer", peerAsn, accepted, peerAsn],
      ["peer", undefined, accepted, peerAsn],
      ["customer", undefined, accepted, peerAsn],
      ["customer", 5, accepted, 5],
      ["rs-client", undefined, accepted, peerAsn],
      [undefined, 5, accepted, 5],
      [undefined, undefined, accepted, undefined],
    ];
    for (const [role, otc, why, after] of rows) {
      const outcome = judged({ ...(role && { role }), said: { otc } });
      assert.deepEqual([outcome.why, outcome.said("otc")], [why, after], `${role} ${otc}`);
    }
    assert.equal(judged({ role: "provider", said: { otc: 5 }, isInternal: true }).why, accepted, "never within the AS");
  });

  it("make a route of a peer that is about to go the last choice, after the filter (RFC 8326 4)", () => {
    const said = { communities: [community.gracefulShutdown] };
    const pref = (of: Case): number | undefined => judged({ said, ...of }).said("localPref");
    assert.equal(pref({}), 0);
    assert.equal(pref({ filter: filter({ localPref: 200 }) }), 0);
    assert.equal(pref({ filter: filter({ removeCommunities: "all", localPref: 200 }) }), 200);
    assert.equal(pref({ said: {}, filter: filter({ addCommunities: [community.gracefulShutdown] }) }), 0);
    assert.equal(pref({ rules: { honourGracefulShutdown: false } }), undefined);
    assert.equal(pref({ isInternal: true, said: { ...said, localPref: 70 } }), 70);
  });

  it("take our own AS as often as is allowed, also the one we have towards the peer (RFC 4271 9.1.2)", () => {
    const path = [peerAsn, asn, 7, asn];
    assert.equal(judged({ path }).why, loop);
    assert.equal(judged({ path, rules: { allowedOwnAs: 1 } }).why, loop);
    assert.equal(judged({ path, rules: { allowedOwnAs: 2 } }).why, accepted);
    assert.equal(judged({ path: [peerAsn, 65099], localAsn: 65099 }).why, loop);
    assert.equal(judged({ path: [peerAsn, 65099], localAsn: 65099, rules: { allowedOwnAs: 1 } }).why, accepted);
    assert.equal(judged({ filter: filter({ prepend: 2 }) }).why, accepted, "what the filter puts in front is no loop");
  });

  it("want the peer's AS first, but not from a route server, within the AS or where told not to (RFC 4271 6.3)", () => {
    for (const path of [[7, peerAsn], []]) {
      assert.equal(judged({ path }).why, first);
      assert.equal(judged({ path, rules: { enforceFirstAs: false } }).why, accepted);
      assert.equal(judged({ path, role: "rs-client" }).why, accepted);
      assert.equal(judged({ path, isInternal: true }).why, accepted);
    }
    assert.equal(judged({ path: [], set: [peerAsn] }).why, first);
  });

  it("refuse sets only where told to (RFC 9774 3)", () => {
    assert.equal(judged({ set: [8, 9] }).why, accepted);
    assert.equal(judged({ set: [8, 9], rules: { rejectAsSets: true } }).why, ineligibleWhy[ineligible.asSet]);
    assert.equal(judged({ rules: { rejectAsSets: true } }).why, accepted);
  });
});

describe("filters of import", () => {
  const link = (importFilter: Filter, more: Partial<PeerConfig> = {}): { net: Network; x: Router; y: Router } => {
    const net = new Network({ seed: 3 });
    const [x, y] = [net.router("x", 65001), net.router("y", 65002)];
    net.link(x, y, { importFilter, ...more });
    return { net, x, y };
  };

  it("change a route in all the ways they can, next hop and AS numbers too, and chains add up", () => {
    const { net, x, y } = link({
      name: "all",
      otherwise: "accept",
      terms: [
        {
          name: "one",
          match: { source: "external" },
          verdict: "next-term",
          change: { localPref: 70, prependAsns: [64999] },
        },
        {
          name: "two",
          match: { prefixes: [{ prefix: p("10.1.0.0/16") }], peers: ["10.255.0.2"], asPath: { last: [65002] } },
          verdict: "accept",
          change: {
            addMed: 5,
            nextHop: ipv4(0x0a000007),
            addLargeCommunities: [{ globalAdministrator: 1, localData1: 2, localData2: 3 }],
          },
        },
      ],
    });
    y.speaker.announce(p("10.1.0.0/16"), { med: 2 });
    y.speaker.announce(p("10.2.0.0/16"), { med: 2 });
    net.run(30);
    const found = [...x.speaker.bestRoutes("ipv4")].map(
      ({ prefix, nextHop, attributes: { med, localPref, ...rest } }) => {
        const large = rest.largeCommunities.length;
        return [formatPrefix(prefix), formatAddress(nextHop!), med, localPref, formatAsPath(rest.asPath), large];
      },
    );
    assert.deepEqual(found.sort(), [
      ["10.1.0.0/16", "10.0.0.7", 7, 70, "64999 65002", 1],
      ["10.2.0.0/16", "10.255.0.2", 2, 70, "64999 65002", 0],
    ]);
  });

  it("leave no attribute set behind", () => {
    const changed: Filter = {
      name: "f",
      terms: [
        { name: "t", match: { prefixes: [{ prefix: p("10.1.0.0/16") }] }, verdict: "accept", change: { med: 9 } },
      ],
      otherwise: "accept",
    };
    const { net, x, y } = link(changed);
    for (let i = 1; i <= 3; i++) y.speaker.announce(p(`10.${i}.0.0/16`), { med: i });
    net.run(30);
    assert.ok(x.speaker.status().attributeSets > 0);
    for (let i = 1; i <= 3; i++) y.speaker.withdraw(p(`10.${i}.0.0/16`));
    net.run(5);
    assert.equal(x.speaker.status().attributeSets, 0);
  });
});
