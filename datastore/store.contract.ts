import assert from "node:assert/strict";
import type { Entry, Revision, Store, StoreEvent, WatchMessage } from "./store.ts";
import { StoreUnavailable } from "./store.ts";

/** A store's client whose contact with the store the test can break. */
export interface FragileClient {
  readonly store: Store;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** A fresh, empty store, and what a test may do to it. */
export interface StoreBench {
  connect(): Store;
  /** Operations of this client give up within about a second. */
  fragile(): FragileClient;
  /** Forgets all history, behind the clients' backs. */
  compact(): Promise<void>;
  /** Lets time pass for ttls. */
  pass(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** Waits until something holds, ten seconds at most unless told; between looks the world goes on. */
export async function eventually(holds: () => boolean, what: string, within = 10_000): Promise<void> {
  for (const deadline = Date.now() + within; !holds(); ) {
    if (Date.now() > deadline) assert.fail(`still not so after ${within} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Everything a watch told, taken apart. */
class Heard {
  readonly messages: WatchMessage[] = [];
  readonly tell = (message: WatchMessage): void => {
    this.messages.push(message);
  };

  get events(): readonly StoreEvent[] {
    return this.messages.flatMap((message) => (message.kind === "events" ? message.events : []));
  }

  has(kind: WatchMessage["kind"]): boolean {
    return this.messages.some((message) => message.kind === kind);
  }
}

const p = "/contract/";
const put = (key: string, value: string) => ({ key: p + key, value });
const brief = (event: StoreEvent) =>
  `${event.kind} ${event.key.slice(p.length)}${event.kind === "put" ? `=${event.value}` : ""}`;

async function write(store: Store, key: string, value: string): Promise<Revision> {
  const result = await store.commit([], [put(key, value)], []);
  assert(result.committed);
  return result.revision;
}

/** What every Store must keep, whatever it is made of. */
export function storeContract(name: string, start: () => Promise<StoreBench>): void {
  describe(`store contract: ${name}`, () => {
    let bench: StoreBench;
    let store: Store;
    beforeEach(async () => {
      bench = await start();
      store = bench.connect();
    });
    afterEach(() => bench.stop());

    reading(() => store);
    committing(
      () => store,
      () => bench,
    );
    watching(
      () => store,
      () => bench,
    );
    breaking(
      () => store,
      () => bench,
    );
  });
}

function reading(store: () => Store): void {
  it("gets what was put, with the revision of its commit", async () => {
    assert.equal(await store().get(`${p}a`), undefined);
    const revision = await write(store(), "a", "ä€😀");
    assert.deepEqual(await store().get(`${p}a`), { key: `${p}a`, value: "ä€😀", revision });
  });

  it("lists a prefix in the order of keys, at one revision", async () => {
    await store().commit([], [put("b/2", "x"), put("b/1", "y"), put("c", "z")], []);
    const revision = await write(store(), "b/10", "w");
    const listed = await store().list(`${p}b/`);
    assert.deepEqual(
      listed.entries.map((e: Entry) => e.key),
      [`${p}b/1`, `${p}b/10`, `${p}b/2`],
    );
    assert.equal(listed.revision, revision);
    assert.deepEqual((await store().list(`${p}none/`)).entries, []);
  });

  it("lists more than fits a page without losing or repeating a key", async () => {
    const keys = Array.from({ length: 250 }, (_, i) => `many/${String(i).padStart(3, "0")}`);
    for (let i = 0; i < keys.length; i += 50) {
      await store().commit(
        [],
        keys.slice(i, i + 50).map((key) => put(key, key)),
        [],
      );
    }
    const listed = await store().list(`${p}many/`);
    assert.deepEqual(
      listed.entries.map((e) => e.key.slice(p.length)),
      keys,
    );
  });
}

function committing(store: () => Store, bench: () => StoreBench): void {
  it("creates only what is absent, and says what was there", async () => {
    const first = await store().commit([{ key: `${p}a`, revision: 0 }], [put("a", "1")], []);
    assert(first.committed);
    const second = await store().commit([{ key: `${p}a`, revision: 0 }], [put("a", "2")], []);
    assert.deepEqual(second, { committed: false, found: [{ key: `${p}a`, value: "1", revision: first.revision }] });
  });

  it("swaps only at the revision compared, all puts and deletes or none", async () => {
    const a = await write(store(), "a", "1");
    const b = await write(store(), "b", "1");
    const stale = [
      { key: `${p}a`, revision: a },
      { key: `${p}b`, revision: a },
    ];
    assert.equal((await store().commit(stale, [put("a", "2")], [`${p}b`])).committed, false);
    assert.equal((await store().get(`${p}a`))?.value, "1");
    const fresh = [
      { key: `${p}a`, revision: a },
      { key: `${p}b`, revision: b },
    ];
    assert.equal((await store().commit(fresh, [put("a", "2")], [`${p}b`])).committed, true);
    assert.deepEqual(
      (await store().list(p)).entries.map((e) => [e.key, e.value]),
      [[`${p}a`, "2"]],
    );
  });

  it("takes the deletion of an absent key for done", async () => {
    assert.equal((await store().commit([], [], [`${p}nothing`])).committed, true);
  });

  it("gives 8 concurrent writers 40 increments, none lost", async () => {
    await write(store(), "n", "0");
    const increment = async (client: Store): Promise<void> => {
      for (let done = 0; done < 5; ) {
        const entry = (await client.get(`${p}n`))!;
        const next = put("n", String(Number(entry.value) + 1));
        if ((await client.commit([{ key: entry.key, revision: entry.revision }], [next], [])).committed) done++;
      }
    };
    await Promise.all(Array.from({ length: 8 }, () => increment(bench().connect())));
    assert.equal((await store().get(`${p}n`))?.value, "40");
  });

  it("lets a key with a ttl go, and keeps one that is put again without", async () => {
    const heard = new Heard();
    const { revision } = await store().list(p);
    store().watch(p, revision, heard.tell);
    await store().commit(
      [],
      [
        { ...put("short", "1"), ttlSeconds: 1 },
        { ...put("kept", "1"), ttlSeconds: 1 },
      ],
      [],
    );
    await write(store(), "kept", "2");
    await bench().pass(4);
    await eventually(() => heard.events.some((e) => e.kind === "delete"), "the key's deletion was told");
    assert.deepEqual(
      (await store().list(p)).entries.map((e) => e.value),
      ["2"],
    );
    assert.deepEqual(heard.events.map(brief).sort(), ["delete short", "put kept=1", "put kept=2", "put short=1"]);
  });
}

function watching(store: () => Store, bench: () => StoreBench): void {
  it("tells every change under the prefix after a revision, in order, whole revisions at once", async () => {
    await write(store(), "w/0", "before");
    const { revision } = await store().list(p);
    const heard = new Heard();
    bench().connect().watch(`${p}w/`, revision, heard.tell);
    await store().commit([], [put("w/1", "a"), put("w/2", "a"), put("x", "no")], []);
    await write(store(), "w/1", "b");
    await store().commit([], [put("w/3", "c")], [`${p}w/1`]);
    await eventually(() => heard.events.length >= 5, "five events were told");
    const told = heard.events.map(brief);
    assert.deepEqual(told.slice(0, 2).sort(), ["put w/1=a", "put w/2=a"]);
    assert.equal(told[2], "put w/1=b");
    assert.deepEqual(told.slice(3).sort(), ["delete w/1", "put w/3=c"]);
    for (const message of heard.messages) {
      if (message.kind !== "events") continue;
      const last = message.events.at(-1)!.revision;
      const elsewhere = heard.messages.filter((m) => m !== message && m.kind === "events");
      assert(
        !elsewhere.some((m) => m.kind === "events" && m.events.some((e) => e.revision === last)),
        "a revision was torn",
      );
    }
  });

  it("replays from an old revision, so that list and watch leave no gap", async () => {
    const { revision } = await store().list(p);
    for (let i = 0; i < 30; i++) await write(store(), "k", String(i));
    const heard = new Heard();
    store().watch(p, revision, heard.tell);
    await eventually(() => heard.events.length >= 30, "30 events were told");
    assert.deepEqual(
      heard.events.map(brief),
      Array.from({ length: 30 }, (_, i) => `put k=${i}`),
    );
  });

  it("tells nothing after cancel", async () => {
    const { revision } = await store().list(p);
    const cancelled = new Heard();
    const other = new Heard();
    store().watch(p, revision, cancelled.tell).cancel();
    store().watch(p, revision, other.tell);
    await write(store(), "k", "1");
    await eventually(() => other.events.length === 1, "the other watch heard");
    assert.deepEqual(cancelled.messages, []);
  });

  it("ends with compacted when the history it needs is gone", async () => {
    const { revision } = await store().list(p);
    for (let i = 0; i < 5; i++) await write(store(), "k", String(i));
    await bench().compact();
    const heard = new Heard();
    store().watch(p, revision, heard.tell);
    await eventually(() => heard.has("compacted"), "compacted was told");
    assert.equal(heard.messages.at(-1)!.kind, "compacted");
    assert.deepEqual(heard.events, []);
    const again = await store().list(p);
    assert.equal(again.entries[0]?.value, "4");
  });

  it("ends with compacted when the store was restored and the watcher knows its future", async () => {
    const heard = new Heard();
    store().watch(p, 1_000_000_000, heard.tell);
    await eventually(() => heard.messages.length > 0, "something was told");
    assert.deepEqual(heard.messages, [{ kind: "compacted" }]);
  });
}

function breaking(store: () => Store, bench: () => StoreBench): void {
  it("says that it is unavailable, and works again when contact is back", async () => {
    const fragile = bench().fragile();
    await write(fragile.store, "k", "1");
    await fragile.cut();
    await assert.rejects(fragile.store.commit([], [put("k", "2")], []), StoreUnavailable);
    await fragile.mend();
    for (let tries = 0; ; tries++) {
      const done = await fragile.store.commit([], [put("k", "3")], []).catch((error: unknown) => error);
      if (!(done instanceof StoreUnavailable)) break;
      assert(tries < 20, "the store never came back");
    }
    assert.equal((await store().get(`${p}k`))?.value, "3");
  });

  it("rides out a loss of contact in the middle of a catch-up and loses no event", async () => {
    const { revision } = await store().list(p);
    const value = "x".repeat(500);
    const count = 600;
    for (let i = 0; i < count; i++) await write(store(), `e/${i}`, value);
    const fragile = bench().fragile();
    const heard = new Heard();
    let cut: Promise<void> | undefined;
    fragile.store.watch(p, revision, (message) => {
      heard.tell(message);
      if (!cut && heard.events.length > 0) cut = fragile.cut();
    });
    await eventually(() => cut !== undefined, "the first events came");
    await cut;
    const writing = (async () => {
      for (let i = count; i < count + 50; i++) await write(store(), `e/${i}`, value);
      await write(store(), "e/end", value);
    })();
    // Where the break holds up writers too, they end only once it is mended.
    await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, 100))]);
    await fragile.mend();
    await writing;
    await eventually(() => heard.events.some((e) => e.key === `${p}e/end`), "the last event came");
    const revisions = heard.events.map((e) => e.revision);
    assert.deepEqual(
      revisions,
      [...new Set(revisions)].sort((x, y) => x - y),
      "in order, none twice",
    );
    const there = (await store().list(`${p}e/`)).entries.map((e) => e.key).sort();
    assert.deepEqual(heard.events.map((e) => e.key).sort(), there, "none lost");
  });
}
