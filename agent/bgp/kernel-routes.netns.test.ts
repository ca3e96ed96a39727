import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import type { RouteChange } from "../../bgp/speaker/ports.ts";
import { FibDriver } from "../../kernel/fib-driver.ts";
import { openFib } from "../../kernel/io/fib.ts";
import { eventually } from "../../kernel/io/scratch-netns.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { NextHopResolver } from "../graph/next-hop-resolver.ts";
import { KernelRoutes } from "./kernel-routes.ts";
import { NextHopFeed } from "./next-hop-feed.ts";

const bgpProtocol = 198;
const protocols = { local: 197, bgp: bgpProtocol };
let made = 0;

/** A host with two gateways, `left` and `right`, behind which the same networks lie: 10.77.0.0/16 and fd77::/64. */
class Fork {
  readonly us: string;
  readonly #names: string[];
  readonly routes: KernelRoutes;
  readonly facts: string[] = [];
  readonly #feed: NextHopFeed;
  readonly #fib: FibDriver;

  constructor() {
    const name = `manx-agent-${process.pid}-fork${made++}`;
    this.us = `${name}-us`;
    this.#names = [this.us, `${name}-left`, `${name}-right`];
    try {
      this.#build();
    } catch (error) {
      this.#raze();
      throw error;
    }
    const open: typeof openFib = (_, listener) => openFib({ netns: `/run/netns/${this.us}` }, listener);
    const tell = ({ fact }: { readonly fact: string }): void => void this.facts.push(fact);
    this.#fib = new FibDriver({ open, clock: systemClock, tell, protocols });
    const resolver = new NextHopResolver();
    this.routes = new KernelRoutes(resolver, this.#fib, (name) => this.#ifindex(name));
    const changed = (): void => this.routes.changed();
    this.#feed = new NextHopFeed({ open, clock: systemClock, tell, resolver, bgpProtocol, changed });
  }

  async start(): Promise<void> {
    this.#fib.start();
    this.#fib.allowDeletes();
    await this.#feed.start();
  }

  ip(words: string): string {
    return execFileSync("ip", ["-n", this.us, ...words.split(" ")], { encoding: "utf8", stdio: "pipe" });
  }

  /** The gateways of a prefix, in the kernel's order. */
  via(prefix: string): string[] {
    const flag = prefix.includes(":") ? "-6" : "-4";
    const shown = this.ip(`${flag} route show ${prefix} proto ${bgpProtocol}`);
    return [...shown.matchAll(/via (\S+)/g)].map(([, address]) => address!).sort();
  }

  /** Whether `count` different addresses behind the gateways answer. */
  answers(count: number): boolean {
    return Array.from({ length: count }, (_, i) => `10.77.1.${i + 1}`).every((address) => {
      const { status } = spawnSync("ip", ["netns", "exec", this.us, "ping", "-c", "1", "-W", "1", address]);
      return status === 0;
    });
  }

  apply(...changes: readonly RouteChange[]): Promise<void> {
    return new Promise((done) => this.routes.apply(changes, done));
  }

  close(): void {
    this.#feed.close();
    this.#fib.close();
    this.#raze();
  }

  #ifindex(name: string): number | undefined {
    const links = JSON.parse(this.ip("-j link show")) as { readonly ifname: string; readonly ifindex: number }[];
    return links.find(({ ifname }) => ifname === name)?.ifindex;
  }

  #build(): void {
    const ip = (words: string): void => void execFileSync("ip", words.split(" "), { stdio: "pipe" });
    for (const name of this.#names) {
      ip(`netns add ${name}`);
      ip(`-n ${name} link set lo up`);
    }
    for (const [i, netns] of this.#names.entries()) {
      if (i === 0) continue;
      ip(`-n ${this.us} link add g${i} type veth peer name up0 netns ${netns}`);
      ip(`-n ${this.us} addr add 10.9.${i}.1/24 dev g${i}`);
      ip(`-n ${this.us} addr add fd09:${i}::1/64 dev g${i} nodad`);
      ip(`-n ${netns} addr add 10.9.${i}.2/24 dev up0`);
      ip(`-n ${netns} addr add fd09:${i}::2/64 dev up0 nodad`);
      ip(`-n ${netns} addr add 10.77.0.1/16 dev lo`);
      ip(`-n ${this.us} link set g${i} up`);
      ip(`-n ${netns} link set up0 up`);
      ip(`-n ${netns} route add default via 10.9.${i}.1`);
    }
  }

  #raze(): void {
    for (const name of this.#names) spawnSync("ip", ["netns", "del", name]);
  }
}

const change = (prefix: string, ...hops: string[]): RouteChange => ({
  prefix: parsePrefix(prefix)!,
  nextHops: hops.map((hop) => ({ address: parseAddress(hop.split("%")[0]!)!, zone: hop.split("%")[1] ?? "" })),
});
const both4 = ["10.9.1.2", "10.9.2.2"];
const both6 = ["fd09:1::2", "fd09:2::2"];

