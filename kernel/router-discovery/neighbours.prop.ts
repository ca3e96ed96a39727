import assert from "node:assert/strict";
import fc from "fast-check";
import { millis, seconds } from "../../lib/unit.ts";
import { ipv6 } from "../../net/address.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { ownAdvertisement } from "./link-discovery.ts";
import { mostNeighbours, RouterNeighbours } from "./neighbours.ts";

const lasting = (routerLifetimeSeconds: number) => ({ ...ownAdvertisement(""), routerLifetimeSeconds });
const address = (d: number) => ipv6(0xfe800000, 0, 0, d);
const told = (table: RouterNeighbours, now: number): string => {
  const chosen = table.chosen(millis(now));
  const held = table.held(millis(now)).map((one) => formatAddress(one.address));
  return `${chosen ? formatAddress(chosen.address) : "none"} of ${held.join()}`;
};

/** Who is heard when, and for how long it says that it lasts. */
const hearing = fc.record({ who: fc.integer({ min: 1, max: 12 }), at: fc.nat(100_000), lifetime: fc.nat(60) });

describe("the neighbours of an interface", () => {
  it("are a function of when each was heard last", () => {
    const few = fc.array(
      fc.record({ who: fc.integer({ min: 1, max: mostNeighbours }), at: fc.nat(100_000), lifetime: fc.nat(60) }),
    );
    fc.assert(
      fc.property(few, (history) => {
        const inTime = [...history].sort((x, y) => x.at - y.at || x.who - y.who || x.lifetime - y.lifetime);
        const full = new RouterNeighbours();
        for (const { who, at, lifetime } of inTime) full.hear(address(who), lasting(lifetime), millis(at));
        const last = new Map(inTime.map((one) => [one.who, one]));
        const brief = new RouterNeighbours();
        for (const { who, at, lifetime } of [...last.values()].reverse())
          brief.hear(address(who), lasting(lifetime), millis(at));
        for (const now of [100_000, 115_000, 131_000, 170_000]) assert.equal(told(full, now), told(brief, now));
      }),
    );
  });

  it("are never more than eight, and the one that is used is never pushed out", () => {
    fc.assert(
      fc.property(fc.array(hearing, { maxLength: 60 }), (history) => {
        const table = new RouterNeighbours();
        for (const { who, at, lifetime } of [...history].sort((x, y) => x.at - y.at)) {
          const before = table.chosen(millis(at));
          table.hear(address(who), lasting(lifetime), millis(at));
          assert.ok(table.held(millis(at)).length <= mostNeighbours);
          const after = table.held(millis(at)).map((one) => one.address.d);
          if (before) assert.ok(after.includes(before.address.d), "the used one is gone");
          assert.ok(table.chosen(millis(at)), "nobody is used");
        }
      }),
    );
  });

  it("change only when somebody is heard or when they say so", () => {
    fc.assert(
      fc.property(fc.array(hearing, { minLength: 1, maxLength: 12 }), fc.nat(200_000), (history, later) => {
        const table = new RouterNeighbours();
        const inTime = [...history].sort((x, y) => x.at - y.at);
        for (const { who, at, lifetime } of inTime) table.hear(address(who), lasting(lifetime), millis(at));
        const now = inTime.at(-1)!.at;
        const due = table.dueAt(millis(now));
        const end = due === undefined ? now + later : Math.min(now + later, due - 1);
        assert.equal(told(table, end), told(table, now));
      }),
    );
  });

  it("push out whoever would be used last", () => {
    const table = new RouterNeighbours();
    for (const who of [12, 3, 5, 11, 1, 2, 4, 6, 7]) table.hear(address(who), lasting(0), millis(0));
    assert.deepEqual(
      table.held(millis(0)).map((one) => one.address.d),
      [1, 2, 3, 4, 5, 6, 7, 11],
    );
    assert.equal(table.hear(address(9), lasting(0), millis(1)), true);
    assert.equal(table.hear(address(99), lasting(0), millis(1)), false, "it was forgotten at once");
  });

  it("that are all heard seldom: the one heard last is used", () => {
    const table = new RouterNeighbours();
    table.hear(address(1), lasting(1800), millis(0));
    table.hear(address(2), lasting(1800), millis(5));
    assert.deepEqual(
      [10, 31_000].map((now) => table.chosen(millis(now))?.address.d),
      [1, 2],
    );
  });

  it("the lowest that is fresh is used, else the one heard last", () => {
    const table = new RouterNeighbours();
    const hear = (text: string, at: number, lifetime: number): boolean =>
      table.hear(parseAddress(text)!, lasting(lifetime), millis(at));
    assert.equal(told(table, 0), "none of ");
    assert.equal(hear("fe80::2", 0, 1800), true);
    assert.equal(hear("fe80::2", 1, 1800), false);
    hear("fe80::1", 2, 1800);
    assert.equal(told(table, 3), "fe80::1 of fe80::1,fe80::2");
    hear("fe80::3", 40_000, 0);
    assert.equal(told(table, 40_000), "fe80::3 of fe80::1,fe80::2,fe80::3", "the others have not been heard for long");
    assert.equal(told(table, 70_000), "fe80::1 of fe80::1,fe80::2", "its hold time is over");
    assert.equal(table.forget(seconds(1801)), true);
    assert.equal(table.forget(seconds(1900)), false);
    assert.deepEqual([told(table, seconds(1900)), table.dueAt(seconds(1900))], ["none of ", undefined]);
  });
});
