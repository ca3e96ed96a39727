import assert from "node:assert/strict";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import { type HostAddress, ownAddress } from "./own-address.ts";
import { ownNodeSpec } from "./own-node.ts";

const at = (interfaceName: string, text: string): HostAddress => ({ interfaceName, prefix: parsePrefix(text)! });
const p = (text: string) => parsePrefix(text)!;
const text = (own: ReturnType<typeof ownAddress>) =>
  "problem" in own ? own.problem : own.prefix && formatPrefix(own.prefix);

describe("the node's own address", () => {
  const host = [
    at("lo", "127.0.0.1/8"),
    at("eth0", "10.0.0.1/24"),
    at("cali1", "10.9.9.9/32"),
    at("eth0", "fe80::1/64"),
    at("eth0", "fd00::1/64"),
  ];
  it("is the one given, with the length of its interface unless it has its own", () => {
    assert.equal(text(ownAddress("ipv4", p("10.0.0.1"), host)), "10.0.0.1/24");
    assert.equal(text(ownAddress("ipv4", p("10.0.0.1/16"), host)), "10.0.0.1/16");
    assert.equal(text(ownAddress("ipv4", p("10.0.0.77"), host)), "10.0.0.77/32");
    assert.equal(text(ownAddress("ipv6", "none", host)), undefined);
  });
  it("is found when only one can be it, else the candidates are named", () => {
    assert.equal(text(ownAddress("ipv4", "autodetect", host)), "10.0.0.1/24");
    assert.equal(text(ownAddress("ipv6", "autodetect", host)), "fd00::1/64");
    assert.match(
      String(text(ownAddress("ipv4", "autodetect", [...host, at("eth1", "10.1.0.1/24")]))),
      /several addresses: 10.0.0.1 \(eth0\), 10.1.0.1 \(eth1\); IP=/,
    );
    assert.match(String(text(ownAddress("ipv6", "autodetect", []))), /IP6=autodetect: no address found/);
  });
});

describe("our Node resource", () => {
  const own = { ipv4: p("10.0.0.1/24"), ipv6: undefined, asn: 64512 };
  it("is made from nothing", () => {
    assert.deepEqual(ownNodeSpec(undefined, own), { bgp: { asNumber: 64512, ipv4Address: "10.0.0.1/24" } });
    assert.deepEqual(ownNodeSpec(undefined, { ipv4: undefined, ipv6: undefined, asn: undefined }), {});
  });
  it("is left alone when it stands so, whatever the spelling", () => {
    assert.equal(ownNodeSpec({ bgp: { ipv4Address: "10.0.0.1/24", asNumber: "64512" } }, own), undefined);
    assert.equal(
      ownNodeSpec({ bgp: { ipv4Address: "10.0.0.1/24", asNumber: 5 } }, { ...own, asn: undefined }),
      undefined,
    );
    assert.equal(
      ownNodeSpec({ bgp: { ipv4Address: "10.0.0.1/16" } }, { ...own, ipv4: p("10.0.0.1"), asn: undefined }),
      undefined,
    );
  });
  it("keeps what others wrote, and loses an address that is no longer ours", () => {
    const stored = {
      orchRefs: [{ orchestrator: "k8s" }],
      bgp: { ipv6Address: "fd00::1/64", routeReflectorClusterID: "1.0.0.1" },
    };
    assert.deepEqual(ownNodeSpec(stored, own), {
      orchRefs: [{ orchestrator: "k8s" }],
      bgp: { routeReflectorClusterID: "1.0.0.1", asNumber: 64512, ipv4Address: "10.0.0.1/24" },
    });
  });
});
