import assert from "node:assert/strict";
import { elementKey, keyBounds, keyOfBounds, parseElement, printElement } from "./element.ts";
import { InvalidRuleset } from "./error.ts";
import { keyOctets, keyType } from "./field-type.ts";
import type { SetSpec } from "./set.ts";

const octets = (key: string | undefined): string => Buffer.from(key ?? "", "latin1").toString("hex");

const hosts: SetSpec = { name: "hosts", key: ["ipv4_addr"] };
const nets: SetSpec = { name: "nets", key: ["ipv4_addr"], interval: true };
const nets6: SetSpec = { name: "nets6", key: ["ipv6_addr"], interval: true };
const ports: SetSpec = { name: "ports", key: ["inet_service"], interval: true };
const named: SetSpec = { name: "named", key: ["ipv4_addr", "inet_proto", "inet_service"] };
const netPorts: SetSpec = { name: "net-ports", key: ["ipv4_addr", "inet_service"], interval: true };
const names: SetSpec = { name: "names", key: ["ifname"] };
const marks: SetSpec = { name: "marks", key: ["mark"] };

describe("elements", () => {
  const spelled: readonly [SetSpec, string, string][] = [
    [hosts, "10.0.0.1", "0a000001"],
    [nets, "10.0.0.0/8", "0a000000" + "0affffff"],
    [nets, "10.9.9.9/8", "0a000000" + "0affffff"],
    [nets, "0.0.0.0/0", "00000000" + "ffffffff"],
    [nets, "10.0.0.1", "0a000001" + "0a000001"],
    [nets, "10.0.0.1-10.0.1.0", "0a000001" + "0a000100"],
    [nets6, "fd00::/127", `fd${"00".repeat(15)}` + `fd${"00".repeat(14)}01`],
    [ports, "80-90", "0050" + "005a"],
    [named, "10.0.0.1 . tcp . 80", "0a000001" + "06000000" + "00500000"],
    [named, "10.0.0.1 . 17 . 53", "0a000001" + "11000000" + "00350000"],
    [netPorts, "10.0.0.0/8 . 80", "00500000" + "0a000000" + "00500000" + "0affffff"],
    [names, "cali1", `63616c6931${"00".repeat(11)}`],
  ];
  for (const [spec, text, key] of spelled) {
    it(`${text} in ${spec.name}`, () => assert.equal(octets(parseElement(spec, text)), key));
  }

  const refused: readonly [SetSpec, string][] = [
    [hosts, "10.0.0.0/8"],
    [hosts, "fd00::1"],
    [hosts, "10.0.0.01"],
    [nets, "10.0.0.0/33"],
    [nets, "10.0.0.9-10.0.0.1"],
    [nets, "10.0.0.1-10.0.0.2-10.0.0.3"],
    [nets, "fd00::/8"],
    [ports, "65536"],
    [ports, "80-"],
    [ports, "http"],
    [named, "10.0.0.1 . tcp"],
    [named, "10.0.0.1 . nonsense . 80"],
    [named, "10.0.0.0/24 . tcp . 80"],
    [netPorts, "10.0.0.0/8 . 80-90"],
    [names, "a-name-of-16-chr"],
    [names, "no blanks"],
    [names, ""],
    [marks, "0x100000000"],
  ];
  for (const [spec, text] of refused) {
    it(`${JSON.stringify(text)} is no element of ${spec.name}`, () => {
      assert.equal(parseElement(spec, text), undefined);
      assert.throws(() => elementKey(spec, text), InvalidRuleset);
    });
  }

  it("the message of a bad element names the set, the text and what would be right", () => {
    assert.throws(() => elementKey(netPorts, "x"), {
      code: "kernel/nft-invalid",
      message:
        'nftables element of set net-ports: "x" should be ipv4_addr . inet_service, the first perhaps a prefix or a range',
    });
  });

  const printed: readonly [SetSpec, string, string][] = [
    [nets, "10.0.0.0/8", "10.0.0.0/8"],
    [nets, "10.0.0.0-10.0.0.255", "10.0.0.0/24"],
    [nets, "10.0.0.1-10.0.0.2", "10.0.0.1-10.0.0.2"],
    [nets, "10.0.0.0-10.0.2.255", "10.0.0.0-10.0.2.255"],
    [nets, "0.0.0.0-255.255.255.255", "0.0.0.0/0"],
    [nets, "10.0.0.7/32", "10.0.0.7"],
    [nets6, "2001:db8:0::/47", "2001:db8::/47"],
    [ports, "80-80", "80"],
    [ports, "0-255", "0-255"],
    [named, "10.0.0.1 . 132 . 80", "10.0.0.1 . sctp . 80"],
    [netPorts, "10.0.0.0/8 . 80", "10.0.0.0/8 . 80"],
    [names, "cali1", '"cali1"'],
    [marks, "65536", "0x00010000"],
  ];
  for (const [spec, text, out] of printed) {
    it(`${text} in ${spec.name} prints as ${out}`, () => assert.equal(printElement(spec, elementKey(spec, text)), out));
  }

  it("the kernel's bounds and the key are the same thing in another order", () => {
    for (const [spec, text] of spelled) {
      const key = elementKey(spec, text);
      const [from, to] = keyBounds(spec, key);
      assert.equal(from.length, keyOctets(spec.key));
      assert.equal(keyOfBounds(spec, from, to), key, text);
    }
    const [from, to] = keyBounds(netPorts, elementKey(netPorts, "10.0.0.0/8 . 80"));
    assert.deepEqual([octets(from), octets(to)], ["0a00000000500000", "0affffff00500000"]);
  });

  it("types of keys are nft's numbers, six bits a field", () => {
    assert.deepEqual(
      [hosts, nets6, ports, names, named].map(({ key }) => keyType(key)),
      [7, 8, 13, 41, (7 << 12) | (12 << 6) | 13],
    );
  });
});
