import assert from "node:assert/strict";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis } from "../../lib/unit.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { errno } from "../errno.ts";
import { KernelError } from "../error.ts";
import type { KernelFact } from "../fact.ts";
import { hop, testProtocols, testRoute } from "../fib.contract.ts";
import { fibDriverContract, path } from "../fib-driver.contract.ts";
import { FibDriver } from "../fib-driver.ts";
import { type SimFibWorld, simFibWorld } from "./fib-world.ts";

describe("the FIB driver on a simulated kernel", () => {
  fibDriverContract(() => ({ ...simFibWorld(), clock: new SimClock() }));

  describe("when the kernel fails", () => {
    let world: SimFibWorld;
    let clock: SimClock;
    let driver: FibDriver;
    let facts: KernelFact[];
    const wanted = parsePrefix("10.1.0.1/32")!;
    beforeEach(async () => {
      world = simFibWorld();
      clock = new SimClock();
      facts = [];
      driver = new FibDriver({ open: world.open, clock, tell: (fact) => facts.push(fact), protocols: testProtocols });
      driver.start();
      await driver.settled();
    });
    const there = (): boolean => world.kernel.has(testRoute("10.1.0.1/32", [hop(world.links[0])]));
    const told = (fact: KernelFact["fact"]): number => facts.filter((each) => each.fact === fact).length;

    it("tries a refused route again, with pauses that grow, and tells once", async () => {
      world.kernel.faults.refuseNext(errno.ENOMEM, 3);
      driver.want(wanted, path([hop(world.links[0])]));
      await driver.settled();
      assert.equal(driver.pending, 1);
      for (const pause of [100, 200, 400]) {
        assert.equal(there(), false);
        clock.advance(millis(pause - 1));
        await driver.settled();
        assert.equal(there(), false, `nothing is tried before ${pause} ms`);
        clock.advance(millis(1));
        await driver.settled();
      }
      assert.equal(there(), true);
      assert.equal(told("kernel.route.refused"), 1);
      assert.equal(clock.next(), undefined, "no timer is left");
    });

    it("does not wait for the timer when a link comes up", async () => {
      world.kernel.faults.refuseNext(errno.ENETUNREACH);
      driver.want(wanted, path([hop(world.links[0])]));
      await driver.settled();
      world.link(world.links[1], true);
      await world.eventually("the route", there);
    });

    it("looks how things stand when answers are lost", async () => {
      world.kernel.faults.loseAnswers();
      driver.want(wanted, path([hop(world.links[0])]));
      await driver.settled();
      assert.equal(there(), true);
      assert.equal(driver.pending, 0);
      assert.deepEqual(driver.conflicts(), [], "our own route is not a conflict");
      assert.equal(told("kernel.fib.overrun"), 1);
    });

    it("finds what it was not told of when notifications were lost", async () => {
      driver.want(wanted, path([hop(world.links[0])]));
      await driver.settled();
      world.kernel.faults.loseNotices();
      world.someone("delete", testRoute("10.1.0.1/32", [hop(world.links[0])]));
      await driver.settled();
      assert.equal(there(), false);
      world.kernel.overrun();
      await world.eventually("repair", there);
    });

    it("opens the port again when it breaks or a dump never holds still", async () => {
      world.kernel.faults.interruptDumps();
      driver.resync();
      driver.want(wanted, path([hop(world.links[0])]));
      await world.eventually("failure", () => told("kernel.fib.failed") === 1);
      clock.advance(millis(100));
      await driver.settled();
      assert.equal(there(), true);
      const broken = new KernelError("kernel/syscall", "gone", { operation: "receive", errno: errno.EBADF });
      for (const listener of [...world.kernel.fibListeners]) listener.failed(broken);
      world.someone("delete", testRoute("10.1.0.1/32", [hop(world.links[0])]));
      clock.advance(millis(100));
      await driver.settled();
      assert.equal(there(), true);
    });

    it("repairs what is deleted while its own write is under way", async () => {
      driver.want(wanted, path([hop(world.links[0])]));
      await driver.settled();
      driver.want(wanted, path([hop(world.links[0], "10.9.0.2")]));
      // The replacement is written at the end of this turn; its answer and the notice then race.
      await null;
      world.someone("delete", testRoute("10.1.0.1/32", []));
      await driver.settled();
      await world.eventually("the route", () => world.kernel.routes.size === 1);
    });
  });

  it("refuses to run with one protocol number for both owners", () => {
    const protocols = { local: 80, bgp: 80 };
    const { open } = simFibWorld();
    assert.throws(() => new FibDriver({ open, clock: new SimClock(), tell: () => {}, protocols }), /bug: /);
  });
});
