import assert from "node:assert/strict";
import { formatPrefix } from "../../net/prefix.ts";
import type { FailsafePort } from "../../policy/evaluate.ts";
import { defaultOptions } from "../dataplane/options.ts";
import { parseConfigFile } from "./config-file.ts";
import { firewallOptions } from "./firewall-options.ts";
import { isExcluded } from "./interface-exclusion.ts";
import { takeLive } from "./live.ts";
import { felixSettings, problemText, type Variables } from "./read.ts";

const text = ({ protocol, port, net }: FailsafePort): string => `${protocol} ${net ? formatPrefix(net) : "*"} ${port}`;
const settings = (variables: Variables, spec: Record<string, unknown> = {}) =>
  felixSettings([variables], [{ name: "default", spec }]);

describe("failsafe ports", () => {
  const inbound = (value: string): readonly string[] =>
    settings({ FELIX_FAILSAFEINBOUNDHOSTPORTS: value }).settings.failsafeInboundHostPorts.map(text);

  it("are read in every form that Calico knows", () => {
    const all = "tcp:22, UDP:68,22,tcp:10.0.0.0/8:22,tcp:fd00::/8:22,sctp:[fd00::1]:7,udp:10.0.0.1:53";
    assert.deepEqual(inbound(all), [
      "6 * 22",
      "17 * 68",
      "6 * 22",
      "6 10.0.0.0/8 22",
      "6 fd00::/8 22",
      "132 fd00::1/128 7",
      "17 10.0.0.1/32 53",
    ]);
    assert.deepEqual(inbound("None"), []);
    assert.equal(inbound("").length, defaultOptions.failsafes.inbound.length);
  });

  it("come from a FelixConfiguration as objects, and an empty list closes all", () => {
    const list = [{ protocol: "UDP", port: 53, net: "fd00::/8" }, { port: 22 }, { protocol: "tcp", port: 1, net: "" }];
    const spec = { failsafeOutboundHostPorts: list, failsafeInboundHostPorts: [] };
    const { settings: read, problems } = settings({}, spec);
    assert.deepEqual(problems, []);
    assert.deepEqual(read.failsafeOutboundHostPorts.map(text), ["17 fd00::/8 53", "6 * 22", "6 * 1"]);
    assert.deepEqual(read.failsafeInboundHostPorts, []);
  });

  for (const bad of ["tcp:0", "tcp:65536", "icmp:8", "tcp:", "tcp:10.0.0.0/33:22", "ssh", "22,x", ","])
    it(`of '${bad}' keep what they were, and are told with what would be right`, () => {
      const { settings: read, problems } = settings({ FELIX_FAILSAFEINBOUNDHOSTPORTS: bad });
      assert.equal(read.failsafeInboundHostPorts, defaultOptions.failsafes.inbound);
      assert.match(
        problems.map(problemText).join(),
        /^FELIX_FAILSAFEINBOUNDHOSTPORTS = '.*': ports such as tcp:22, .*right$/,
      );
    });
});

