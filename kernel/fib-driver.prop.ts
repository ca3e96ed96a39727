import assert from "node:assert/strict";
import fc from "fast-check";
import { SimClock } from "../lib/sim/clock.ts";
import { seconds } from "../lib/unit.ts";
import { parsePrefix } from "../net/prefix.ts";
import { errno } from "./errno.ts";
import { hop, testProtocols, testRoute } from "./fib.contract.ts";
import { path } from "./fib-driver.contract.ts";
import { FibDriver } from "./fib-driver.ts";
import { type FibRoute, formatRoute, routeKey } from "./fib-route.ts";
import { type SimFibWorld, simFibWorld } from "./sim/fib-world.ts";

const prefixes = ["10.0.0.1/32", "10.0.0.2/32", "10.1.0.0/26", "fd00::1/128", "fd01::/122"] as const;
const owners = ["local", "bgp"] as const;

/** One thing that happens: to the wants, to the kernel by others, to the machine. */
type Step =
  | { readonly on: "want"; readonly owner: (typeof owners)[number]; readonly prefix: string; readonly out: 0 | 1 | 2 }
  | { readonly on: "unwant"; readonly owner: (typeof owners)[number]; readonly prefix: string }
  | { readonly on: "foreign"; readonly kind: "create" | "replace" | "delete"; readonly prefix: string }
  | { readonly on: "theft"; readonly prefix: string }
  | { readonly on: "link"; readonly which: 0 | 1; readonly up: boolean }
  | { readonly on: "fault"; readonly fault: "refuse" | "loseAnswers" | "loseNotices" | "interrupt" }
  | { readonly on: "gate"; readonly gate: "deletes" | "ipv4" | "ipv6" | "resync" }
  | { readonly on: "time"; readonly turns: number };

const prefix = fc.constantFrom(...prefixes);
const owner = fc.constantFrom(...owners);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ on: fc.constant("want"), owner, prefix, out: fc.constantFrom(0, 1, 2) }) },
  { weight: 3, arbitrary: fc.record({ on: fc.constant("unwant"), owner, prefix }) },
  {
    weight: 2,
    arbitrary: fc.record({
      on: fc.constant("foreign"),
      kind: fc.constantFrom("create", "replace", "delete"),
      prefix,
    }),
  },
  { weight: 2, arbitrary: fc.record({ on: fc.constant("theft"), prefix }) },
  { weight: 1, arbitrary: fc.record({ on: fc.constant("link"), which: fc.constantFrom(0, 1), up: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      on: fc.constant("fault"),
      fault: fc.constantFrom("refuse", "loseAnswers", "loseNotices", "interrupt"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ on: fc.constant("gate"), gate: fc.constantFrom("deletes", "ipv4", "ipv6", "resync") }),
  },
  { weight: 4, arbitrary: fc.record({ on: fc.constant("time"), turns: fc.nat(12) }) },
) as fc.Arbitrary<Step>;

type Wants = Record<(typeof owners)[number], Map<string, 0 | 1 | 2>>;

/** Where `out` leads: to one of two links, or into the void. */
function wantedPath(world: SimFibWorld, out: 0 | 1 | 2) {
  return path(out === 2 ? [] : [hop(world.links[out])]);
}

function foreignRoute(world: SimFibWorld, text: string): FibRoute {
  return testRoute(text, [hop(world.links[1])], { protocol: 4 });
}

async function play(world: SimFibWorld, driver: FibDriver, wants: Wants, each: Step): Promise<void> {
  const { kernel } = world;
  switch (each.on) {
    case "want":
      wants[each.owner].set(each.prefix, each.out);
      tellWant(driver, each.owner, each.prefix, wantedPath(world, each.out));
      break;
    case "unwant":
      wants[each.owner].delete(each.prefix);
      tellWant(driver, each.owner, each.prefix, undefined);
      break;
    case "foreign":
      kernel.writeRoute(each.kind, foreignRoute(world, each.prefix), "other");
      break;
    case "theft": {
      const there = kernel.routes.get(routeKey(testRoute(each.prefix, [])));
      if (there && there.protocol !== 4) kernel.writeRoute("delete", there, "other");
      break;
    }
    case "link":
      world.link(world.links[each.which], each.up);
      break;
    case "fault":
      if (each.fault === "refuse") kernel.faults.refuseNext(errno.ENOMEM);
      if (each.fault === "loseAnswers") kernel.faults.loseAnswers();
      if (each.fault === "interrupt") kernel.faults.interruptDumps();
      if (each.fault === "loseNotices") kernel.faults.loseNotices(2);
      break;
    case "gate":
      if (each.gate === "deletes") driver.allowDeletes();
      else if (each.gate === "resync") driver.resync();
      else driver.sweep(each.gate);
      break;
    case "time":
      for (let turn = 0; turn < each.turns; turn++) await null;
      break;
  }
}

