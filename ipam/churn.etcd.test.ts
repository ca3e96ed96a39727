import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEtcd } from "../datastore/io/etcd/etcd-process.ts";
import { type Churned, churn } from "./io/churn.ts";

function assertGood({ kills, operations, problems }: Churned): void {
  assert.deepEqual(problems, []);
  assert.ok(kills >= 5 && operations >= 20, `${kills} kills, ${operations} operations`);
}

describe("nodes that are killed while they churn, 10 s each", function () {
  this.timeout(90_000);

  it("leave nothing in etcd that does not fit", async () => {
    const etcd = await startEtcd();
    try {
      assertGood(await churn({ DATASTORE_TYPE: "etcdv3", ETCD_ENDPOINTS: etcd.endpoint }, 10));
    } finally {
      await etcd.stop();
    }
  });

  it("leave nothing in the embedded store that does not fit", async () => {
    const folder = mkdtempSync(join(tmpdir(), "manx-churn-store-"));
    try {
      assertGood(await churn({ DATASTORE_TYPE: "embedded", EMBEDDED_STORE: join(folder, "store.db") }, 10));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
