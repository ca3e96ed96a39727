import assert from "node:assert/strict";
import { parseAddress } from "../net/address-text.ts";
import { parsePrefix } from "../net/prefix.ts";
import { decodeSockaddr, encodeSockaddr, md5Option, tcpOptions } from "./tcp-options.ts";

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

describe("socket options of TCP (little-endian machines)", () => {
  it("spells struct sockaddr_in and sockaddr_in6, and reads them back", () => {
    const v4 = encodeSockaddr(parseAddress("10.0.0.1")!, 179);
    assert.equal(hex(v4), "020000b30a0000010000000000000000");
    const v6 = encodeSockaddr(parseAddress("fe80::1")!, 179, 7);
    assert.equal(hex(v6), "0a0000b300000000fe80000000000000000000000000000107000000");
    const room = new Uint8Array(128);
    room.set(v6);
    assert.deepEqual(decodeSockaddr(room), { address: parseAddress("fe80::1"), port: 179, ifindex: 7 });
    room.fill(0).set(v4);
    assert.deepEqual(decodeSockaddr(room), { address: parseAddress("10.0.0.1"), port: 179, ifindex: 0 });
    assert.equal(decodeSockaddr(new Uint8Array(128)), undefined);
    assert.equal(decodeSockaddr(v4), undefined, "too short to be looked at");
  });

  it("spells struct tcp_md5sig for one peer and for a range", () => {
    const host = md5Option(parsePrefix("10.0.0.1/32")!, "s3cret")!;
    assert.deepEqual([host.level, host.name, host.value.length], [6, 14, 216]);
    assert.equal(hex(host.value.subarray(0, 8)), "020000000a000001");
    assert.equal(hex(host.value.subarray(128, 144)), "0000060000000000" + "7333637265740000");
    const range = md5Option(parsePrefix("fd00::/64")!, "k")!;
    assert.deepEqual([range.level, range.name], [6, 32]);
    assert.equal(hex(range.value.subarray(128, 138)), "01400100000000006b00");
  });

  it("knows no key over 80 octets", () => {
    assert.ok(md5Option(parsePrefix("10.0.0.1")!, "x".repeat(80)));
    assert.equal(md5Option(parsePrefix("10.0.0.1")!, "x".repeat(81)), undefined);
    assert.equal(md5Option(parsePrefix("10.0.0.1")!, "ü".repeat(41)), undefined, "octets count, not letters");
  });

  const names = (family: "ipv4" | "ipv6", options: Parameters<typeof tcpOptions>[1]) =>
    tcpOptions(family, options)?.map(({ what, level, name }) => `${what} ${level}/${name}`);
  it("names the options of each family", () => {
    const all = { ttl: 255, minTtl: 254, trafficClass: 0xc0, device: "eth0.100" };
    assert.deepEqual(names("ipv4", all), ["IP_TTL 0/2", "IP_MINTTL 0/21", "IP_TOS 0/1", "SO_BINDTODEVICE 1/25"]);
    assert.deepEqual(names("ipv6", all), [
      "IPV6_UNICAST_HOPS 41/16",
      "IPV6_MINHOPCOUNT 41/73",
      "IPV6_TCLASS 41/67",
      "SO_BINDTODEVICE 1/25",
    ]);
  });

  const wrong: readonly Parameters<typeof tcpOptions>[1][] = [
    { ttl: 0 },
    { ttl: 256 },
    { minTtl: -1 },
    { minTtl: 1.5 },
    { trafficClass: 256 },
    { device: "a/b" },
    { device: "" },
  ];
  for (const options of wrong) {
    it(`refuses ${JSON.stringify(options)}`, () => assert.equal(tcpOptions("ipv4", options), undefined));
  }
});
