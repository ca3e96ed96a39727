import assert from "node:assert/strict";
import { systemClock } from "../../../lib/io/clock.ts";
import { seededRandom } from "../../../lib/random.ts";
import { millis } from "../../../lib/unit.ts";
import { eventually, type StoreBench, storeContract } from "../../store.contract.ts";
import { StoreRefused, StoreUnavailable, type WatchMessage } from "../../store.ts";
import { CutProxy } from "./cut-proxy.ts";
import { type EtcdProcess, startEtcd } from "./etcd-process.ts";
import type { EtcdSettings } from "./settings.ts";
import { EtcdStore } from "./store.ts";

let etcd: EtcdProcess;
let stores: EtcdStore[] = [];
let proxies: CutProxy[] = [];

function connect(settings: Partial<EtcdSettings> = {}): EtcdStore {
  const store = new EtcdStore({ endpoints: [etcd.endpoint], pageSize: 100, ...settings }, systemClock, seededRandom(7));
  stores.push(store);
  return store;
}

async function proxied(settings: Partial<EtcdSettings> = {}): Promise<{ store: EtcdStore; proxy: CutProxy }> {
  const proxy = await CutProxy.start(etcd.port);
  proxies.push(proxy);
  return {
    store: connect({ endpoints: [`http://127.0.0.1:${proxy.port}`], timeout: millis(1000), ...settings }),
    proxy,
  };
}

async function stopClients(): Promise<void> {
  for (const store of stores) await store.close();
  for (const proxy of proxies) await proxy.stop();
  stores = [];
  proxies = [];
}

async function etcdBench(): Promise<StoreBench> {
  const everything = connect();
  const { entries } = await everything.list("");
  for (let i = 0; i < entries.length; i += 100) {
    await everything.commit(
      [],
      [],
      entries.slice(i, i + 100).map((entry) => entry.key),
    );
  }
  const fragile = await proxied();
  return {
    connect,
    fragile: () => ({
      store: fragile.store,
      cut: () => Promise.resolve(fragile.proxy.cut()),
      mend: () => Promise.resolve(fragile.proxy.mend()),
    }),
    compact: async () => everything.compact((await everything.list("/none")).revision),
    // etcd's shortest lease is 2 s whatever is asked; the contract waits for the deletion itself.
    pass: () => Promise.resolve(),
    stop: stopClients,
  };
}

describe("etcd", () => {
  before(async () => {
    etcd = await startEtcd();
  });
  after(async () => {
    await stopClients();
    await etcd.stop();
  });

  storeContract("etcd", etcdBench);

  describe("EtcdStore", () => {
    afterEach(stopClients);

    it("loses no event when the connection breaks in the middle of a catch-up of 5,000 revisions", async () => {
      const writer = connect();
      const { revision } = await writer.list("/none");
      const value = "x".repeat(500);
      for (let i = 0; i < 5000; i += 50) {
        await Promise.all(
          Array.from({ length: 50 }, (_, j) => writer.commit([], [{ key: `/catch-up/${i + j}`, value }], [])),
        );
      }
      const { store, proxy } = await proxied();
      await store.get("/none");
      proxy.cutAfter(800_000);
      const messages: WatchMessage[] = [];
      const keys = () => messages.flatMap((m) => (m.kind === "events" ? m.events.map((e) => e.key) : []));
      store.watch("/catch-up/", revision, (message) => messages.push(message));
      await eventually(() => messages.some((m) => m.kind === "resumed"), "the watch resumed");
      await eventually(() => keys().length >= 5000, "all events came");
      assert.equal(proxy.cuts, 1);
      const kinds = messages.map((m) => m.kind);
      assert(kinds.indexOf("interrupted") > kinds.indexOf("events"), "the break was after the first events");
      assert.equal(new Set(keys()).size, 5000);
      assert.equal(keys().length, 5000);
    });

    it("misses no deletion when history was compacted up to the first revision that it needs", async () => {
      const writer = connect();
      await writer.commit([], [{ key: "/tombstone/1", value: "" }], []);
      const { revision } = await writer.list("/tombstone/");
      const deleted = await writer.commit([], [], ["/tombstone/1"]);
      assert(deleted.committed);
      await writer.compact(deleted.revision);
      await writer.commit([], [{ key: "/tombstone/2", value: "" }], []);
      const messages: WatchMessage[] = [];
      writer.watch("/tombstone/", revision, (message) => messages.push(message));
      await eventually(() => messages.length > 0, "something was told");
      assert.deepEqual(messages, [{ kind: "compacted" }]);
    });

    it("goes on at the next endpoint when one is dead", async () => {
      const { proxy } = await proxied();
      const both = connect({ endpoints: [`http://127.0.0.1:${proxy.port}`, etcd.endpoint] });
      await both.commit([], [{ key: "/failover", value: "1" }], []);
      const messages: WatchMessage[] = [];
      const { revision } = await both.list("/failover");
      both.watch("/failover", revision, (message) => messages.push(message));
      proxy.cut();
      assert.equal((await both.get("/failover"))?.value, "1");
      await both.commit([], [{ key: "/failover", value: "2" }], []);
      await eventually(() => messages.some((m) => m.kind === "events"), "the watch went on");
      assert.deepEqual(messages.map((m) => m.kind).slice(0, 2), ["interrupted", "resumed"]);
    });

    it("notices an endpoint that has gone silent, and goes on at another", async function () {
      this.timeout(90_000);
      const { proxy } = await proxied();
      const store = connect({ endpoints: [`http://127.0.0.1:${proxy.port}`, etcd.endpoint] });
      const { revision } = await store.list("/silent");
      const messages: WatchMessage[] = [];
      store.watch("/silent", revision, (message) => messages.push(message));
      await store.get("/silent");
      proxy.stall();
      await connect().commit([], [{ key: "/silent", value: "1" }], []);
      await eventually(() => messages.some((m) => m.kind === "events"), "the watch heard elsewhere", 80_000);
      assert.deepEqual(
        messages.map((m) => m.kind),
        ["interrupted", "resumed", "events"],
      );
      assert.equal((await store.get("/silent"))?.value, "1");
    });

    it("refuses what etcd refuses, with etcd's reason", async () => {
      const store = connect();
      const many = Array.from({ length: 200 }, (_, i) => ({ key: `/many/${i}`, value: "" }));
      await assert.rejects(store.commit([], many, []), (error: unknown) => {
        assert(error instanceof StoreRefused);
        assert.match(error.message, /too many operations/);
        return true;
      });
    });

    it("names the endpoint that does not answer", async () => {
      const store = connect({ endpoints: ["http://127.0.0.1:1"], timeout: millis(300) });
      await assert.rejects(store.get("/a"), (error: unknown) => {
        assert(error instanceof StoreUnavailable);
        assert.equal(error.name, "StoreUnavailable");
        assert.match(error.message, /127\.0\.0\.1:1/);
        return true;
      });
    });

    it("tells which member's version answers", async () => {
      assert.match(await connect().version(), /^3\./);
    });
  });
});
