import assert from "node:assert/strict";
import { acceptAll } from "../../bgp/filter/filter.ts";
import type { RouteChange } from "../../bgp/speaker/ports.ts";
import type { BGPFilter } from "../../datastore/model/bgp-filter.ts";
import type { WantedPath } from "../../kernel/fib-driver.ts";
import type { FibRoute } from "../../kernel/fib-route.ts";
import { simFib } from "../../kernel/sim/fib.ts";
import { SimKernel } from "../../kernel/sim/kernel.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { formatPrefix, type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { BgpSettings } from "../graph/bgp-settings.ts";
import { NextHopResolver } from "../graph/next-hop-resolver.ts";
import type { PlannedPeer } from "../graph/planned.ts";
import { exportFilter, relayedMed } from "./export-filter.ts";
import { KernelRoutes } from "./kernel-routes.ts";
import { NextHopFeed } from "./next-hop-feed.ts";
import { type PeerContext, peerConfig } from "./peer-config.ts";

const pool = (cidr: string, exported = true) => ({ prefix: parsePrefix(cidr)!, exported });

/** What the kernel would hold: each prefix with its ways out. */
class Table {
  readonly routes = new Map<string, string>();
  batches = 0;
  swept: string[] = [];
  applyBatch(groups: Iterable<{ readonly prefixes: readonly Prefix[]; readonly path: WantedPath | undefined }>): void {
    this.batches++;
    for (const { prefixes, path } of groups) {
      for (const prefix of prefixes) {
        if (path)
          this.routes.set(
            formatPrefix(prefix),
            path.nexthops.map((h) => `${h.via ? formatAddress(h.via) : "-"}@${h.ifindex}`).join(" ") || path.type,
          );
        else this.routes.delete(formatPrefix(prefix));
      }
    }
  }
  sweep(family: string): void {
    this.swept.push(family);
  }
  settled = (): Promise<void> => Promise.resolve();
}
function connected(prefix: string, ifindex: number, via?: string): FibRoute {
  const nexthops = [via ? { ifindex, via: parseAddress(via)! } : { ifindex }];
  return { table: 254, prefix: parsePrefix(prefix)!, metric: 0, protocol: 2, type: "unicast", scope: "link", nexthops };
}
const change = (prefix: string, ...hops: readonly string[]): RouteChange => ({
  prefix: parsePrefix(prefix)!,
  nextHops: hops.map((text) => ({ address: parseAddress(text.split("%")[0]!)!, zone: text.split("%")[1] ?? "" })),
});

describe("what leaves a node by BGP", () => {
  it("is what lies in exported pools; the innermost pool decides", () => {
    const filter = exportFilter([pool("10.0.0.0/8"), pool("10.9.0.0/16", false), pool("fd00::/48")], "ipv4", false);
    assert.deepEqual(
      filter.terms.map((t) => `${t.verdict} ${formatPrefix(t.match.prefixes![0]!.prefix)}`),
      ["reject 10.9.0.0/16", "accept 10.0.0.0/8"],
    );
    assert.deepEqual(
      [
        filter.terms[1]!.match.prefixes![0]!.minLength,
        filter.terms[1]!.match.prefixes![0]!.maxLength,
        filter.otherwise,
      ],
      [8, 32, "reject"],
    );
  });
  it("goes to eBGP peers with MED 0 when it is ours, and with more when it is another node's", () => {
    const { terms } = exportFilter([pool("fd00::/48")], "ipv6", true);
    assert.deepEqual(
      terms.map((t) => [t.match.source, t.change?.med]),
      [
        ["local", 0],
        [undefined, relayedMed],
      ],
    );
  });
  it("does not depend on the order of pools", () => {
    const pools = [pool("10.0.0.0/8"), pool("10.9.0.0/16", false), pool("10.9.9.0/24")];
    assert.deepEqual(exportFilter(pools, "ipv4", true), exportFilter([...pools].reverse(), "ipv4", true));
  });
});

