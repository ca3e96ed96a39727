import assert from "node:assert/strict";
import type { Clock } from "../../lib/clock.ts";
import type { KernelFact } from "../fact.ts";
import type { KernelChange } from "../kernel-set.ts";
import type { Link } from "../links.ts";
import { type InterfaceLimits, sameBucket } from "./bucket.ts";
import { ifbName } from "./ifb-name.ts";
import type { Qdiscs } from "./port.ts";
import { QdiscDriver } from "./qdisc-driver.ts";
import type { Shaping } from "./shaping.ts";

/** A namespace with interfaces that come and go. */
export interface QdiscsWorld {
  readonly qdiscs: Qdiscs;
  readonly clock: Clock;
  /** Makes an interface, up. */
  add(name: string): void;
  remove(name: string): void;
  /** Undefined when there is none. */
  link(name: string): Link | undefined;
  close(): void;
}

const megabit = 1_000_000;
const both: InterfaceLimits = {
  ingress: { rate: 10 * megabit, burst: megabit },
  egress: { rate: 20 * megabit, burst: 2 * megabit, peakrate: 80 * megabit, minburst: 3000 },
};

/** What every `Qdiscs` promises, and the driver on top of it. */
export function qdiscsContract(make: () => QdiscsWorld): void {
  let world: QdiscsWorld;
  let facts: KernelFact[];
  let writes: KernelChange<Shaping>[];
  const drivers: QdiscDriver[] = [];
  beforeEach(() => {
    world = make();
    facts = [];
    writes = [];
    world.add("cali1");
  });
  afterEach(() => {
    for (const driver of drivers.splice(0)) driver.close();
    world?.close();
  });

  const start = (): QdiscDriver => {
    const { qdiscs } = world;
    const counted: Qdiscs = {
      dump: () => qdiscs.dump(),
      apply: (changes) => {
        writes.push(...changes);
        return qdiscs.apply(changes);
      },
      close: () => {},
    };
    const isWorkload = (name: string) => name.startsWith("cali");
    const tell = (fact: KernelFact) => facts.push(fact);
    const driver = new QdiscDriver({ qdiscs: counted, isWorkload, clock: world.clock, tell });
    drivers.push(driver);
    return driver;
  };
  const tellLink = (driver: QdiscDriver, name: string): void => {
    const link = world.link(name)!;
    driver.link({ kind: "set", key: link.ifindex, value: link });
  };
  const shapings = async (): Promise<Record<string, unknown>> => {
    const sorted = [...(await world.qdiscs.dump())].sort(([x], [y]) => (x < y ? -1 : 1));
    return Object.fromEntries(sorted.map(([key, { bucket }]) => [key, bucket && bucket.rate * 8]));
  };
  const limit = async (driver: QdiscDriver, name: string, limits: InterfaceLimits | undefined): Promise<void> => {
    driver.limits(limits ? { kind: "set", key: name, value: limits } : { kind: "delete", key: name });
    await driver.settled();
  };

  it("makes buckets of both directions once the interface is there, changes them in place, and takes them away", async () => {
    const driver = start();
    driver.allowDeletes();
    await limit(driver, "cali1", both);
    assert.deepEqual(await shapings(), {});
    tellLink(driver, "cali1");
    await driver.settled();
    assert.deepEqual(await shapings(), { "cali1 egress": 20 * megabit, "cali1 ingress": 10 * megabit });
    for (const { value } of writes) {
      const there = (await world.qdiscs.dump()).get(`cali1 ${value.direction}`);
      assert.ok(sameBucket(there?.bucket, value.bucket), JSON.stringify([there, value]));
    }
    await limit(driver, "cali1", { egress: { rate: 5 * megabit, burst: megabit } });
    assert.deepEqual(await shapings(), { "cali1 egress": 5 * megabit });
    assert.equal(world.link(ifbName("cali1"))?.kind, "ifb");
    await limit(driver, "cali1", undefined);
    assert.deepEqual(await shapings(), {});
    assert.equal(world.link(ifbName("cali1")), undefined);
    assert.deepEqual([facts, driver.pending], [[], 0]);
  });

  it("follows an interface that is made anew, and clears up behind one that is gone", async () => {
    const driver = start();
    driver.allowDeletes();
    driver.limits({ kind: "set", key: "cali1", value: both });
    tellLink(driver, "cali1");
    await driver.settled();
    const { ifindex } = world.link("cali1")!;
    world.remove("cali1");
    world.add("cali1");
    tellLink(driver, "cali1");
    driver.link({ kind: "delete", key: ifindex });
    await driver.settled();
    assert.deepEqual(await shapings(), { "cali1 egress": 20 * megabit, "cali1 ingress": 10 * megabit });
    const now = world.link("cali1")!;
    world.remove("cali1");
    driver.link({ kind: "delete", key: now.ifindex });
    await driver.settled();
    assert.deepEqual(await shapings(), {});
    assert.equal(world.link(ifbName("cali1")), undefined);
    assert.deepEqual(facts, []);
  });

  it("adopts what an earlier run made, and deletes what nobody wants once that is allowed", async () => {
    const first = start();
    for (const name of ["cali1", "cali2"]) {
      if (name === "cali2") world.add(name);
      first.limits({ kind: "set", key: name, value: both });
      tellLink(first, name);
    }
    await first.settled();
    first.close();
    writes = [];
    const next = start();
    for (const name of ["cali1", "cali2"]) tellLink(next, name);
    await limit(next, "cali1", both);
    assert.deepEqual(writes, []);
    assert.equal(Object.keys(await shapings()).length, 4);
    next.allowDeletes();
    await next.settled();
    assert.deepEqual(Object.keys(await shapings()), ["cali1 egress", "cali1 ingress"]);
    assert.equal(world.link(ifbName("cali2")), undefined);
  });

  it("repairs an egress whose device was taken away, and what was changed behind its back", async () => {
    const driver = start();
    driver.limits({ kind: "set", key: "cali1", value: both });
    tellLink(driver, "cali1");
    await driver.settled();
    tellLink(driver, ifbName("cali1"));
    const device = world.link(ifbName("cali1"))!;
    world.remove(device.name);
    assert.equal((await shapings())["cali1 egress"], undefined);
    driver.link({ kind: "delete", key: device.ifindex });
    await driver.settled();
    assert.equal((await shapings())["cali1 egress"], 20 * megabit);
    const there = (await world.qdiscs.dump()).get("cali1 ingress")!;
    const slower = { ...there, bucket: { ...there.bucket!, rate: 1000 } };
    await world.qdiscs.apply([{ kind: "set", key: "cali1 ingress", value: slower }]);
    driver.resync();
    await driver.settled();
    assert.equal((await shapings())["cali1 ingress"], 10 * megabit);
  });

  it("leaves buckets on interfaces that are no workloads' alone", async () => {
    world.add("uplink");
    const { ifindex } = world.link("uplink")!;
    const bucket = { rate: 125_000, burst: 10_000, limit: 20_000, peakrate: 0, minburst: 0 };
    const theirs: Shaping = { interfaceName: "uplink", ifindex, direction: "ingress", bucket };
    assert.deepEqual(await world.qdiscs.apply([{ kind: "set", key: "uplink ingress", value: theirs }]), [undefined]);
    const driver = start();
    driver.allowDeletes();
    tellLink(driver, "uplink");
    await limit(driver, "cali1", undefined);
    assert.deepEqual(await shapings(), { "uplink ingress": megabit });
  });

  it("tells once of an interface that the kernel does not know, and goes on with the others", async () => {
    const driver = start();
    const lost: Link = { ...world.link("cali1")!, ifindex: 4711, name: "cali9" };
    driver.link({ kind: "set", key: lost.ifindex, value: lost });
    driver.limits({ kind: "set", key: "cali9", value: both });
    driver.limits({ kind: "set", key: "cali1", value: both });
    tellLink(driver, "cali1");
    await driver.settled();
    driver.resync();
    await driver.settled();
    assert.deepEqual(Object.keys(await shapings()).sort(), ["cali1 egress", "cali1 ingress"]);
    assert.deepEqual(
      facts.map((fact) => fact.fact),
      ["kernel.set.refused", "kernel.set.refused"],
    );
    assert.equal(driver.pending, 2);
  });
}
