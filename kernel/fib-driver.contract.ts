import assert from "node:assert/strict";
import type { Clock } from "../lib/clock.ts";
import { parsePrefix } from "../net/prefix.ts";
import type { KernelFact } from "./fact.ts";
import { type FibWorld, hop, testProtocols, testRoute } from "./fib.contract.ts";
import { FibDriver, type WantedPath } from "./fib-driver.ts";
import { formatRoute, mainTable, type NextHop, routeKey } from "./fib-route.ts";

const prefix = (text: string) => parsePrefix(text)!;

/** A path as an owner says it. */
export function path(nexthops: readonly NextHop[]): WantedPath {
  const { type, scope } = testRoute("10.0.0.0/8", nexthops);
  return { type, scope, nexthops };
}

/** What the driver promises over every `OpenFib`; the clock's timers must fire by themselves. */
export function fibDriverContract(make: () => FibWorld & { readonly clock: Clock }): void {
  let world: FibWorld & { readonly clock: Clock };
  let driver: FibDriver;
  let facts: KernelFact[];
  const drivers: FibDriver[] = [];
  const start = (): FibDriver => {
    const { open, clock, netns } = world;
    const tell = (fact: KernelFact): void => void facts.push(fact);
    const fresh = new FibDriver({ open, clock, tell, protocols: testProtocols, ...(netns && { netns }) });
    drivers.push(fresh);
    fresh.start();
    return fresh;
  };
  beforeEach(() => {
    world = make();
    facts = [];
    driver = start();
  });
  afterEach(() => {
    for (const each of drivers.splice(0)) each.close();
    world?.close();
  });

  /** Everything in the main table with metric 1024, by a fresh port. */
  const there = async (): Promise<string[]> => {
    const quiet = {
      appeared() {},
      vanished() {},
      linkUp() {},
      linkDown() {},
      addressGone() {},
      overrun() {},
      failed() {},
    };
    const fib = world.open(world.netns ? { netns: world.netns } : {}, quiet);
    const v4 = await fib.dump({ family: "ipv4", table: mainTable });
    const v6 = await fib.dump({ family: "ipv6", table: mainTable });
    fib.close();
    return [...v4, ...v6]
      .filter((route) => route.metric === 1024)
      .map(formatRoute)
      .sort();
  };
  const lines = (...routes: Parameters<typeof testRoute>[]): string[] =>
    routes.map((row) => formatRoute(testRoute(...row))).sort();
  const bgp = { protocol: testProtocols.bgp };
  const told = (fact: KernelFact["fact"]): number => facts.filter((each) => each.fact === fact).length;
  const keyOf = (text: string): string => routeKey({ prefix: prefix(text), table: mainTable, metric: 1024 });

  it("writes what is wanted, of both owners and families", async () => {
    const [a] = world.links;
    driver.want(prefix("10.1.0.1/32"), path([hop(a)]));
    driver.want(prefix("10.1.1.0/26"), path([]));
    driver.want(prefix("fd01::1/128"), path([hop(a)]));
    driver.applyBatch([{ prefixes: [prefix("10.2.0.0/26"), prefix("10.2.1.0/26")], path: path([hop(a, "10.9.0.2")]) }]);
    driver.applyBatch([{ prefixes: [prefix("fd02::/122")], path: path([hop(a, "fd09::2"), hop(a, "fd09::3")]) }]);
    await driver.settled();
    assert.deepEqual(
      await there(),
      lines(
        ["10.1.0.1/32", [hop(a)]],
        ["10.1.1.0/26", []],
        ["fd01::1/128", [hop(a)]],
        ["10.2.0.0/26", [hop(a, "10.9.0.2")], bgp],
        ["10.2.1.0/26", [hop(a, "10.9.0.2")], bgp],
        ["fd02::/122", [hop(a, "fd09::2"), hop(a, "fd09::3")], bgp],
      ),
    );
    assert.equal(driver.pending, 0);
  });

  it("gives a prefix that both owners want to the local one, and to BGP when that lets go", async () => {
    const [a, b] = world.links;
    driver.allowDeletes();
    driver.applyBatch([{ prefixes: [prefix("10.1.0.0/26")], path: path([hop(a, "10.9.0.2")]) }]);
    await driver.settled();
    driver.want(prefix("10.1.0.0/26"), path([hop(b)]));
    await driver.settled();
    assert.deepEqual(await there(), lines(["10.1.0.0/26", [hop(b)]]));
    driver.unwant(prefix("10.1.0.0/26"));
    await driver.settled();
    assert.deepEqual(await there(), lines(["10.1.0.0/26", [hop(a, "10.9.0.2")], bgp]));
    driver.applyBatch([{ prefixes: [prefix("10.1.0.0/26")], path: undefined }]);
    await driver.settled();
    assert.deepEqual(await there(), []);
  });

  it("knows of each local route whether the kernel holds it", async () => {
    const [a, b] = world.links;
    world.someone("create", testRoute("10.8.0.2/32", [hop(b)], { protocol: 4 }));
    const holds = () => ["10.8.0.1/32", "10.8.0.2/32", "10.8.0.3/32"].map((text) => driver.holdsLocal(prefix(text)));
    for (const text of ["10.8.0.1/32", "10.8.0.2/32"]) driver.want(prefix(text), path([hop(a)]));
    driver.applyBatch([{ prefixes: [prefix("10.8.0.3/32")], path: path([hop(a, "10.9.0.2")]) }]);
    assert.deepEqual(holds(), [false, false, false]);
    await driver.settled();
    assert.deepEqual(holds(), [true, false, false], "ours; somebody else's; of BGP");
    driver.want(prefix("10.8.0.1/32"), path([hop(b)]));
    assert.equal(driver.holdsLocal(prefix("10.8.0.1/32")), false, "it leads elsewhere still");
    await driver.settled();
    assert.equal(driver.holdsLocal(prefix("10.8.0.1/32")), true);
  });

  it("leaves somebody else's route alone, says so once, and takes the place when it is free", async () => {
    const [a, b] = world.links;
    const theirs = testRoute("10.3.0.1/32", [hop(b)], { protocol: 4 });
    world.someone("create", theirs);
    driver.want(theirs.prefix, path([hop(a)]));
    await driver.settled();
    driver.resync();
    await driver.settled();
    assert.deepEqual(await there(), [formatRoute(theirs)]);
    assert.deepEqual(driver.conflicts(), [keyOf("10.3.0.1/32")]);
    const isInConflict = (text: string): boolean => driver.isInConflict(prefix(text));
    assert.deepEqual([isInConflict("10.3.0.1/32"), isInConflict("10.3.0.2/32")], [true, false]);
    assert.equal(told("kernel.route.conflict"), 1);
    world.someone("delete", theirs);
    await world.eventually("end of the conflict", () => told("kernel.route.conflict-over") === 1);
    await driver.settled();
    assert.deepEqual(await there(), lines(["10.3.0.1/32", [hop(a)]]));
    assert.deepEqual(driver.conflicts(), []);
    assert.equal(isInConflict("10.3.0.1/32"), false);
  });

  it("forgets a conflict when the route is wanted no more, and touches nothing", async () => {
    const [a, b] = world.links;
    const theirs = testRoute("10.3.0.2/32", [hop(b)], { protocol: 4 });
    world.someone("create", theirs);
    driver.allowDeletes();
    driver.want(theirs.prefix, path([hop(a)]));
    await driver.settled();
    driver.unwant(theirs.prefix);
    await driver.settled();
    assert.deepEqual(driver.conflicts(), []);
    assert.deepEqual(await there(), [formatRoute(theirs)]);
  });

  for (const text of ["10.4.0.1/32", "fd04::1/128"]) {
    it(`puts back what somebody deletes (${text})`, async () => {
      const [a] = world.links;
      driver.want(prefix(text), path([hop(a)]));
      await driver.settled();
      world.someone("delete", testRoute(text, [hop(a)]));
      await world.eventually("repair", () => told("kernel.route.repaired") === 1);
      await driver.settled();
      assert.deepEqual(await there(), lines([text, [hop(a)]]));
    });

    it(`does not fight for a place that somebody took (${text})`, async () => {
      const [a, b] = world.links;
      driver.want(prefix(text), path([hop(a)]));
      await driver.settled();
      const theirs = testRoute(text, [hop(b)], { protocol: 4 });
      world.someone("replace", theirs);
      await world.eventually("conflict", () => told("kernel.route.conflict") === 1);
      await driver.settled();
      assert.deepEqual(await there(), [formatRoute(theirs)]);
      world.someone("delete", theirs);
      await world.eventually("end of the conflict", () => told("kernel.route.conflict-over") === 1);
      await driver.settled();
      assert.deepEqual(await there(), lines([text, [hop(a)]]));
    });

    it(`brings routes back when their link is back (${text})`, async () => {
      const [, b] = world.links;
      driver.want(prefix(text), path([hop(b)]));
      await driver.settled();
      world.link(b, false);
      await world.eventually("loss", () => [...driver.actual()].length === 0);
      world.link(b, true);
      await world.eventually("return", () => driver.pending === 0 && [...driver.actual()].length === 1);
      assert.deepEqual(await there(), lines([text, [hop(b)]]));
      assert.equal(told("kernel.route.refused"), 0);
    });
  }

  it("keeps what an earlier run left until it is allowed to delete, and BGP's until the family's sweep", async () => {
    const [a] = world.links;
    driver.want(prefix("10.5.0.1/32"), path([hop(a)]));
    driver.want(prefix("10.5.0.2/32"), path([hop(a)]));
    const kept = ["10.5.1.0/26", "10.5.2.0/26", "fd05::/122"].map(prefix);
    driver.applyBatch([{ prefixes: kept, path: path([hop(a)]) }]);
    await driver.settled();
    driver.close();

    const next = start();
    next.want(prefix("10.5.0.1/32"), path([hop(a)]));
    await next.settled();
    assert.equal((await there()).length, 5, "nothing goes before deletes are allowed");
    next.allowDeletes();
    await next.settled();
    assert.equal((await there()).length, 4, "the local route that is wanted no more goes");
    next.applyBatch([{ prefixes: [kept[0]!], path: path([hop(a)]) }]);
    next.sweep("ipv4");
    await next.settled();
    assert.deepEqual(
      await there(),
      lines(["10.5.0.1/32", [hop(a)]], ["10.5.1.0/26", [hop(a)], bgp], ["fd05::/122", [hop(a)], bgp]),
    );
    next.sweep("ipv6");
    await next.settled();
    assert.equal((await there()).length, 2);
  });

  it("takes over a route of ours that leads elsewhere by replacing it", async () => {
    const [a, b] = world.links;
    driver.close();
    world.someone("create", testRoute("10.6.0.1/32", [hop(b)]));
    const next = start();
    next.want(prefix("10.6.0.1/32"), path([hop(a)]));
    await next.settled();
    assert.deepEqual(await there(), lines(["10.6.0.1/32", [hop(a)]]));
  });

  it("removes routes of ours with another metric once deletes are allowed", async () => {
    const [a] = world.links;
    driver.close();
    world.someone("create", testRoute("10.6.0.2/32", [hop(a)], { metric: 7 }));
    const next = start();
    const fib = world.open(world.netns ? { netns: world.netns } : {}, {
      appeared() {},
      vanished() {},
      linkUp() {},
      linkDown() {},
      addressGone() {},
      overrun() {},
      failed() {},
    });
    const ours = () => fib.dump({ family: "ipv4", table: mainTable, protocol: testProtocols.local });
    await next.settled();
    assert.equal((await ours()).length, 1);
    next.allowDeletes();
    await next.settled();
    assert.equal((await ours()).length, 0);
    fib.close();
  });

  it("writes thousands, and withdraws them", async () => {
    const [a] = world.links;
    driver.allowDeletes();
    const many = Array.from({ length: 3000 }, (_, i) => prefix(`10.${64 + (i >> 8)}.${i & 255}.0/24`));
    driver.applyBatch([{ prefixes: many, path: path([hop(a, "10.9.0.2")]) }]);
    await driver.settled();
    assert.equal((await there()).length, 3000);
    driver.applyBatch([{ prefixes: many.slice(1000), path: undefined }]);
    await driver.settled();
    assert.equal((await there()).length, 1000);
    assert.equal([...driver.actual()].length, 1000);
  });
}
