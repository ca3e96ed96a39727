import assert from "node:assert/strict";
import { parseAddress } from "../net/address-text.ts";
import type { Family } from "../net/family.ts";
import { parsePrefix } from "../net/prefix.ts";
import type { errno } from "./errno.ts";
import type { Fib, FibListener, OpenFib } from "./fib.ts";
import { type FibRoute, formatRoute, mainTable, type NextHop, sameRoute } from "./fib-route.ts";

/** A kernel with two interfaces that are up (the second's IPv4 and IPv6 neighbours are reachable), and somebody else in it. */
export interface FibWorld {
  readonly open: OpenFib;
  readonly netns?: string;
  /** ifindex of the two interfaces; the first has 10.9.0.1/24 and fd09::1/64. */
  readonly links: readonly [number, number];
  /** Another program sets or deletes a route. Only routes with one interface and no gateway. */
  someone(kind: "create" | "replace" | "delete", route: FibRoute): void;
  link(ifindex: number, up: boolean): void;
  /** Lets the listeners hear what has happened so far. */
  eventually(what: string, holds: () => boolean): Promise<void>;
  close(): void;
}

/** Two protocol numbers of ours, as the agent would choose them. */
export const testProtocols = { local: 180, bgp: 181 } as const;

/** A route as tests write it: main table, metric 1024, protocol local, to the interface. */
export function testRoute(prefix: string, nexthops: readonly NextHop[], more: Partial<FibRoute> = {}): FibRoute {
  const via = nexthops.some((hop) => hop.via);
  return {
    table: mainTable,
    prefix: parsePrefix(prefix)!,
    metric: 1024,
    protocol: testProtocols.local,
    type: nexthops.length > 0 ? "unicast" : "blackhole",
    scope: via || nexthops.length === 0 || prefix.includes(":") ? "universe" : "link",
    nexthops,
    ...more,
  };
}

/** A next hop through a gateway. */
export function hop(ifindex: number, via?: string, more: Partial<NextHop> = {}): NextHop {
  return { ifindex, ...(via && { via: parseAddress(via)! }), ...more };
}

/** A listener that notes what it hears as lines. */
export function noting(lines: string[]): FibListener {
  return {
    appeared: (route, replaced) => lines.push(`${replaced ? "replaced" : "appeared"} ${formatRoute(route)}`),
    vanished: (route) => lines.push(`vanished ${formatRoute(route)}`),
    linkUp: (ifindex) => lines.push(`up ${ifindex}`),
    linkDown: (ifindex) => lines.push(`down ${ifindex}`),
    addressGone: (family) => lines.push(`address gone ${family}`),
    overrun: () => lines.push("overrun"),
    failed: (error) => lines.push(`failed ${error.message}`),
  };
}

