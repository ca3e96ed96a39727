import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import type { Term } from "../../bgp/filter/filter.ts";
import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix } from "../../net/prefix.ts";
import { type OwnRoute, readSpeakerConfig, type SpeakerSettings } from "./config.ts";

const example = `
asn: 65000
routerId: 10.10.0.1
listen: { address: 10.10.0.1, port: 179 }
clusterId: 10.10.0.1
kernel: none
ebgpRequiresPolicy: false
families: [ipv4, ipv6]
peers:
  - { address: 10.10.1.1, asn: 65001, password: secret, ttlSecurityHops: 1, exportFilter: blocks }
dynamicPeers:
  - { range: 10.10.0.0/16, asn: internal, routeReflectorClient: true }
filters:
  - name: blocks
    otherwise: reject
    terms:
      - name: ours
        match: { prefixes: [{ prefix: 10.1.0.0/16, maxLength: 26 }], source: local }
        verdict: accept
        change: { med: 100, addCommunities: ["65000:7"] }
`;

function settings(text: string): SpeakerSettings {
  const reading = readSpeakerConfig(load(text));
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.settings;
}

function mistakes(text: string): readonly string[] {
  const reading = readSpeakerConfig(load(text));
  assert.ok(!reading.ok);
  return reading.mistakes;
}

