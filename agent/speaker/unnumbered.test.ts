import assert from "node:assert/strict";
import { load } from "js-yaml";
import { planText } from "../../bgp/plan/plan-text.ts";
import { readSpeakerConfig, type SpeakerSettings } from "./config.ts";
import { needsBfd, needsKernelSockets, planSettings, reloadObstacles } from "./reload.ts";

const read = (peers: string) =>
  readSpeakerConfig(load(`asn: 65000\nrouterId: 10.0.0.1\nfamilies: [ipv4, ipv6]\npeers: ${peers}\n`));

function settings(peers: string): SpeakerSettings {
  const reading = read(peers);
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.settings;
}

function mistakes(peers: string): readonly string[] {
  const reading = read(peers);
  return reading.ok ? [] : reading.mistakes;
}

describe("peers without an address in the speaker's file", () => {
  it("are known by their interface and have every field of a peer", () => {
    const { peers, unnumberedPeers } = settings(
      "[{ interface: eth0, asn: external, families: [ipv6, ipv4], maxPrefixes: 5 }, { address: fe80::1, zone: eth1, asn: 65001 }]",
    );
    assert.deepEqual(unnumberedPeers, [
      { interface: "eth0", asn: "external", families: ["ipv4", "ipv6"], maxPrefixes: 5 },
    ]);
    assert.equal(peers.length, 1);
  });

  it("are refused with the field and what would be right", () => {
    for (const [peers, expected] of [
      ["[{ asn: 65001 }]", /^peers\[0\]\.address: missing: .* or `interface` for a peer/],
      ["[{ address: 10.0.0.2, interface: eth0, asn: 1 }]", /^peers\[0\]\.interface: "eth0": beside an address/],
      ["[{ interface: eth0, zone: eth0, asn: 1 }]", /^peers\[0\]\.zone: "eth0": beside an interface/],
      ["[{ interface: eth/0, asn: 1 }]", /^peers\[0\]\.interface: "eth\/0": the name of an interface, as eth0/],
      [
        "[{ interface: e, asn: 1 }, { interface: e, asn: 2 }]",
        /^peers\[1\]\.address: "e": is there already: peers\[0\]/,
      ],
      [
        "[{ address: fe80::1, zone: e, asn: 1 }, { interface: e, asn: 2 }]",
        /^peers\[1\]\.interface: .*peers\[0\] names/,
      ],
      ["[{ interface: eth0 }]", /^peers\[0\]\.asn: missing/],
    ] as const) {
      const found = mistakes(peers);
      assert.equal(found.length, 1, `${peers}: ${found.join("; ")}`);
      assert.match(found[0]!, expected);
    }
  });

  it("are planned by their interface: what is new, what goes, and the field that ends a session", () => {
    const before = settings("[{ interface: eth0, asn: external }, { interface: eth1, asn: 65001 }]");
    const after = settings(
      "[{ interface: eth0, asn: external, maxPrefixes: 5 }, { interface: eth2, asn: 1 }, { address: 10.0.0.9, asn: 1 }]",
    );
    assert.equal(
      planText(planSettings(before, after)),
      `remove  peer  eth1         its session ends (Cease/3)
add     peer  10.0.0.9     is new
update  peer  eth0         its session stays
              maxPrefixes  live: holds from now on
add     peer  eth2         is new
`,
    );
    const reset = planSettings(
      before,
      settings("[{ interface: eth0, asn: internal }, { interface: eth1, asn: 65001 }]"),
    );
    assert.deepEqual(
      reset.map(({ action, name }) => [action, name]),
      [["reset", "eth0"]],
    );
  });

  it("need sockets of the kernel, and router discovery from the start", () => {
    const plain = settings("[{ address: 10.0.0.2, asn: 1, password: hush }]");
    const asking = settings("[{ interface: eth0, asn: 1, bfd: true }]");
    assert.deepEqual([needsKernelSockets(asking), needsBfd(asking), needsBfd(plain)], [true, true, false]);
    assert.match(reloadObstacles(plain, asking).join(), /^interface: this process began without router discovery,bfd/);
    assert.deepEqual(reloadObstacles(asking, plain), []);
  });
});
