import assert from "node:assert/strict";
import fc from "fast-check";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis } from "../../lib/unit.ts";
import type { IpsetFact } from "./fact.ts";
import { IpsetDriver } from "./ipset-driver.ts";
import { memberKey, memberText } from "./member.ts";
import type { IpsetSpec } from "./set.ts";
import { SimIpsets } from "./sim/ipsets.ts";

type Step =
  | { readonly do: "want"; readonly set: number; readonly maxelem: number }
  | { readonly do: "change"; readonly set: number; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly do: "unwant" | "destroy" | "flush"; readonly set: number }
  | { readonly do: "strange"; readonly set: number; readonly member: string }
  | { readonly do: "commit" | "recheck" }
  | { readonly do: "fault"; readonly fault: "lost" | "broken" }
  | { readonly do: "wait"; readonly ms: number };

const member = fc.oneof(
  fc.integer({ min: 0, max: 9 }).map((n) => `10.0.0.${n}`),
  fc.constantFrom("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8"),
);
const set = fc.integer({ min: 0, max: 2 });
const members = fc.array(member, { maxLength: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("want" as const), set, maxelem: fc.constantFrom(4, 100) }),
  fc.record({ do: fc.constant("change" as const), set, add: members, remove: members }),
  fc.record({ do: fc.constantFrom("unwant" as const, "destroy" as const, "flush" as const), set }),
  fc.record({ do: fc.constant("strange" as const), set, member: fc.constantFrom("10.0.0.3", "192.0.2.1") }),
  fc.record({ do: fc.constantFrom("commit" as const, "recheck" as const) }),
  fc.record({ do: fc.constant("fault" as const), fault: fc.constantFrom("lost" as const, "broken" as const) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(5, 100, 900) }),
);

function specOf(index: number, maxelem: number): IpsetSpec {
  return { name: `cali40${"abc"[index]}`, type: "hash:net", family: "inet", maxelem };
}

class Bench {
  readonly port = new SimIpsets();
  readonly clock = new SimClock();
  readonly told: IpsetFact[] = [];
  readonly driver = new IpsetDriver({ port: this.port, clock: this.clock, tell: (fact) => this.told.push(fact) });
  /** What is wanted, kept the simple way. */
  readonly wanted = new Map<number, { maxelem: number; members: Set<string> }>();

  play(step: Step): void {
    if (step.do === "want") {
      this.driver.wantSet(specOf(step.set, step.maxelem));
      const old = this.wanted.get(step.set);
      this.wanted.set(step.set, { maxelem: step.maxelem, members: old?.members ?? new Set() });
    } else if (step.do === "change") {
      const wanted = this.wanted.get(step.set);
      if (!wanted) return;
      this.driver.changeMembers(specOf(step.set, 4).name, step.add, step.remove);
      for (const text of step.remove) wanted.members.delete(text);
      for (const text of step.add) wanted.members.add(text);
    } else if (step.do === "unwant") {
      this.driver.unwantSet(specOf(step.set, 4).name);
      this.wanted.delete(step.set);
    } else if (step.do === "destroy" || step.do === "flush") {
      this.port.disturb([{ kind: step.do, name: specOf(step.set, 4).name }]);
    } else if (step.do === "strange") {
      const spec = specOf(step.set, 4);
      this.port.disturb([{ kind: "add", set: spec, keys: [memberKey(spec, step.member)] }]);
    } else if (step.do === "fault") this.port.failNext(step.fault);
    else if (step.do === "wait") this.clock.advance(millis(step.ms));
    else if (step.do === "recheck") void this.driver.recheck();
    else void this.driver.commitMembers().then(() => this.driver.commitDeletes());
  }

  /** Lets the driver come to rest. */
  async settle(): Promise<void> {
    let done = false;
    void this.driver
      .recheck()
      .then(() => this.driver.commitDeletes())
      .then(() => {
        done = true;
      });
    for (let i = 0; i < 400 && !done; i++) {
      for (let j = 0; j < 20; j++) await Promise.resolve();
      this.clock.advance(millis(50));
    }
    assert.ok(done, "the driver comes to rest");
  }

  async content(): Promise<unknown> {
    const sets = (await this.port.headers()).map(async ({ name, spec }) => {
      const keys = (await this.port.members(spec!)).map((key) => memberText(spec!, key));
      return [name, spec!.maxelem, keys.sort()] as const;
    });
    return (await Promise.all(sets)).sort((x, y) => (x[0] < y[0] ? -1 : 1));
  }

  /** What the kernel should hold. */
  expected(): unknown {
    const sets = [...this.wanted].map(([index, { maxelem, members }]) => {
      const spec = specOf(index, maxelem);
      const parts = [...members].flatMap((text) => (text === "0.0.0.0/0" ? ["0.0.0.0/1", "128.0.0.0/1"] : [text]));
      const keys = [...new Set(parts.map((text) => memberKey(spec, text)))].sort().slice(0, maxelem);
      return [spec.name, maxelem, keys.map((key) => memberText(spec, key)).sort()] as const;
    });
    return sets.sort((x, y) => (x[0] < y[0] ? -1 : 1));
  }
}

describe("the ipset driver, whatever came before", () => {
  it("ends with the sets that are wanted, through foreign hands, refusals and lost answers", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, fc.integer({ min: 0, max: 8 })), { maxLength: 25 }), async (steps) => {
        const bench = new Bench();
        bench.driver.allowDeletes();
        for (const [each, turns] of steps) {
          bench.play(each);
          for (let i = 0; i < turns; i++) await Promise.resolve();
        }
        await bench.settle();
        assert.deepEqual(await bench.content(), bench.expected());
        const before = bench.port.executed;
        await bench.settle();
        assert.equal(bench.port.executed, before, "nothing differs, nothing is sent");
        bench.driver.close();
      }),
      { numRuns: 150 },
    );
  });
});