describe("configuration of manx speaker", () => {
  it("serves metrics only where asked, and on this machine only unless told so", () => {
    assert.equal(settings(example).metrics, undefined);
    const own = settings(`${example}metrics: { port: 9102 }\n`).metrics!;
    assert.deepEqual([formatAddress(own.address), own.port], ["127.0.0.1", 9102]);
    const open = settings(`${example}metrics: { address: "::", port: 9102 }\n`).metrics!;
    assert.equal(formatAddress(open.address), "::");
    assert.match(mistakes(`${example}metrics: { port: 0 }\n`)[0]!, /^metrics\.port: 0/);
  });

  it("reads the example of the manual", () => {
    const { speaker, peers, dynamicPeers, kernel } = settings(example);
    assert.deepEqual(
      [speaker.asn, speaker.routerId, speaker.clusterId, kernel],
      [65000, 0x0a0a0001, 0x0a0a0001, "none"],
    );
    assert.deepEqual(
      [speaker.families, speaker.ebgpRequiresPolicy, speaker.listen?.port],
      [["ipv4", "ipv6"], false, 179],
    );
    const [peer] = peers;
    assert.deepEqual([formatAddress(peer!.address), peer!.asn, peer!.password], ["10.10.1.1", 65001, "secret"]);
    assert.equal(peer!.ttlSecurityHops, 1);
    const [term] = peer!.exportFilter!.terms;
    assert.deepEqual(term!.change, { med: 100, addCommunities: [65000 * 65536 + 7] });
    assert.equal(term!.match.prefixes![0]!.maxLength, 26);
    const [range] = dynamicPeers;
    assert.deepEqual(
      [formatPrefix(range!.range), range!.asn, range!.routeReflectorClient],
      ["10.10.0.0/16", "internal", true],
    );
  });

  it("has the defaults of the manual: RFC 8212 on, graceful restart negotiated, port 179, nothing in the kernel", () => {
    const { speaker, kernel } = settings("{ asn: 65000, routerId: 10.0.0.1 }");
    assert.deepEqual([speaker.ebgpRequiresPolicy, speaker.listen, kernel], [true, { port: 179 }, "none"]);
    assert.deepEqual(speaker.gracefulRestart, { restartSeconds: 120, stalePathSeconds: 300 });
    assert.equal(
      settings(`{ asn: "1.1", routerId: 10.0.0.1, gracefulRestart: false }`).speaker.gracefulRestart,
      undefined,
    );
    assert.deepEqual(settings("{ asn: 1, routerId: 10.0.0.1, kernel: {} }").kernel, { table: "main", metric: 1024 });
  });

  it("names every mistake at once: the field, what was found, what would be right", () => {
    const found = mistakes(`
asn: 0
routerId: fd00::1
peers:
  - { address: 10.0.0.300, asn: 65001 }
  - { address: 10.0.0.3, asn: someone, holdTimeSeconds: 2 }
dynamicPeers: [{ range: 10.0.0.1/16, asn: internal }]
`);
    for (const [field, value] of [
      ["asn", "0"],
      ["routerId", "fd00::1"],
      ["peers[0].address", "10.0.0.300"],
      ["peers[1].asn", "someone"],
      ["peers[1].holdTimeSeconds", "2"],
      ["dynamicPeers[0].range", "10.0.0.1/16"],
    ] as const) {
      const one = found.find((text) => text.startsWith(`${field}: `));
      assert.ok(one?.includes(value), `${field} in ${found.join("\n")}`);
    }
  });

  it("knows no field that it does not know, no filter that is not there, and hides passwords", () => {
    const base = "asn: 65000\nrouterId: 10.0.0.1\n";
    assert.match(mistakes(`${base}lsiten: none`)[0]!, /no such field: lsiten/);
    const [text] = mistakes(`${base}peers: [{ address: 10.0.0.2, asn: 65001, importFilter: nosuch }]`);
    assert.match(text!, /peers\[0\]\.importFilter: "nosuch" is no filter; there are accept-all, reject-all/);
    const long = "x".repeat(81);
    const [hidden] = mistakes(`${base}peers: [{ address: 10.0.0.2, asn: 65001, password: ${long} }]`);
    assert.ok(!hidden!.includes(long) && hidden!.includes("hidden"), hidden);
  });

  it("reads everything that can be said of a peer, and leaves out what was not said", () => {
    const { peers } = settings(`
asn: 65000
routerId: 10.0.0.1
peers:
  - address: fe80::1
    zone: eth0
    asn: 65001
    localAsn: 65100
    allowedOwnAs: 1
    enforceFirstAs: false
    addPath: { ipv4: { send: all, receive: true }, ipv6: { send: 4 } }
    extendedMessages: false
    extendedNextHop: true
    role: customer
    strictRole: true
    gracefulShutdown: true
    honourGracefulShutdown: false
    thirdPartyNextHop: true
    delayOpenSeconds: 10
    sendHoldSeconds: 600
    longLivedStaleSeconds: 3600
    bfd: { minTxMs: 100, minRxMs: 100, multiplier: 5, multihop: true }
    maxPrefixes: { ipv4: 1000, warnPercent: 80, action: stay-down }
  - { address: 10.0.0.2, asn: 65002, bfd: true, maxPrefixes: 10 }
`);
    const [first, second] = peers;
    const { address, ...rest } = first!;
    assert.equal(formatAddress(address), "fe80::1");
    assert.deepEqual(rest, {
      zone: "eth0",
      asn: 65001,
      localAsn: 65100,
      allowedOwnAs: 1,
      enforceFirstAs: false,
      addPath: { ipv4: { send: "all", receive: true }, ipv6: { send: 4 } },
      extendedMessages: false,
      extendedNextHop: true,
      role: "customer",
      strictRole: true,
      gracefulShutdown: true,
      honourGracefulShutdown: false,
      thirdPartyNextHop: true,
      delayOpenSeconds: 10,
      sendHoldSeconds: 600,
      longLivedStaleSeconds: 3600,
      bfd: { minTxMs: 100, minRxMs: 100, multiplier: 5, multihop: true },
      maxPrefixes: { ipv4: 1000, warnPercent: 80, action: "stay-down" },
    });
    assert.deepEqual(Object.keys(second!).sort(), ["address", "asn", "bfd", "maxPrefixes"]);
    assert.deepEqual([second!.bfd, second!.maxPrefixes], [{}, 10]);
  });

  it("reads aggregates, paths, and routes with everything they say", () => {
    const { speaker, routes } = settings(`
asn: 65000
routerId: 10.0.0.1
maxPaths: 8
decision: { missingMedAsWorst: true }
clientToClientReflection: false
rejectAsSets: true
aggregates:
  - { prefix: 10.0.0.0/8, summaryOnly: true, communities: ["65000:1"] }
  - { prefix: 10.64.0.0/10, asSet: true }
routes:
  - { prefix: 10.1.0.0/16, med: 7, localPref: 200, origin: incomplete, communities: [no-export], interface: eth0 }
  - { prefix: 10.2.0.0/16, largeCommunities: ["65000:1:2"], extendedCommunities: ["rt:65000:9"], tag: 3 }
`);
    assert.deepEqual([speaker.maxPaths, speaker.clientToClientReflection, speaker.rejectAsSets], [8, false, true]);
    assert.deepEqual(speaker.decision, { missingMedAsWorst: true });
    const [all, some] = speaker.aggregates!;
    assert.deepEqual(
      [formatPrefix(all!.prefix), all!.summaryOnly, all!.communities],
      ["10.0.0.0/8", true, [65000 * 65536 + 1]],
    );
    assert.deepEqual([some!.summaryOnly, some!.asSet, "communities" in some!], [false, true, false]);
    const [{ prefix: _, ...first }, { prefix: __, ...second }] = routes as [OwnRoute, OwnRoute];
    assert.deepEqual(first, {
      med: 7,
      localPref: 200,
      origin: "incomplete",
      communities: [0xffffff01],
      interface: "eth0",
    });
    assert.deepEqual(second, {
      largeCommunities: [{ globalAdministrator: 65000, localData1: 1, localData2: 2 }],
      extendedCommunities: [{ high: 0x0002fde8, low: 9 }],
      tag: 3,
    });
  });

  it("reads filters with every condition and every change", () => {
    const { peers } = settings(`
asn: 65000
routerId: 10.0.0.1
filters:
  - name: all
    otherwise: reject
    terms:
      - name: one
        verdict: next-term
        match:
          family: ipv4
          prefixes: [10.0.0.0/8, { prefix: 10.0.0.0/8, minLength: 16 }]
          notPrefixes: [10.3.0.0/16]
          source: peers
          peers: ["FD00::0:1", "fe80::1%eth0"]
          tags: [1]
          interfaces: ["cali*"]
          nextHops: [10.0.0.1/32]
          asPath: { contains: [1], first: [2], last: [3], minLength: 1, maxLength: 9, pattern: "2 * ? 3" }
          communities: ["1:2"]
          allCommunities: [blackhole]
          largeCommunities: ["1:2:3"]
          allLargeCommunities: ["1:2:4"]
          extendedCommunities: ["rt:1:2"]
          allExtendedCommunities: ["0x0002000100000002"]
          localPref: 100
          med: 0
        change:
          addMed: -5
          localPref: 50
          removeCommunities: all
          addLargeCommunities: ["1:2:3"]
          removeLargeCommunities: ["1:2:4"]
          removeExtendedCommunities: all
          prepend: 2
          prependAsns: [own, 65009]
          nextHop: 10.9.9.9
peers: [{ address: 10.0.0.2, asn: 65001, importFilter: all }]
`);
    const [{ match, change, verdict }] = peers[0]!.importFilter!.terms as [Term];
    assert.equal(verdict, "next-term");
    assert.deepEqual(
      match.prefixes!.map(({ minLength }) => minLength),
      [undefined, 16],
    );
    assert.deepEqual(match.peers, ["fd00::1", "fe80::1%eth0"]);
    assert.deepEqual(match.asPath!.pattern, [2, "*", "?", 3]);
    assert.deepEqual(match.extendedCommunities, match.allExtendedCommunities);
    assert.deepEqual([change!.addMed, change!.removeCommunities, change!.prependAsns], [-5, "all", ["own", 65009]]);
    assert.equal(formatAddress(change!.nextHop as Address), "10.9.9.9");
  });

  it("says of the new fields what would have been right, too", () => {
    const base = "asn: 65000\nrouterId: 10.0.0.1\n";
    for (const [text, field, wanted] of [
      ["peers: [{ address: 10.0.0.2, asn: 1, role: boss }]", "peers[0].role", "customer"],
      ["peers: [{ address: 10.0.0.2, asn: 1, strictRole: true }]", "peers[0].strictRole", "needs a role"],
      [
        "peers: [{ address: 10.0.0.2, asn: 1, addPath: { ipv4: { send: most } } }]",
        "peers[0].addPath.ipv4.send",
        "all, or",
      ],
      ["peers: [{ address: 10.0.0.2, asn: 1, maxPrefixes: lots }]", "peers[0].maxPrefixes", "a number, or {"],
      ["peers: [{ address: 10.0.0.2, asn: 1, bfd: 3 }]", "peers[0].bfd", "true, or {"],
      ["routes: [{ prefix: 10.0.0.0/8, communities: [x] }]", "routes[0].communities[0]", "65000:100"],
      [
        "filters: [{ name: f, otherwise: reject, terms: [{ name: t, verdict: accept, match: { asPath: { pattern: '1 .* 2' } } }] }]",
        "filters[0].terms[0].match.asPath.pattern",
        "* for any number",
      ],
    ] as const) {
      const found = mistakes(base + text);
      assert.ok(
        found.some((one) => one.startsWith(`${field}: `) && one.includes(wanted)),
        `${field} in ${found.join("\n")}`,
      );
    }
  });

  it("finds what no single field shows: names given twice, families not carried, ranges of no length", () => {
    const found = mistakes(`
asn: 65000
routerId: 10.0.0.1
peers:
  - { address: 10.0.0.2, asn: 65001 }
  - { address: 10.0.0.2, asn: 65002 }
dynamicPeers: [{ range: 10.1.0.0/16, asn: internal }, { range: 10.1.0.0/16, asn: external }]
routes: [{ prefix: fd00::/48 }]
aggregates: [{ prefix: 10.0.0.0/8 }, { prefix: 10.0.0.0/8 }]
filters:
  - { name: accept-all, otherwise: accept, terms: [] }
  - name: f
    otherwise: accept
    terms:
      - { name: t, verdict: accept, match: { prefixes: [{ prefix: 10.0.0.0/16, minLength: 8 }] } }
      - { name: u, verdict: accept, match: { notPrefixes: [{ prefix: 10.0.0.0/16, maxLength: 33 }] } }
      - { name: v, verdict: accept, match: { prefixes: [{ prefix: 10.0.0.0/16, minLength: 24, maxLength: 20 }] } }
`);
    assert.deepEqual(found, [
      'peers[1].address: "10.0.0.2": is there already: peers[0]',
      'dynamicPeers[1].range: "10.1.0.0/16": is there already: dynamicPeers[0]',
      'filters[0].name: "accept-all": is there already: built in',
      'aggregates[1].prefix: "10.0.0.0/8": is there already: aggregates[0]',
      'routes[0].prefix: "fd00::/48": ipv6 is not among families',
      "filters[1].terms[0].match.prefixes[0]: 10.0.0.0/16 with 8 to 8: lengths from 16 to 32, the shortest first",
      "filters[1].terms[1].match.notPrefixes[0]: 10.0.0.0/16 with 16 to 33: lengths from 16 to 32, the shortest first",
      "filters[1].terms[2].match.prefixes[0]: 10.0.0.0/16 with 24 to 20: lengths from 16 to 32, the shortest first",
    ]);
    const term = "{ name: t, verdict: next-term, match: {} }";
    const many = `filters: [{ name: f, otherwise: accept, terms: [${new Array(17).fill(term).join()}] }]`;
    assert.match(
      mistakes(`asn: 1\nrouterId: 10.0.0.1\n${many}`)[0]!,
      /filters\[0\]\.terms: 17 times next-term: at most 16/,
    );
  });

  it("reads a hundred thousand routes, none of them twice", () => {
    const routes = Array.from({ length: 100_000 }, (_, i) => ({
      prefix: `10.${(i >>> 8) >>> 8}.${(i >>> 8) & 255}.${i & 255}/32`,
    }));
    const reading = readSpeakerConfig({ asn: 1, routerId: "10.0.0.1", routes: [...routes, routes[7]] });
    assert.deepEqual(!reading.ok && reading.mistakes, [
      'routes[100000].prefix: "10.0.0.7/32": is there already: routes[7]',
    ]);
  });

  it("reads the file that its own page shows", () => {
    const page = readFileSync(new URL("README.md", import.meta.url), "utf8");
    const [, yaml = ""] = /```yaml\n(.*?)\n```/s.exec(page) ?? [];
    const { speaker, peers } = settings(yaml);
    assert.deepEqual([speaker.maxPaths, speaker.decision?.preferOldest, peers[0]!.allowedOwnAs], [4, false, 1]);
  });
});