describe("a planned session", () => {
  const given = (pools: PeerContext["pools"] = [], settings: BgpSettings = {}): PeerContext => {
    return { pools, settings, restartSeconds: 77, isReflector: false, workloads: [] };
  };
  const planned: PlannedPeer = {
    key: "10.0.0.2 ipv4",
    family: "ipv4",
    address: parseAddress("10.0.0.2")!,
    zone: undefined,
    port: 179,
    asn: 64512,
    localAsn: 64512,
    type: "node-to-node mesh",
    passive: true,
    sourceAddress: parseAddress("10.0.0.1")!,
    password: undefined,
    ttlSecurityHops: undefined,
    keepaliveSeconds: undefined,
    restartSeconds: undefined,
    nextHop: "auto",
    problem: "",
    reachableBy: undefined,
    workload: undefined,
    routeReflectorClient: false,
    allowLocalAs: 0,
    filters: [],
    origin: "mesh",
  };
  it("carries its one family, accepts everything, and announces our restart time", () => {
    const config = peerConfig(planned, given([pool("10.0.0.0/8")]));
    assert.deepEqual(
      [
        config.families,
        config.passive,
        config.importFilter,
        config.gracefulRestart?.restartSeconds,
        config.holdTimeSeconds,
      ],
      [["ipv4"], true, acceptAll, 77, undefined],
    );
    assert.equal(config.exportFilter?.terms[0]?.change, undefined, "iBGP: no MED");
  });
  it("asks BGPFilters first, and takes our AS as often as the peering allows, under the AS it sees", () => {
    const filter: BGPFilter = {
      kind: "BGPFilter",
      apiVersion: "projectcalico.org/v3",
      metadata: { name: "f" },
      spec: { importV4: [{ action: "Reject" }], exportV4: [{ action: "Accept", peerType: "eBGP" }] },
    };
    const config = peerConfig({ ...planned, asn: 1, localAsn: 65001, allowLocalAs: 2, filters: [filter] }, given());
    assert.deepEqual([config.localAsn, config.allowedOwnAs, config.enforceFirstAs], [65001, 2, false]);
    assert.equal(config.importFilter?.name, "f, then accept-all");
    assert.deepEqual(
      config.importFilter?.terms.map(({ verdict }) => verdict),
      ["reject"],
    );
    assert.deepEqual(
      config.exportFilter?.terms.map(({ verdict }) => verdict),
      ["accept"],
    );
    const internal = peerConfig({ ...planned, filters: [filter] }, given());
    assert.equal(internal.exportFilter?.terms.length, 0, "its only rule is for eBGP");
  });
  it("sends routes with the communities of their prefixes, behind BGPFilters and before pools", () => {
    const settings: BgpSettings = {
      communities: [{ name: "pods", value: "65000:100" }],
      prefixAdvertisements: [
        { cidr: "10.0.0.0/8", communities: ["pods", "65000:1:2", "nobody"] },
        { cidr: "fd00::/48", communities: ["pods"] },
        { cidr: "10.1.0.0/16", communities: ["nobody"] },
      ],
    };
    const { terms } = peerConfig({ ...planned, asn: 1 }, given([pool("10.0.0.0/8")], settings)).exportFilter!;
    assert.deepEqual(
      terms.map(({ name, verdict }) => [name, verdict]),
      [
        ["prefixAdvertisements 10.0.0.0/8", "next-term"],
        ["own route in a pool", "accept"],
        ["pool", "accept"],
      ],
    );
    assert.deepEqual(terms[0]!.change, {
      addCommunities: [65000 * 65536 + 100],
      addLargeCommunities: [{ globalAdministrator: 65000, localData1: 1, localData2: 2 }],
    });
  });
  it("has three keepalives to a hold time, within what an OPEN can say", () => {
    assert.equal(peerConfig({ ...planned, keepaliveSeconds: 20, restartSeconds: 5 }, given()).holdTimeSeconds, 60);
    assert.equal(peerConfig({ ...planned, keepaliveSeconds: 86400 }, given()).holdTimeSeconds, 65535);
    assert.equal(
      peerConfig({ ...planned, asn: 1 }, given([pool("10.0.0.0/8")])).exportFilter?.terms[0]?.change?.med,
      0,
    );
  });
});

