import assert from "node:assert/strict";
import * as fc from "fast-check";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { errno } from "../errno.ts";
import type { Link } from "../links.ts";
import { SimKernel } from "../sim/kernel.ts";
import { simLinks } from "../sim/links.ts";
import { bucketOf, type InterfaceLimits, sameBucket } from "./bucket.ts";
import { ifbName, isShapingDevice } from "./ifb-name.ts";
import { QdiscDriver } from "./qdisc-driver.ts";
import type { Shaping } from "./shaping.ts";
import { SimQdiscs } from "./sim/qdiscs.ts";

const name = fc.constantFrom("cali1", "cali1", "cali1", "cali2", "eth0");
const limit = fc.option(fc.record({ rate: fc.constantFrom(8000, 80_000), burst: fc.constant(160_000) }), {
  nil: undefined,
});
const step = fc.oneof(
  fc.record({ do: fc.constant("limit" as const), name, ingress: limit, egress: limit }),
  fc.record({ do: fc.constantFrom("add" as const, "add" as const, "remove" as const, "rob" as const), name }),
  fc.record({ do: fc.constant("mtu" as const), name, mtu: fc.constantFrom(1500, 9000) }),
  fc.record({ do: fc.constantFrom("refuse" as const, "lose" as const, "interrupt" as const) }),
  fc.record({ do: fc.constant("settle" as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A driver over a simulated kernel whose links it hears of, and what was asked of it. */
class Bench {
  readonly kernel = new SimKernel();
  readonly qdiscs = new SimQdiscs(this.kernel);
  readonly clock = new SimClock();
  readonly wanted = new Map<string, InterfaceLimits>();
  readonly driver: QdiscDriver;

  constructor() {
    const isWorkload = (interfaceName: string) => interfaceName.startsWith("cali");
    this.driver = new QdiscDriver({ qdiscs: this.qdiscs, isWorkload, clock: this.clock, tell: () => {} });
    const listener = { address: () => {}, synced: () => {}, failed: () => {} };
    simLinks(this.kernel)({}, { ...listener, link: (change) => this.driver.link(change) });
    this.driver.allowDeletes();
    this.kernel.addLink({ name: "cali1", up: true });
  }

  async play(step: Step): Promise<void> {
    const { kernel } = this;
    const link: Link | undefined = "name" in step ? kernel.linkNamed(step.name) : undefined;
    switch (step.do) {
      case "limit": {
        const { ingress, egress, name: key } = step;
        const limits = { ...(ingress && { ingress }), ...(egress && { egress }) };
        this.wanted.set(key, limits);
        this.driver.limits({ kind: "set", key, value: limits });
        break;
      }
      case "add":
        if (!link) kernel.addLink({ name: step.name, up: true });
        break;
      case "remove":
        if (link) kernel.deleteLink(link.ifindex);
        break;
      case "rob": {
        const device = kernel.linkNamed(ifbName(step.name));
        if (device) kernel.deleteLink(device.ifindex);
        break;
      }
      case "mtu":
        if (link) kernel.changeLink(link.ifindex, { mtu: step.mtu });
        break;
      case "refuse":
        kernel.faults.refuseNext(errno.ENOMEM);
        break;
      case "lose":
        kernel.faults.loseAnswers();
        break;
      case "interrupt":
        kernel.faults.interruptDumps();
        break;
      case "settle":
        await this.driver.settled();
    }
  }

  /** What is there at last; interruptions that nobody met are met here. */
  async there(): Promise<ReadonlyMap<string, Shaping>> {
    for (;;) {
      const dump = await this.qdiscs.dump().catch(() => undefined);
      if (dump) return dump;
    }
  }

  /** Lets everything come to rest. */
  async rest(): Promise<void> {
    for (let round = 0; round < 12; round++) {
      await new Promise((resolve) => setImmediate(resolve));
      this.clock.advance(seconds(60));
      await this.driver.settled();
    }
  }
}

describe("the driver of token buckets", () => {
  it("ends in what limits and links ask for, whatever happened on the way", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (history) => {
        const bench = new Bench();
        for (const each of history) await bench.play(each);
        await bench.rest();
        const expected = new Map<string, Shaping["bucket"]>();
        for (const [interfaceName, limits] of bench.wanted) {
          const link = bench.kernel.linkNamed(interfaceName);
          for (const direction of ["ingress", "egress"] as const) {
            const asked = limits[direction];
            if (link && asked) expected.set(`${interfaceName} ${direction}`, bucketOf(asked, link.mtu));
          }
        }
        const there = await bench.there();
        assert.deepEqual([...there.keys()].sort(), [...expected.keys()].sort());
        for (const [key, bucket] of expected) assert.ok(sameBucket(bucket, there.get(key)?.bucket), key);
        const devices = [...bench.kernel.links.values()].filter(isShapingDevice).map((link) => link.name);
        const led = [...expected.keys()]
          .filter((key) => key.endsWith("egress"))
          .map((key) => ifbName(key.split(" ")[0]!));
        assert.deepEqual(devices.sort(), led.sort());
        assert.equal(bench.driver.pending, 0);
        bench.driver.close();
      }),
      { numRuns: 100 },
    );
  });
});