describe("routes of BGP with several next hops, in a kernel", function () {
  this.timeout(30_000);
  let fork: Fork;
  beforeEach(async () => {
    fork = new Fork();
    await fork.start();
  });
  afterEach(() => fork.close());

  it("lead through all of them, and through the one that is left when a link goes", async () => {
    await fork.apply(change("10.77.0.0/16", ...both4), change("fd77::/64", ...both6));
    assert.deepEqual([fork.via("10.77.0.0/16"), fork.via("fd77::/64")], [both4, both6]);
    assert.ok(fork.answers(8));
    fork.ip("link set g1 down");
    await eventually("one way left", () => fork.via("10.77.0.0/16").length === 1 && fork.via("fd77::/64").length === 1);
    assert.deepEqual([fork.via("10.77.0.0/16"), fork.via("fd77::/64")], [["10.9.2.2"], ["fd09:2::2"]]);
    assert.ok(fork.answers(8));
    fork.ip("link set g1 up");
    fork.ip("addr add fd09:1::1/64 dev g1 nodad");
    await eventually("both ways", () => fork.via("10.77.0.0/16").length === 2 && fork.via("fd77::/64").length === 2);
    assert.ok(fork.answers(8));
  });

  it("change with what BGP says: one more, one less, others, none", async () => {
    const seen = async (...hops: string[]): Promise<string[]> => {
      const prefix = hops[0]?.includes(":") ? "fd77::/64" : "10.77.0.0/16";
      await fork.apply(change(prefix, ...hops));
      return fork.via(prefix);
    };
    for (const [one, two] of [both4, both6]) {
      assert.deepEqual(await seen(one!), [one]);
      assert.deepEqual(await seen(one!, two!), [one, two]);
      assert.deepEqual(await seen(two!), [two]);
    }
    await fork.apply(change("10.77.0.0/16"), change("fd77::/64"));
    assert.deepEqual([fork.via("10.77.0.0/16"), fork.via("fd77::/64")], [[], []]);
  });

  it("are put back when somebody takes them, or one way of them, away", async () => {
    await fork.apply(change("10.77.0.0/16", ...both4), change("fd77::/64", ...both6));
    fork.ip("-4 route del 10.77.0.0/16");
    await eventually("repair of IPv4", () => fork.via("10.77.0.0/16").length === 2);
    fork.ip("-6 route del fd77::/64 via fd09:2::2");
    await eventually("repair of one way", () => fork.via("fd77::/64").length === 2);
    fork.ip("-6 route del fd77::/64");
    await eventually("repair of IPv6", () => fork.via("fd77::/64").length === 2);
    assert.ok(fork.answers(4));
  });

  it("leave routes of others as they are, with several next hops or one", async () => {
    const theirs = "nexthop via 10.9.1.2 dev g1 weight 3 nexthop via 10.9.2.2 dev g2 weight 1";
    fork.ip(`route add 10.78.0.0/16 proto static metric 1024 ${theirs}`);
    const before = fork.ip("route show 10.78.0.0/16");
    await fork.apply(change("10.78.0.0/16", ...both4), change("10.77.0.0/16", ...both4));
    await eventually("conflict", () => fork.facts.includes("kernel.route.conflict"));
    await fork.apply(change("10.78.0.0/16"), change("10.77.0.0/16"));
    assert.equal(fork.ip("route show 10.78.0.0/16"), before);
  });

  it("lead over link-local addresses, the same one on two links", async () => {
    await fork.apply(change("fd77::/64", "fe80::9%g1", "fe80::9%g2"));
    const shown = fork.ip("-6 route show fd77::/64");
    assert.deepEqual([...shown.matchAll(/via (\S+) dev (\S+)/g)].map(([, via, dev]) => `${via} ${dev}`).sort(), [
      "fe80::9 g1",
      "fe80::9 g2",
    ]);
    assert.equal(fork.routes.resolve({ address: parseAddress("fe80::9")! }).reachable, true);
  });

  it("follow the routes of others over which their next hops are reached", async () => {
    fork.ip("route add 172.16.0.0/16 via 10.9.1.2 proto static");
    fork.ip("-6 route add fd16::/64 proto static nexthop via fd09:1::2 dev g1 nexthop via fd09:2::2 dev g2");
    await eventually("a way", () => fork.routes.resolve({ address: parseAddress("fd16::1")! }).reachable);
    await fork.apply(change("10.77.0.0/16", "172.16.0.1"), change("fd77::/64", "fd16::1"));
    assert.deepEqual([fork.via("10.77.0.0/16"), fork.via("fd77::/64")], [["10.9.1.2"], both6]);
    fork.ip("route replace 172.16.0.0/16 via 10.9.2.2 proto static");
    await eventually("the other gateway", () => fork.via("10.77.0.0/16").join() === "10.9.2.2");
    fork.ip("-6 route del fd16::/64 via fd09:1::2");
    await eventually("the way that is left", () => fork.via("fd77::/64").join() === "fd09:2::2");
    fork.ip("route del 172.16.0.0/16");
    await eventually("no way at all", () => fork.via("10.77.0.0/16").length === 0);
    assert.equal(fork.routes.resolve({ address: parseAddress("172.16.0.1")! }).reachable, false);
  });

  it("use no way of another's route whose link is down", async () => {
    fork.ip("route add 172.17.0.0/16 proto static nexthop via 10.9.1.2 dev g1 nexthop via 10.9.2.2 dev g2");
    await eventually("a way", () => fork.routes.resolve({ address: parseAddress("172.17.0.1")! }).reachable);
    await fork.apply(change("10.77.0.0/16", "172.17.0.1"));
    assert.deepEqual(fork.via("10.77.0.0/16"), both4);
    fork.ip("link set g2 down");
    await eventually("the way that is left", () => fork.via("10.77.0.0/16").join() === "10.9.1.2");
    assert.ok(fork.answers(4));
    fork.ip("link set g2 up");
    await eventually("both ways", () => fork.via("10.77.0.0/16").length === 2);
  });

  it("never rest upon themselves", async () => {
    await fork.apply(change("10.77.0.0/16", "10.9.1.2"));
    await fork.apply(change("10.79.0.0/16", "10.77.0.9"), change("10.77.0.0/16", "10.77.0.9"));
    assert.deepEqual([fork.via("10.79.0.0/16"), fork.via("10.77.0.0/16")], [[], []]);
    assert.equal(fork.routes.resolve({ address: parseAddress("10.77.0.9")! }).reachable, false);
  });
});
