import assert from "node:assert/strict";
import { asNumberOf } from "./as-number.ts";
import { parsePeerIP } from "./bgp-peer-check.ts";
import { parseDuration } from "./duration.ts";
import { poolBlockSize } from "./ip-pool-check.ts";
import { isLabelKey, isLabelValue } from "./label.ts";
import { isContainerId, isInterfaceName, isLabelName, isName } from "./name.ts";
import { policyTypes } from "./policy-spec.ts";
import { portMeaning } from "./port.ts";
import { hasPorts, protocolNumber } from "./protocol.ts";

describe("texts of the model", () => {
  it("durations are Go's", () => {
    const rows: readonly (readonly [string, number | undefined])[] = [
      ["90s", 90_000],
      ["1m30s", 90_000],
      ["1.5h", 5_400_000],
      ["250ms", 250],
      ["10µs", 0.01],
      ["0", 0],
      ["0s", 0],
      ["", undefined],
      ["90", undefined],
      ["s", undefined],
      ["-1s", undefined],
      ["1s ", undefined],
      ["1d", undefined],
    ];
    for (const [text, millis] of rows) assert.equal(parseDuration(text), millis, text);
  });

  it("ports are numbers, ranges or names", () => {
    assert.deepEqual(portMeaning(80), { kind: "range", first: 80, last: 80 });
    assert.deepEqual(portMeaning("80"), { kind: "range", first: 80, last: 80 });
    assert.deepEqual(portMeaning("8000:8100"), { kind: "range", first: 8000, last: 8100 });
    assert.deepEqual(portMeaning("http-alt"), { kind: "named", name: "http-alt" });
    for (const bad of [-1, 65536, 1.5, "1:65536", "2:1", "", "a b", "1:2:3", "123456", `${"a".repeat(129)}`]) {
      assert.equal(portMeaning(bad), undefined, String(bad));
    }
  });

  it("protocols are names in any case, or numbers", () => {
    for (const [text, number] of [
      ["TCP", 6],
      ["tcp", 6],
      ["ICMPv6", 58],
      ["UDPLite", 136],
      ["47", 47],
      [47, 47],
    ] as const) {
      assert.equal(protocolNumber(text), number);
    }
    for (const bad of ["", "tcpp", "0", "256", 0, 256, 1.5, "-1"])
      assert.equal(protocolNumber(bad), undefined, String(bad));
    assert.deepEqual(["TCP", 17, "SCTP", "ICMP", 47].map(hasPorts), [true, true, true, false, false]);
  });

  it("peers are addresses, with a port perhaps", () => {
    const read = (text: string) => {
      const peer = parsePeerIP(text);
      return peer && [peer.address.family, peer.port];
    };
    assert.deepEqual(read("10.0.0.1"), ["ipv4", undefined]);
    assert.deepEqual(read("10.0.0.1:179"), ["ipv4", 179]);
    assert.deepEqual(read("fd00::1"), ["ipv6", undefined]);
    assert.deepEqual(read("[fd00::1]:1790"), ["ipv6", 1790]);
    for (const bad of ["", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536", "[fd00::1]", "host:179"])
      assert.equal(read(bad), undefined, bad);
  });

  it("names are DNS-1123, labels Kubernetes'", () => {
    assert.deepEqual(["a", "a.b-c", "A", "-a", "a.", "a..b", "", "a_b"].map(isName), [
      true,
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
    assert.equal(isLabelName("a".repeat(64)), false);
    assert.deepEqual(["eth0.10", "cali_1-x", "a b", "", "a".repeat(16)].map(isInterfaceName), [
      true,
      true,
      false,
      false,
      false,
    ]);
    assert.deepEqual(["Abc-1", "-a", "a-", ""].map(isContainerId), [true, false, false, false]);
    const keys = ["app", "a.b/app", "projectcalico.org/namespace", "A_b", "", "/a", "a/", "A/b", "a/b/c"];
    assert.deepEqual(keys.map(isLabelKey), [true, true, true, true, false, false, false, false, false]);
    assert.deepEqual(["", "v1.2", "-a", "a".repeat(64)].map(isLabelValue), [true, true, false, false]);
  });

  it("defaults are Calico's", () => {
    const rule = { action: "Allow" } as const;
    assert.deepEqual(policyTypes({}), ["Ingress"]);
    assert.deepEqual(policyTypes({ egress: [rule] }), ["Egress"]);
    assert.deepEqual(policyTypes({ ingress: [rule], egress: [rule] }), ["Ingress", "Egress"]);
    assert.deepEqual(policyTypes({ types: ["Egress"], ingress: [rule] }), ["Egress"]);
    assert.deepEqual([poolBlockSize({ cidr: "10.0.0.0/16" }), poolBlockSize({ cidr: "fd00::/48" })], [26, 122]);
    assert.deepEqual([asNumberOf(64512), asNumberOf("64512"), asNumberOf("1.1")], [64512, 64512, 65537]);
  });
});
