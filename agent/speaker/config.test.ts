import assert from "node:assert/strict";
import { load } from "js-yaml";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix } from "../../net/prefix.ts";
import { readSpeakerConfig, type SpeakerSettings } from "./config.ts";

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
});