describe("what a firewall is told", () => {
  it("is Calico's defaults when nobody says anything", () => {
    for (const kind of ["nftables", "iptables"] as const)
      assert.deepEqual(firewallOptions(settings({}).settings, kind), defaultOptions);
  });

  it("is everything that was configured; actions and marks are those of the firewall", () => {
    const { settings: read, problems } = settings(
      { FELIX_NATPORTRANGE: "32768:65535", FELIX_IPTABLESMARKMASK: "0x700", FELIX_NFTABLESMARKMASK: "0xff" },
      {
        logPrefix: "drop %k",
        logActionRateLimit: "10/min",
        logActionRateLimitBurst: 7,
        natOutgoingAddress: "192.0.2.1",
        iptablesNATOutgoingInterfaceFilter: "eth+",
        natOutgoingExclusions: "IPPoolsAndHostIPs",
        nftablesFilterDenyAction: "Reject",
        iptablesFilterAllowAction: "Return",
        iptablesMangleAllowAction: "Return",
        serviceLoopPrevention: "Disabled",
        floatingIPs: "Enabled",
        disableConntrackInvalidCheck: true,
        allowVXLANPacketsFromWorkloads: true,
      },
    );
    assert.deepEqual(problems, []);
    const nft = firewallOptions(read, "nftables");
    const ipt = firewallOptions(read, "iptables");
    assert.deepEqual(
      [nft.denyAction, nft.allowAction, nft.preDnatAllowAction, nft.marks.accept],
      ["Reject", "Accept", "Accept", 1],
    );
    assert.deepEqual(
      [ipt.denyAction, ipt.allowAction, ipt.preDnatAllowAction, ipt.marks.final],
      ["Drop", "Return", "Return", 0x400],
    );
    assert.deepEqual(nft.natPorts, { from: 32768, to: 65535 });
    assert.equal(nft.natOutgoing?.family, "ipv4");
    assert.deepEqual(nft.logRate, { rate: 10, per: "minute", burst: 7 });
    assert.deepEqual(
      [nft.logPrefix, nft.natInterfaces, nft.natExclusions, nft.serviceLoopPrevention, nft.dropInvalid],
      ["drop %k: ", "eth+", "IPPoolsAndHostIPs", "Disabled", false],
    );
    assert.deepEqual(nft.workloadEncapsulation, { vxlan: true, ipip: false });
    assert.ok(nft.floatingAddresses);
  });

  it("takes nothing that cannot be", () => {
    const bad = {
      FELIX_NATPORTRANGE: "9:1",
      FELIX_NATOUTGOINGADDRESS: "10.0.0.0/8",
      FELIX_LOGACTIONRATELIMIT: "0/second",
      FELIX_IPTABLESMARKMASK: "0x3",
      FELIX_IPTABLESNATOUTGOINGINTERFACEFILTER: "averyverylongname",
      FELIX_IPTABLESREFRESHINTERVAL: "-1",
      FELIX_INTERFACEEXCLUDE: "/[/",
    };
    const { settings: read, problems } = settings(bad);
    assert.deepEqual(new Set(problems.map(({ where }) => where)), new Set(Object.keys(bad)));
    assert.deepEqual(firewallOptions(read, "iptables"), defaultOptions);
  });
});

describe("spans, exclusions and changes", () => {
  it("are seconds, written as numbers or as Go does", () => {
    const seconds = (value: string): number =>
      settings({ FELIX_IPTABLESREFRESHINTERVAL: value }).settings.iptablesRefreshInterval;
    assert.deepEqual(["90", "1m30s", "0", "500ms"].map(seconds), [90, 90, 0, 0.5]);
  });

  it("names and patterns keep interfaces out", () => {
    const { interfaceExclude } = settings({ FELIX_INTERFACEEXCLUDE: "kube-ipvs0, /^docker/" }).settings;
    const names = ["kube-ipvs0", "kube-ipvs01", "docker0", "eth0"];
    assert.deepEqual(
      names.filter((name) => isExcluded(interfaceExclude, name)),
      ["kube-ipvs0", "docker0"],
    );
  });

  it("hold at once where they can, and wait by name where they cannot", () => {
    const before = settings({}).settings;
    const wanted = settings({}, { logPrefix: "x", healthPort: 7, interfacePrefix: "tap" }).settings;
    const { settings: now, waiting } = takeLive(before, wanted);
    assert.deepEqual([...waiting].sort(), ["healthPort", "interfacePrefix"]);
    assert.deepEqual([now.logPrefix, now.healthPort, now.interfacePrefix], ["x", 9099, ["cali"]]);
  });
});

describe("felix.cfg", () => {
  it("lies between the datastore and the environment", () => {
    const file = parseConfigFile(
      "/etc/calico/felix.cfg",
      '# ours\n[global]\nLogPrefix = "file"\nHealthPort: 7\n\nMetadataAddr=None\n',
    );
    assert.deepEqual(file.problems, []);
    const resource = { name: "default", spec: { logPrefix: "resource", healthPort: 5, healthHost: "h" } };
    const { settings: read } = felixSettings([file.variables, { FELIX_HEALTHPORT: "9" }], [resource]);
    assert.deepEqual([read.logPrefix, read.healthPort, read.healthHost], ["file", 9, "h"]);
    const { settings: lower } = felixSettings([file.variables, { FELIX_HEALTHPORT: "x" }], [resource]);
    assert.equal(lower.healthPort, 7);
  });

  it("names the lines that say nothing, and leaves other sections alone", () => {
    const { variables, problems } = parseConfigFile("f", "[global]\nwhat\n[other]\nHealthPort = 1\nalso what\n");
    assert.deepEqual(variables, {});
    assert.deepEqual(problems, ["f: line 2 = 'what': [global], a comment, or Name = value would be right"]);
  });
});
