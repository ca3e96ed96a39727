import assert from "node:assert/strict";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { type StoreBench, storeContract } from "../store.contract.ts";
import { StoreUnavailable, type WatchMessage } from "../store.ts";
import { SimServer } from "./server.ts";
import { SimStore } from "./store.ts";

function simBench(): StoreBench {
  const clock = new SimClock();
  const server = new SimServer(clock);
  const connect = () => new SimStore(server, clock);
  return {
    connect,
    fragile() {
      const store = connect();
      const set = (unavailable: boolean) => Promise.resolve(store.set({ unavailable }));
      return { store, cut: () => set(true), mend: () => set(false) };
    },
    compact: () => Promise.resolve(server.compact()),
    pass: (span) => Promise.resolve(clock.advance(seconds(span))),
    stop: () => Promise.resolve(),
  };
}

storeContract("sim", () => Promise.resolve(simBench()));

describe("SimStore", () => {
  it("frames a loss of contact with interrupted and resumed", async () => {
    const clock = new SimClock();
    const server = new SimServer(clock);
    const store = new SimStore(server, clock);
    const heard: WatchMessage[] = [];
    store.watch("/", 1, (message) => heard.push(message));
    store.set({ unavailable: true });
    await Promise.resolve();
    server.commit([], [{ key: "/a", value: "1" }], []);
    await Promise.resolve();
    store.set({ unavailable: false });
    await Promise.resolve();
    assert.deepEqual(
      heard.map((m) => m.kind),
      ["interrupted", "resumed", "events"],
    );
  });

  it("delays and joins events when told to", async () => {
    const clock = new SimClock();
    const server = new SimServer(clock);
    const store = new SimStore(server, clock);
    store.set({ eventDelay: millis(50) });
    const heard: WatchMessage[] = [];
    store.watch("/", 1, (message) => heard.push(message));
    for (const value of ["1", "2"]) server.commit([], [{ key: "/a", value }], []);
    await Promise.resolve();
    assert.equal(heard.length, 0);
    clock.advance(millis(50));
    assert.equal(heard.length, 1);
    assert.equal(heard[0]!.kind === "events" && heard[0]!.events.length, 2);
  });

  it("lets a competitor write first, and loses an answer, once each", async () => {
    const clock = new SimClock();
    const server = new SimServer(clock);
    const store = new SimStore(server, clock);
    server.beforeCommit = () => server.commit([], [{ key: "/a", value: "theirs" }], []);
    const lost = await store.commit([{ key: "/a", revision: 0 }], [{ key: "/a", value: "ours" }], []);
    assert.equal(lost.committed, false);
    store.set({ loseAnswer: true });
    await assert.rejects(store.commit([], [{ key: "/b", value: "1" }], []), StoreUnavailable);
    assert.equal((await store.get("/b"))?.value, "1");
    assert.equal((await store.commit([], [], [])).committed, true);
  });
});
