import assert from "node:assert/strict";
import { seededRandom } from "../lib/random.ts";
import { SimClock } from "../lib/sim/clock.ts";
import { millis, seconds } from "../lib/unit.ts";
import type { DatastoreFact } from "./fact.ts";
import { Follower } from "./follower.ts";
import { SimServer } from "./sim/server.ts";
import { SimStore } from "./sim/store.ts";

function bench() {
  const clock = new SimClock();
  const server = new SimServer(clock);
  const store = new SimStore(server, clock);
  const told: string[] = [];
  const facts: DatastoreFact[] = [];
  const put = (key: string, value = "1") => server.commit([], [{ key, value }], []);
  const to = {
    changes: (changes: Parameters<ConstructorParameters<typeof Follower>[2]["changes"]>[0]) => {
      for (const each of changes) told.push(`${each.kind} ${each.key}`);
    },
    inSync: () => void told.push("in-sync"),
  };
  const ports = { clock, random: seededRandom(1), tell: (fact: DatastoreFact) => void facts.push(fact) };
  const follower = new Follower(store, "/x/", to, ports);
  /** Lets promises settle and timers fire, long enough for a retry. */
  const settle = async () => {
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(millis(1));
    }
  };
  return { clock, server, store, told, facts, put, follower, settle };
}

describe("Follower", () => {
  it("tells what is there, then in-sync, then what happens", async () => {
    const b = bench();
    b.put("/x/a");
    b.put("/y/b");
    b.follower.start();
    await b.settle();
    assert.deepEqual(b.told, ["set /x/a", "in-sync"]);
    b.put("/x/c");
    b.server.commit([], [], ["/x/a"]);
    await b.settle();
    assert.deepEqual(b.told.slice(2), ["set /x/c", "delete /x/a"]);
  });

  it("tells a long list in portions, the loop free in between", async () => {
    const b = bench();
    for (let i = 0; i < 2500; i++) b.put(`/x/${i}`);
    b.follower.start();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(b.told.length, 1000);
    await b.settle();
    assert.equal(b.told.length, 2501);
    assert.equal(b.told.at(-1), "in-sync");
  });

  it("lists again after compaction, and tells only what differs", async () => {
    const b = bench();
    for (const key of ["/x/stays", "/x/goes", "/x/changes"]) b.put(key);
    b.follower.start();
    await b.settle();
    b.told.length = 0;
    b.store.set({ unavailable: true });
    await b.settle();
    b.server.commit(
      [],
      [
        { key: "/x/changes", value: "2" },
        { key: "/x/new", value: "1" },
      ],
      ["/x/goes"],
    );
    b.server.compact();
    b.store.set({ unavailable: false });
    await b.settle();
    assert.deepEqual([...b.told].sort(), ["delete /x/goes", "set /x/changes", "set /x/new"]);
    const facts = b.facts.map((fact) => fact.fact.replace("datastore.", ""));
    assert.deepEqual(facts, ["listed", "in-sync", "interrupted", "resumed", "compacted", "listed"]);
  });

  it("waits for a store that is out of reach, and says so", async () => {
    const b = bench();
    b.store.set({ unavailable: true });
    b.put("/x/a");
    b.follower.start();
    await b.settle();
    assert.deepEqual(b.told, []);
    assert.equal(b.facts[0]?.fact, "datastore.list-failed");
    for (let i = 0; i < 5; i++) {
      b.clock.advance(seconds(10));
      await b.settle();
    }
    assert.equal(b.facts.length, 1, "the same failure is told once");
    b.store.set({ unavailable: false });
    b.clock.advance(seconds(10));
    await b.settle();
    assert.deepEqual(b.told, ["set /x/a", "in-sync"]);
  });

  it("tells nothing after stop", async () => {
    const b = bench();
    b.follower.start();
    await b.settle();
    b.follower.stop();
    b.put("/x/a");
    await b.settle();
    assert.deepEqual(b.told, ["in-sync"]);
  });
});