describe("routes of BGP in the kernel", () => {
  const setUp = () => {
    const resolver = new NextHopResolver();
    const table = new Table();
    const put = (key: string, r: FibRoute | undefined, prefix: string) =>
      resolver.onRoute(r ? { kind: "set", key, value: r } : { kind: "delete", key }, parsePrefix(prefix)!);
    return {
      resolver,
      table,
      put,
      routes: new KernelRoutes(resolver, table, (name) => (name === "eth0" ? 2 : undefined)),
    };
  };

  it("go where the kernel's own routes say their next hops are", async () => {
    const { table, put, routes } = setUp();
    put("c", connected("10.0.0.0/24", 2), "10.0.0.0/24");
    put("d", connected("0.0.0.0/0", 2, "10.0.0.254"), "0.0.0.0/0");
    await new Promise<void>((done) =>
      routes.apply(
        [
          change("10.1.0.0/26", "10.0.0.2"),
          change("10.2.0.0/26", "172.16.0.1"),
          change("10.3.0.0/26", "10.0.0.2", "10.0.0.3"),
          change("fd01::/64", "fe80::1%eth0"),
          change("fd02::/64", "fe80::1%gone"),
        ],
        done,
      ),
    );
    assert.deepEqual(
      [...table.routes],
      [
        ["10.1.0.0/26", "10.0.0.2@2"],
        ["10.2.0.0/26", "10.0.0.254@2"],
        ["10.3.0.0/26", "10.0.0.2@2 10.0.0.3@2"],
        ["fd01::/64", "fe80::1@2"],
      ],
    );
    assert.equal(routes.size, 5);
    assert.deepEqual(
      routes.nextHopsOf(parsePrefix("10.1.0.0/26")!).map((h) => formatAddress(h.address)),
      ["10.0.0.2"],
    );
    routes.apply([change("10.1.0.0/26")], () => {});
    assert.ok(!table.routes.has("10.1.0.0/26"));
    routes.inSync("ipv4");
    assert.deepEqual(table.swept, ["ipv4"]);
  });

  it("of aggregates drop what nothing more specific covers, until the aggregate goes or is another's", () => {
    const { table, put, routes } = setUp();
    put("c", connected("10.0.0.0/24", 2), "10.0.0.0/24");
    routes.apply([{ ...change("10.1.0.0/16"), discard: true }], () => {});
    assert.equal(table.routes.get("10.1.0.0/16"), "blackhole");
    routes.apply([change("10.1.0.0/16", "10.0.0.2")], () => {});
    assert.equal(table.routes.get("10.1.0.0/16"), "10.0.0.2@2");
    routes.apply([{ ...change("10.1.0.0/16"), discard: true }], () => {});
    routes.changed();
    assert.equal(table.routes.get("10.1.0.0/16"), "blackhole");
    routes.apply([change("10.1.0.0/16")], () => {});
    assert.equal(table.routes.has("10.1.0.0/16"), false);
  });

  it("are written again when their next hops are reached in another way, and only then", () => {
    const { table, put, routes } = setUp();
    let heard = 0;
    const forget = routes.watch(() => void heard++);
    put("d", connected("0.0.0.0/0", 2, "10.0.0.254"), "0.0.0.0/0");
    routes.apply([change("10.1.0.0/26", "172.16.0.1"), change("10.2.0.0/26", "172.16.0.1")], () => {});
    assert.deepEqual(routes.resolve({ address: parseAddress("172.16.0.1")! }), { reachable: true, metric: 0 });
    const before = table.batches;
    routes.changed();
    assert.equal(table.batches, before);
    put("e", connected("172.16.0.0/12", 3, "10.1.1.1"), "172.16.0.0/12");
    routes.changed();
    assert.deepEqual([...table.routes.values()], ["10.1.1.1@3", "10.1.1.1@3"]);
    put("d", undefined, "0.0.0.0/0");
    put("e", undefined, "172.16.0.0/12");
    routes.changed();
    assert.equal(table.routes.size, 0);
    assert.equal(routes.resolve({ address: parseAddress("172.16.0.1")! }).reachable, false);
    assert.deepEqual(routes.resolve({ address: undefined }), { reachable: true, metric: 0 });
    forget();
    routes.changed();
    assert.equal(heard, 3);
  });
});