function tellWant(
  driver: FibDriver,
  who: (typeof owners)[number],
  text: string,
  to: ReturnType<typeof path> | undefined,
): void {
  const where = parsePrefix(text)!;
  if (who === "bgp") driver.applyBatch([{ prefixes: [where], path: to }]);
  else if (to) driver.want(where, to);
  else driver.unwant(where);
}

/** What the kernel should hold in the end: the wants, local before BGP, except where somebody else's route stands. */
function expected(world: SimFibWorld, wants: Wants): string[] {
  const lines: string[] = [];
  for (const text of prefixes) {
    const there = world.kernel.routes.get(routeKey(testRoute(text, [])));
    const who = wants.local.has(text) ? "local" : "bgp";
    const out = wants[who].get(text);
    if (there?.protocol === 4) lines.push(formatRoute(there));
    else if (out !== undefined) {
      const { nexthops } = wantedPath(world, out);
      lines.push(formatRoute(testRoute(text, nexthops, { protocol: testProtocols[who] })));
    }
  }
  return lines.sort();
}

/** Ends all trouble: links up, gates open, lost notices told of, every pause over. */
async function calm(world: SimFibWorld, driver: FibDriver, clock: SimClock, lost: boolean): Promise<void> {
  for (const link of world.links) world.link(link, true);
  driver.allowDeletes();
  driver.sweep("ipv4");
  driver.sweep("ipv6");
  if (lost) world.kernel.overrun();
  // Faults still armed strike now, one after the other; each costs a pause at most.
  for (let round = 0; round < 80; round++) {
    for (let turn = 0; turn < 30; turn++) await null;
    clock.advance(seconds(31));
  }
  if (lost) world.kernel.overrun();
  for (let turn = 0; turn < 100; turn++) await null;
  clock.advance(seconds(31));
  await driver.settled();
}

describe("FibDriver, any history", () => {
  it("ends in the kernel state of its final wants, and touches nobody's routes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(4), async (history, turns) => {
        const world = simFibWorld();
        world.kernel.faults.answerTurns = turns;
        const clock = new SimClock();
        const { open } = world;
        const driver = new FibDriver({ open, clock, tell: () => {}, protocols: testProtocols });
        driver.start();
        const wants: Wants = { local: new Map(), bgp: new Map() };
        for (const each of history) await play(world, driver, wants, each);
        // Without a loss, notices alone must suffice.
        const lost = history.some((each) => each.on === "fault" && each.fault === "loseNotices");
        await calm(world, driver, clock, lost);
        const there = [...world.kernel.routes.values()].map(formatRoute).sort();
        assert.deepEqual(there, expected(world, wants));
        assert.equal(driver.pending, 0);
        driver.close();
      }),
      { numRuns: 1500 },
    );
  });

  it("deletes nothing before it is allowed to", async () => {
    const quiet = step.filter(({ on }) => on === "want" || on === "unwant" || on === "time");
    await fc.assert(
      fc.asyncProperty(fc.array(quiet, { maxLength: 30 }), async (history) => {
        const world = simFibWorld();
        const driver = new FibDriver({
          open: world.open,
          clock: new SimClock(),
          tell: () => {},
          protocols: testProtocols,
        });
        driver.start();
        const wants: Wants = { local: new Map(), bgp: new Map() };
        let before = 0;
        for (const each of history) {
          await play(world, driver, wants, each);
          assert.ok(world.kernel.routes.size >= before, "a route went");
          before = world.kernel.routes.size;
        }
        driver.close();
      }),
      { numRuns: 100 },
    );
  });
});
