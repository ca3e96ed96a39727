import assert from "node:assert/strict";
import { remove, set } from "../lib/change.ts";
import { parseAddress } from "../net/address-text.ts";
import { formatPrefix, parsePrefix } from "../net/prefix.ts";
import { hop, testRoute } from "./fib.contract.ts";
import type { Interfaces, OpenInterfaces } from "./interfaces.ts";
import type { Link, LinksListener, LinkWatch, WatchLinks } from "./links.ts";

/** Two namespaces: a node's and a pod's. */
export interface PodWorld {
  readonly openInterfaces: OpenInterfaces;
  readonly watchLinks: WatchLinks;
  readonly node: string;
  readonly pod: string;
  eventually(what: string, holds: () => boolean): Promise<void>;
  close(): void;
}

const podMac = "02:00:00:00:00:07";
const nodeMac = "ee:ee:ee:ee:ee:ee";

/** What every `OpenInterfaces` and `WatchLinks` promise, shown by furnishing a pod. */
export function interfacesContract(make: () => PodWorld): void {
  let world: PodWorld;
  let node: Interfaces;
  let pod: Interfaces;
  const watches: LinkWatch[] = [];
  beforeEach(() => {
    world = make();
    node = world.openInterfaces({ netns: world.node });
    pod = world.openInterfaces({ netns: world.pod });
  });
  afterEach(() => {
    for (const watch of watches.splice(0)) watch.close();
    node?.close();
    pod?.close();
    world?.close();
  });

  const plug = () =>
    pod.createVeth({
      name: "eth0",
      mac: podMac,
      mtu: 1440,
      peer: { name: "cali0123", mac: nodeMac, netns: world.node },
    });
  const watch = (lines: string[]): Map<number, Link> => {
    const links = new Map<number, Link>();
    const listener: LinksListener = {
      link(change) {
        const name = change.kind === "set" ? change.value.name : links.get(change.key)?.name;
        if (change.kind === "set") links.set(change.key, change.value);
        else links.delete(change.key);
        lines.push(`${change.kind} ${name}${change.kind === "set" && change.value.up ? " up" : ""}`);
      },
      address: (change) => lines.push(`${change.kind} ${change.key.split(" ")[1]}`),
      synced: () => lines.push("synced"),
      failed: (error) => lines.push(`failed ${error.message}`),
    };
    watches.push(world.watchLinks({ netns: world.node }, listener));
    return links;
  };

  it("makes a pair with one end here and the other there, named and addressed as asked", async () => {
    await plug();
    const inside = await pod.link("eth0");
    const outside = await node.link("cali0123");
    assert.deepEqual([inside?.mac, inside?.mtu, inside?.kind], [podMac, 1440, "veth"]);
    assert.deepEqual([outside?.mac, outside?.mtu, outside?.kind], [nodeMac, 1440, "veth"]);
    assert.deepEqual([inside?.peer, outside?.peer], [outside?.ifindex, inside?.ifindex]);
    assert.equal(await node.link("eth0"), undefined);
    assert.equal((await node.link(outside!.ifindex))?.name, "cali0123");
  });

  it("refuses a second pair of that name, and leaves nothing half made", async () => {
    await plug();
    const before = (await pod.links()).length;
    const again = { name: "eth1", peer: { name: "cali0123", netns: world.node } };
    await assert.rejects(pod.createVeth(again), { code: "kernel/refused", errno: "EEXIST" });
    assert.equal((await pod.links()).length, before);
  });

  it("sets up, down, names and MTU", async () => {
    await plug();
    const { ifindex } = (await node.link("cali0123"))!;
    await node.setLink(ifindex, { name: "cali9", mtu: 1300 });
    await node.setLink(ifindex, { up: true, mac: "02:00:00:00:00:99" });
    const link = (await node.link("cali9"))!;
    assert.deepEqual([link.up, link.mtu, link.mac, link.ifindex], [true, 1300, "02:00:00:00:00:99", ifindex]);
    await node.setLink(ifindex, { up: false });
    assert.equal((await node.link(ifindex))?.up, false);
    await assert.rejects(node.setLink(4711, { up: true }), { code: "kernel/refused", errno: "ENODEV" });
  });

  it("gives and takes addresses, twice as well as once", async () => {
    await plug();
    const { ifindex } = (await pod.link("eth0"))!;
    await pod.setLink(ifindex, { up: true });
    const keys = ["10.65.0.2/32", "fd65::2/128"].map((text) => ({ ifindex, prefix: parsePrefix(text)! }));
    const held = async (): Promise<string[]> =>
      (await pod.addresses())
        .filter((address) => address.ifindex === ifindex && address.scope === 0)
        .map(({ prefix }) => formatPrefix(prefix))
        .sort();
    for (const key of [...keys, ...keys]) await pod.address(set(key, { noDad: true }));
    assert.deepEqual(await held(), ["10.65.0.2/32", "fd65::2/128"]);
    assert.ok((await pod.addresses()).filter(({ scope }) => scope === 0).every(({ tentative }) => !tentative));
    for (const key of [...keys, ...keys]) await pod.address(remove(key));
    assert.deepEqual(await held(), []);
  });

  it("furnishes a pod as Calico does: link-local gateway, permanent neighbour, default route", async () => {
    await plug();
    const { ifindex } = (await pod.link("eth0"))!;
    await pod.setLink(ifindex, { up: true });
    await pod.address(set({ ifindex, prefix: parsePrefix("10.65.0.2/32")! }, { noDad: false }));
    const gateway = parseAddress("169.254.1.1")!;
    for (let twice = 0; twice < 2; twice++) {
      await pod.setRoute(testRoute("169.254.1.1/32", [hop(ifindex)], { metric: 0, protocol: 3 }));
      await pod.setRoute(testRoute("0.0.0.0/0", [hop(ifindex, "169.254.1.1")], { metric: 0, protocol: 3 }));
      await pod.setNeighbour({ ifindex, address: gateway, mac: nodeMac });
    }
    const stray = testRoute("10.0.0.0/8", [hop(4711)]);
    await assert.rejects(pod.setRoute(stray), { code: "kernel/refused", errno: "ENODEV" });
  });

  it("deletes a pair by either end, once", async () => {
    await plug();
    assert.equal(await node.deleteLink("cali0123"), true);
    assert.equal(await pod.link("eth0"), undefined);
    assert.equal(await node.deleteLink("cali0123"), false);
  });

  it("says which namespace is not there", () => {
    assert.throws(() => world.openInterfaces({ netns: "/run/netns/manx-no-such" }), {
      code: "kernel/syscall",
      errno: "ENOENT",
      message: /manx-no-such/,
    });
  });

  it("watches: what is there, then synced, then every change of links and addresses", async () => {
    await plug();
    const lines: string[] = [];
    const links = watch(lines);
    await world.eventually("the first state", () => lines.includes("synced"));
    assert.ok(lines.indexOf("set cali0123") >= 0 && lines.indexOf("set cali0123") < lines.indexOf("synced"));
    const { ifindex } = (await node.link("cali0123"))!;
    await node.setLink(ifindex, { up: true });
    await world.eventually("up", () => links.get(ifindex)?.up === true);
    await node.address(set({ ifindex, prefix: parsePrefix("10.77.0.1/24")! }, { noDad: false }));
    await world.eventually("the address", () => lines.includes("set 10.77.0.1/24"));
    await node.setLink(ifindex, { up: false });
    await node.setLink(ifindex, { name: "cali9" });
    await world.eventually("the new name", () => links.get(ifindex)?.name === "cali9");
    await node.deleteLink(ifindex);
    await world.eventually("the end", () => lines.includes("delete cali9"));
    assert.ok(lines.indexOf("delete 10.77.0.1/24") < lines.indexOf("delete cali9"), "addresses go before their link");
    assert.ok(!links.has(ifindex));
    assert.ok(!lines.some((line) => line.startsWith("failed")));
  });
}