describe("routes that are not the kernel's", () => {
  it("stay out, go and come as prefixes are withheld, and keep up with next hops meanwhile", () => {
    const table = new Table();
    const resolver = new NextHopResolver();
    const routes = new KernelRoutes(resolver, table, () => undefined);
    const link = (ifindex: number): void => {
      const value = connected("10.0.0.0/24", ifindex);
      resolver.onRoute({ kind: "set", key: "l", value }, value.prefix);
      routes.changed();
    };
    const withhold = (...all: readonly string[]): void => routes.withhold(all.map((text) => parsePrefix(text)!));
    link(2);
    const all = ["10.65.0.0/26", "10.65.1.0/26", "192.0.2.0/24"];
    routes.apply(
      all.map((prefix) => change(prefix, "10.0.0.5")),
      () => {},
    );
    assert.deepEqual([...table.routes.keys()], all);
    withhold("10.65.0.0/16");
    assert.deepEqual([...table.routes.keys()], ["192.0.2.0/24"]);
    const batches = table.batches;
    withhold("10.65.0.0/16");
    assert.equal(table.batches, batches, "the same again");
    link(3);
    routes.apply([change("10.65.2.0/26", "10.0.0.5"), change("10.65.1.0/26")], () => {});
    assert.deepEqual([...table.routes], [["192.0.2.0/24", "10.0.0.5@3"]]);
    withhold("10.65.2.0/24", "192.0.2.0/24");
    assert.deepEqual([...table.routes], [["10.65.0.0/26", "10.0.0.5@3"]]);
    withhold();
    assert.deepEqual([...table.routes.keys()].sort(), ["10.65.0.0/26", "10.65.2.0/26", "192.0.2.0/24"]);
    assert.equal(routes.size, 3);
  });
});

describe("the feed of next hops", () => {
  it("passes over the networks of ignored interfaces, not what is routed by them, and looks again when told", async () => {
    const kernel = new SimKernel();
    const clock = new SimClock();
    const [eth0, docker0] = [kernel.addLink({ name: "eth0", up: true }), kernel.addLink({ name: "docker0", up: true })];
    const resolver = new NextHopResolver();
    const write = (r: FibRoute) => assert.equal(kernel.writeRoute("create", r, "other"), undefined);
    write(connected("10.0.0.0/24", eth0));
    write(connected("172.17.0.0/16", docker0));
    write({ ...connected("10.9.0.0/24", docker0), protocol: 3 });
    const ignored = new Set<number>([docker0]);
    const feed = new NextHopFeed({
      open: simFib(kernel),
      clock,
      tell: () => {},
      resolver,
      bgpProtocol: 78,
      isIgnored: (ifindex) => ignored.has(ifindex),
      changed: () => {},
    });
    await feed.start();
    const reached = () =>
      ["10.0.0.1", "172.17.0.1", "10.9.0.1"].map((text) => resolver.resolve(parseAddress(text)!) !== undefined);
    const reread = async () => {
      feed.reread();
      clock.advance(seconds(1));
      for (let i = 0; i < 20; i++) await null;
    };
    assert.deepEqual(reached(), [true, false, true]);
    ignored.clear();
    await reread();
    assert.deepEqual(reached(), [true, true, true]);
    ignored.add(eth0);
    await reread();
    assert.deepEqual(reached(), [false, true, true]);
    feed.close();
  });
  it("follows the kernel's routes, passes over BGP's, and looks again after what the kernel does not tell", async () => {
    const kernel = new SimKernel();
    const clock = new SimClock();
    const eth0 = kernel.addLink({ name: "eth0", up: true });
    const resolver = new NextHopResolver();
    let changes = 0;
    const write = (r: FibRoute, kind: "create" | "delete" = "create") =>
      assert.equal(kernel.writeRoute(kind, r, "other"), undefined);
    write(connected("10.0.0.0/24", eth0));
    write({ ...connected("10.5.0.0/24", eth0), protocol: 78 });
    const feed = new NextHopFeed({
      open: simFib(kernel),
      clock,
      tell: () => {},
      resolver,
      bgpProtocol: 78,
      changed: () => void changes++,
    });
    await feed.start();
    const reaches = (address: string) => resolver.resolve(parseAddress(address)!) !== undefined;
    const look = async () => {
      for (let i = 0; i < 20; i++) await null;
      clock.advance(seconds(2));
      for (let i = 0; i < 20; i++) await null;
    };
    assert.deepEqual([reaches("10.0.0.9"), reaches("10.5.0.9"), changes], [true, false, 1]);
    write(connected("10.6.0.0/24", eth0));
    await look();
    assert.deepEqual([reaches("10.6.0.9"), changes], [true, 2]);
    write(connected("10.6.0.0/24", eth0), "delete");
    await look();
    assert.equal(reaches("10.6.0.9"), false);
    kernel.changeLink(eth0, { up: false });
    await look();
    assert.equal(reaches("10.0.0.9"), false, "routes went with their link, without a word");
    feed.close();
  });
});
