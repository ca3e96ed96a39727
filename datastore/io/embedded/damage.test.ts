import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../lib/io/clock.ts";
import { seededRandom } from "../../../lib/random.ts";
import { StoreRefused, StoreUnavailable } from "../../store.ts";
import { EmbeddedStore } from "./store.ts";

describe("EmbeddedStore, when the file is not what it should be", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "manx-damage-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const open = (path: string) => new EmbeddedStore({ path }, systemClock, seededRandom(1));

  it("refuses a file that is no database, with SQLite's words", async () => {
    const path = join(folder, "store.db");
    writeFileSync(path, "not a database, but long enough to be looked at".repeat(50));
    const store = open(path);
    await assert.rejects(store.get("/a"), (error: unknown) => {
      assert(error instanceof StoreRefused);
      assert.match(error.message, /not a database/);
      return true;
    });
    await store.close();
  });

  it("makes the folders on the way, and refuses where it cannot", async () => {
    const deep = open(join(folder, "a/b/store.db"));
    await deep.commit([], [{ key: "/a", value: "1" }], []);
    await deep.close();
    writeFileSync(join(folder, "file"), "");
    const blocked = open(join(folder, "file/store.db"));
    await assert.rejects(blocked.get("/a"), StoreRefused);
    await blocked.close();
  });

  it("is unavailable once closed, and what was committed is there when opened again", async () => {
    const path = join(folder, "store.db");
    const store = open(path);
    const { revision } = await store.list("/");
    await store.commit([], [{ key: "/a", value: "1" }], []);
    await store.close();
    await assert.rejects(store.get("/a"), StoreUnavailable);
    const again = open(path);
    assert.deepEqual(await again.get("/a"), { key: "/a", value: "1", revision: revision + 1 });
    await again.close();
  });
});
