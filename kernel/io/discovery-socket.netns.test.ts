import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { parseAddress } from "../../net/address-text.ts";
import { readArrival } from "../router-discovery/arrival.ts";
import { encodeMessage } from "../router-discovery/codec.ts";
import { ownAdvertisement } from "../router-discovery/link-discovery.ts";
import { allNodes } from "../router-discovery/message.ts";
import type { DiscoveryArrival } from "../router-discovery/port.ts";
import { type DiscoveryEnd, discoverySocketContract } from "../router-discovery/socket.contract.ts";
import { encodeSockaddr, hostInt, socketNumbers as n } from "../tcp-options.ts";
import { addon, check } from "./addon.ts";
import { openDiscovery } from "./discovery-socket.ts";
import { withNetns } from "./netns.ts";
import { eventually, type ScratchNetns, scratchNetns } from "./scratch-netns.ts";

function withAddresses(): ScratchNetns {
  const netns = scratchNetns();
  for (const [name, address] of [
    ["v0", "fe80::1"],
    ["v1", "fe80::2"],
  ]) {
    netns.ip(`-6 addr flush dev ${name}`);
    netns.ip(`-6 addr add ${address}/64 dev ${name} nodad`);
  }
  return netns;
}

discoverySocketContract("Linux", async () => {
  const netns = withAddresses();
  const end = (interfaceName: string, address: string): DiscoveryEnd => ({
    open: openDiscovery,
    where: { interfaceName, ifindex: netns.ifindex(interfaceName), netns: netns.path },
    address: parseAddress(address)!,
  });
  return { ends: [end("v0", "fe80::1"), end("v1", "fe80::2")], until: eventually, close: () => netns.close() };
});

/** Sends an ICMPv6 message to everybody on v0's link, as wrong as one likes. */
function sendRaw(netns: ScratchNetns, hopLimit: number, octets: Uint8Array): void {
  const fd = withNetns(netns.path, (inside) =>
    check("open socket", addon().socket(n.AF_INET6, n.SOCK_RAW, n.IPPROTO_ICMPV6, inside)),
  );
  try {
    check("set hop limit", addon().setsockopt(fd, n.IPPROTO_IPV6, n.IPV6_MULTICAST_HOPS, hostInt(hopLimit)));
    check("send", addon().sendTo(fd, octets, encodeSockaddr(allNodes, 0, netns.ifindex("v0"))));
  } finally {
    addon().close(fd);
  }
}

describe("sockets of router discovery and the world", () => {
  let netns: ScratchNetns;
  let heard: DiscoveryArrival[];
  let before: number;
  beforeEach(() => {
    netns = withAddresses();
    heard = [];
    before = readdirSync("/proc/self/fd").length;
  });
  afterEach(() => {
    netns.close();
    assert.equal(readdirSync("/proc/self/fd").length, before, "descriptors");
  });

  const listen = (name: string): ReturnType<typeof openDiscovery> =>
    openDiscovery(
      { interfaceName: name, ifindex: netns.ifindex(name), netns: netns.path },
      {
        received: (one) => void heard.push({ ...one, octets: one.octets.slice() }),
        failed: (error) => assert.fail(error),
      },
    );
  const send = (hopLimit: number, octets: Uint8Array): void => sendRaw(netns, hopLimit, octets);

  it("see the hop limit of what a router may have forwarded", async () => {
    const socket = listen("v1");
    send(64, encodeMessage(ownAdvertisement("")));
    send(255, encodeMessage(ownAdvertisement("")));
    await eventually("both arrive", () => heard.length === 2);
    assert.deepEqual(
      heard.map((one) => [one.hopLimit, readArrival(one).ok]),
      [
        [64, false],
        [255, true],
      ],
    );
    socket.close();
  });

  it("have room for a whole packet of options, and say when one has been cut", async () => {
    netns.ip("link set v0 mtu 4000");
    netns.ip("link set v1 mtu 4000");
    const socket = listen("v1");
    const plain = encodeMessage(ownAdvertisement(""));
    const padded = (length: number): Uint8Array => {
      const octets = new Uint8Array(length);
      octets.set(plain);
      for (let at = 16; at < length; at += 8) octets.set([200, 1], at);
      return octets;
    };
    send(255, padded(1448));
    send(255, padded(2400));
    await eventually("both arrive", () => heard.length === 2);
    assert.deepEqual(
      heard.map((one) => [one.isCut, readArrival(one).ok]),
      [
        [false, true],
        [true, false],
      ],
    );
    socket.close();
  });

  it("hear their own link only", async () => {
    netns.ip("link add w0 type veth peer name w1");
    for (const name of ["w0", "w1"]) {
      netns.ip(`link set ${name} addrgenmode none`);
      netns.ip(`link set ${name} up`);
    }
    netns.ip("-6 addr add fe80::3/64 dev w0 nodad");
    netns.ip("-6 addr add fe80::4/64 dev w1 nodad");
    const [here, there, far] = [listen("v1"), listen("v0"), listen("w0")];
    far.send(encodeMessage(ownAdvertisement("02:00:00:00:00:03")), allNodes);
    there.send(encodeMessage(ownAdvertisement("02:00:00:00:00:01")), allNodes);
    await eventually("the link's own is heard", () => heard.length === 1);
    const reading = readArrival(heard[0]!);
    assert.ok(reading.ok && reading.message.mac === "02:00:00:00:00:01");
    for (const one of [here, there, far]) one.close();
  });
});