/** What every `OpenFib` promises. */
export function fibContract(make: () => FibWorld): void {
  let world: FibWorld;
  let fib: Fib;
  let heard: string[];
  beforeEach(() => {
    world = make();
    heard = [];
    fib = world.open(world.netns ? { netns: world.netns } : {}, noting(heard));
  });
  afterEach(() => {
    fib?.close();
    world?.close();
  });

  const dump = (family: Family = "ipv4", protocol: number | undefined = testProtocols.local) =>
    fib.dump({ family, table: mainTable, ...(protocol !== undefined && { protocol }) });
  const apply = async (kind: "create" | "replace" | "delete", ...routes: FibRoute[]) =>
    (await fib.apply(routes.map((route) => ({ kind, route })))).map((error) => error?.errno ?? "ok");

  it("dumps exactly what was created, for every shape of route", async () => {
    const [a, b] = world.links;
    const routes = [
      testRoute("10.1.0.1/32", [hop(a)]),
      testRoute("10.1.1.0/26", []),
      testRoute("10.1.2.0/26", [], { type: "unreachable" }),
      testRoute("10.1.3.0/26", [], { type: "prohibit" }),
      testRoute("10.1.4.0/26", [hop(a, "10.9.0.2")]),
      testRoute("10.1.5.0/26", [hop(a, "10.9.0.3"), hop(a, "10.9.0.2", { weight: 3 })]),
      testRoute("10.1.6.0/26", [hop(a, "fd09::2")]),
      testRoute("10.1.7.0/26", [hop(b, "172.16.0.1", { onlink: true })]),
      testRoute("10.1.8.0/26", [hop(a, "10.9.0.2")], { prefSrc: parseAddress("10.9.0.1")! }),
      testRoute("0.0.0.0/0", [hop(a, "10.9.0.2")]),
    ];
    const routes6 = [
      testRoute("fd01::1/128", [hop(a)]),
      testRoute("fd01:1::/122", []),
      testRoute("fd01:2::/122", [hop(a, "fd09::2")]),
      testRoute("fd01:3::/122", [hop(a, "fd09::3"), hop(a, "fd09::2")]),
    ];
    assert.deepEqual(
      await apply("create", ...routes, ...routes6),
      [...routes, ...routes6].map(() => "ok"),
    );
    const lines = (list: readonly FibRoute[]): string[] => list.map(formatRoute).sort();
    assert.deepEqual(lines(await dump()), lines(routes));
    assert.deepEqual(lines(await dump("ipv6")), lines(routes6));
  });

  for (const [family, prefix] of [
    ["ipv4", "10.2.0.0/26"],
    ["ipv6", "fd02::/122"],
  ] as const) {
    it(`never creates over what is there, whoever made it (${family})`, async () => {
      const [a, b] = world.links;
      world.someone("create", testRoute(prefix, [hop(b)], { protocol: 4 }));
      const results = await apply("create", testRoute(prefix, [hop(a)]), testRoute(prefix, []));
      assert.deepEqual(results, ["EEXIST", "EEXIST"]);
      assert.deepEqual(await dump(family), []);
      assert.equal((await dump(family, 4)).length, 1);
    });

    it(`replaces in place, from any shape to any other (${family})`, async () => {
      const [a] = world.links;
      const v6 = family === "ipv6";
      const via = (n: number): string => (v6 ? `fd09::${n}` : `10.9.0.${n}`);
      const shapes = [
        [hop(a)],
        [hop(a, via(2))],
        [hop(a, via(2)), hop(a, via(3))],
        [hop(a, via(4)), hop(a, via(3))],
        [],
      ];
      await apply("create", testRoute(prefix, shapes[0]!));
      for (const from of shapes) {
        for (const to of shapes) {
          const route = testRoute(prefix, to);
          assert.deepEqual(await apply("replace", testRoute(prefix, from), route), ["ok", "ok"]);
          const there = await dump(family);
          assert.equal(there.length, 1, formatRoute(route));
          assert.ok(sameRoute(there[0]!, route), `${formatRoute(there[0]!)} is not ${formatRoute(route)}`);
        }
      }
    });

    it(`deletes by key and protocol, whatever the route has become, and nothing of others (${family})`, async () => {
      const [a, b] = world.links;
      const ours = testRoute(prefix, [hop(a)]);
      await apply("create", ours);
      assert.deepEqual(await apply("delete", { ...ours, protocol: 99 }), ["ok"]);
      assert.equal((await dump(family)).length, 1);
      assert.deepEqual(await apply("delete", testRoute(prefix, [])), ["ok"]);
      assert.deepEqual(await dump(family), []);
      world.someone("create", testRoute(prefix, [hop(b)], { protocol: 4 }));
      assert.deepEqual(await apply("delete", ours), ["ok"]);
      assert.equal((await dump(family, 4)).length, 1);
    });
  }

  it("refuses one of a batch and makes the others", async () => {
    const [a] = world.links;
    const results = await apply(
      "create",
      testRoute("10.3.0.1/32", [hop(a)]),
      testRoute("10.3.0.2/32", [hop(4711)]),
      testRoute("10.3.0.3/32", [hop(a)]),
    );
    assert.deepEqual(results, ["ok", "ENODEV", "ok"]);
    assert.equal((await dump()).length, 2);
  });

  it("dumps only the table asked for; an absent one is empty", async () => {
    const [a] = world.links;
    await apply("create", testRoute("10.4.0.1/32", [hop(a)], { table: 4000 }), testRoute("10.4.0.2/32", [hop(a)]));
    const there = await fib.dump({ family: "ipv4", table: 4000 });
    assert.deepEqual(there.map(formatRoute), [formatRoute(testRoute("10.4.0.1/32", [hop(a)], { table: 4000 }))]);
    assert.deepEqual(await fib.dump({ family: "ipv4", table: 4001 }), []);
    assert.deepEqual(await fib.dump({ family: "ipv6", table: 4001 }), []);
  });

  it("tells what others do, in order, and not what we do", async () => {
    const [a, b] = world.links;
    const ours = testRoute("10.5.0.1/32", [hop(a)]);
    const theirs = testRoute("10.5.0.1/32", [hop(b)], { protocol: 4 });
    await apply("create", ours, testRoute("10.5.0.2/32", [hop(a)]));
    await apply("delete", testRoute("10.5.0.2/32", [hop(a)]));
    world.someone("delete", ours);
    world.someone("create", theirs);
    world.someone("replace", testRoute("10.5.0.1/32", [hop(a)], { protocol: 4 }));
    await world.eventually("three notices", () => heard.filter((line) => line.includes("10.5.0.")).length >= 3);
    assert.deepEqual(
      heard.filter((line) => line.includes("10.5.0.")),
      [
        `vanished ${formatRoute(ours)}`,
        `appeared ${formatRoute(theirs)}`,
        `replaced ${formatRoute(testRoute("10.5.0.1/32", [hop(a)], { protocol: 4 }))}`,
      ],
    );
  });

  it("tells of links going down and up; the routes are gone, and refused while it is down", async () => {
    const [a, b] = world.links;
    await apply("create", testRoute("10.6.0.1/32", [hop(b)]), testRoute("10.6.0.2/32", [hop(a)]));
    world.link(b, false);
    await world.eventually("link down", () => heard.includes(`down ${b}`));
    assert.equal((await dump()).length, 1);
    assert.deepEqual(await apply("create", testRoute("10.6.0.1/32", [hop(b)])), [errnoOfDown]);
    world.link(b, true);
    await world.eventually("link up", () => heard.lastIndexOf(`up ${b}`) > heard.lastIndexOf(`down ${b}`));
    assert.deepEqual(await apply("create", testRoute("10.6.0.1/32", [hop(b)])), ["ok"]);
  });

  it("is of no use after close, and says so", async () => {
    fib.close();
    await assert.rejects(dump(), { code: "kernel/closed" });
    await assert.rejects(apply("create", testRoute("10.7.0.1/32", [])), { code: "kernel/closed" });
  });
}

const errnoOfDown = "ENETDOWN" satisfies keyof typeof errno;
