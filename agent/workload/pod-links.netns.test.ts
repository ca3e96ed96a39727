import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { openInterfaces } from "../../kernel/io/interfaces.ts";
import { type ScratchNetns, scratchNetns } from "../../kernel/io/scratch-netns.ts";
import { openSysctls } from "../../kernel/io/sysctl.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { hostMac, podLinks } from "./pod-links.ts";
import type { PodLinks } from "./ports.ts";

interface LinkJson {
  readonly ifname: string;
  readonly address: string;
  readonly flags: readonly string[];
  readonly addr_info?: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[];
}

describe("veth pairs of pods, in the kernel", () => {
  let host: ScratchNetns;
  let pod: ScratchNetns;
  let other: ScratchNetns;
  let links: PodLinks;
  before(() => {
    host = scratchNetns("agent");
    pod = scratchNetns("agent");
    other = scratchNetns("agent");
    links = podLinks(openInterfaces, openSysctls, { netns: host.path });
    // What the agent sets at its start.
    for (const key of ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"])
      inside(host, "sysctl", "-qw", `${key}=1`);
  });
  afterEach(async () => {
    for (const name of ["cali1", "cali2"]) await links.remove(name);
  });
  after(() => {
    for (const netns of [host, pod, other]) netns?.close();
  });

  function inside(netns: ScratchNetns, ...command: string[]): string {
    return execFileSync("ip", ["netns", "exec", netns.name, ...command], { encoding: "utf8", stdio: "pipe" });
  }
  const show = (netns: ScratchNetns): LinkJson[] => JSON.parse(netns.ip("-j address show"));
  const linkOf = (netns: ScratchNetns, name: string) => show(netns).find(({ ifname }) => ifname === name);
  const names = (netns: ScratchNetns): string[] => show(netns).map(({ ifname }) => ifname);
  const lines = (text: string): string[] =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  const create = (netns: ScratchNetns, interfaceName: string, addresses: readonly string[], ifname = "eth0") =>
    links.create({ netns: netns.path, ifname, interfaceName, addresses: addresses.map((text) => parsePrefix(text)!) });
  /** What the agent adds on the host's side once it knows of the endpoint. */
  const reach = (interfaceName: string, addresses: readonly string[]): void => {
    for (const address of addresses) host.ip(`route replace ${address} dev ${interfaceName} scope link`);
  };
  const ping = (from: ScratchNetns, to: string): string => inside(from, "ping", "-c1", "-W2", "-i0.2", to);

  const both = ["10.65.0.2/32", "fd00:65::2/128"];

  it("give the pod its addresses, routes and a gateway that needs no answer", async () => {
    const { mac, gateways } = await create(pod, "cali1", both);
    assert.deepEqual(gateways, ["169.254.1.1", "fe80::ecee:eeff:feee:eeee"]);
    const eth0 = linkOf(pod, "eth0")!;
    assert.equal(eth0.address, mac);
    const global = eth0.addr_info!.filter(({ scope }) => scope === "global");
    assert.deepEqual(
      global.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
      both,
    );
    assert.deepEqual(lines(pod.ip("-4 route show dev eth0")), ["default via 169.254.1.1", "169.254.1.1 scope link"]);
    assert.match(pod.ip("-6 route show default"), /default via fe80::ecee:eeff:feee:eeee dev eth0/);
    for (const gateway of gateways)
      assert.match(pod.ip(`neigh show ${gateway}`), new RegExp(`dev eth0 lladdr ${hostMac} PERMANENT`));
    const outside = linkOf(host, "cali1")!;
    assert.equal(outside.address, hostMac);
    assert.ok(outside.addr_info!.some(({ local }) => local === gateways[1]));
    const flags = [eth0, outside, linkOf(pod, "lo")!].map((link) => link.flags.includes("UP"));
    assert.deepEqual(flags, [true, true, true]);
  });

  it("the address of the host's end is usable at once: nobody is asked whether it is taken", async () => {
    await create(pod, "cali1", both);
    assert.doesNotMatch(host.ip("-6 address show dev cali1"), /tentative/);
    assert.doesNotMatch(pod.ip("-6 address show dev eth0 scope global"), /tentative/);
  });

  it("carry packets between two pods with no default route on the host, in both families", async () => {
    await create(pod, "cali1", both);
    await create(other, "cali2", ["10.65.0.3/32", "fd00:65::3/128"]);
    reach("cali1", both);
    reach("cali2", ["10.65.0.3/32", "fd00:65::3/128"]);
    assert.equal(host.ip("route show default") + host.ip("-6 route show default"), "");
    for (const to of ["10.65.0.3", "fd00:65::3"]) assert.match(ping(pod, to), / 0% packet loss/);
    for (const to of ["10.65.0.2", "fd00:65::2"]) assert.match(ping(other, to), / 0% packet loss/);
  });

  it("of one family leave the other out", async () => {
    const { gateways } = await create(pod, "cali1", ["fd00:65::2/128"]);
    assert.deepEqual(gateways, ["fe80::ecee:eeff:feee:eeee"]);
    assert.equal(pod.ip("-4 route show dev eth0"), "");
  });

  it("replace a stale host's end, whose other end is elsewhere by now", async () => {
    await create(other, "cali1", ["10.65.0.9/32"]);
    const stale = host.ifindex("cali1");
    await create(pod, "cali1", both);
    assert.notEqual(host.ifindex("cali1"), stale);
    assert.ok(!names(other).includes("eth0"), "the old pair is gone at both ends");
    reach("cali1", both);
    host.ip("address replace 10.65.255.1/32 dev lo");
    assert.match(ping(host, "10.65.0.2"), / 0% packet loss/);
  });

  it("replace themselves when they are asked for again", async () => {
    await create(pod, "cali1", both);
    await create(pod, "cali1", both);
    assert.equal(names(pod).filter((name) => name === "eth0").length, 1);
    assert.equal(lines(pod.ip("-4 route show dev eth0")).length, 2);
  });

  it("take the inner name also when the host has an interface of that name", async () => {
    host.ip("link add eth0 type veth peer name far0");
    try {
      const before = linkOf(host, "eth0")!.address;
      await create(pod, "cali1", both);
      assert.equal(linkOf(host, "eth0")!.address, before);
      assert.ok(names(pod).includes("eth0"));
    } finally {
      host.ip("link del eth0");
    }
  });

  it("of two pods have the same inner name, and go one by one", async () => {
    await create(pod, "cali1", ["10.65.0.2/32"]);
    await create(other, "cali2", ["10.65.0.3/32"]);
    await links.remove("cali1");
    assert.deepEqual([names(pod).includes("eth0"), names(other).includes("eth0")], [false, true]);
    assert.ok(names(host).includes("cali2"));
  });

  it("of one pod may be two", async () => {
    await create(pod, "cali1", ["10.65.0.2/32"]);
    await create(pod, "cali2", ["fd00:65::2/128"], "net1");
    assert.ok(["eth0", "net1"].every((name) => names(pod).includes(name)));
  });

  it("go when asked, and again when they are gone already", async () => {
    await create(pod, "cali1", both);
    await links.remove("cali1");
    await links.remove("cali1");
    assert.ok(!names(host).includes("cali1") && !names(pod).includes("eth0"));
  });

  it("leave nothing behind when the inside cannot be furnished", async () => {
    inside(pod, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
    try {
      await assert.rejects(create(pod, "cali1", both), { code: "kernel/refused" });
      assert.ok(!names(host).includes("cali1") && !names(pod).includes("eth0"));
    } finally {
      inside(pod, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=0");
    }
  });

  it("leave nothing behind when there is no such namespace", async () => {
    const link = { netns: "/run/netns/manx-no-such", ifname: "eth0", interfaceName: "cali1", addresses: [] };
    await assert.rejects(links.create(link), /manx-no-such/);
    assert.ok(!names(host).includes("cali1"));
  });
});
