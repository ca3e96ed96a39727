import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { set } from "../../../lib/change.ts";
import { statusSinkContract } from "../status-sink.contract.ts";
import { statusFileSink } from "./status-files.ts";

describe("files of endpoints' states", () => {
  let folder = "";
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "manx-status-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  statusSinkContract(
    async () => statusFileSink(join(folder, "run", "endpoint-status")),
    (which) => `k8s ns%2F${which} eth0`,
  );

  it("tell of what a process that was killed left behind, so that it goes", async () => {
    writeFileSync(join(folder, ".new"), "half");
    const sink = statusFileSink(folder);
    assert.deepEqual([...(await sink.list()).keys()], [".new"]);
    await sink.write([set("a", "1")]);
    assert.deepEqual(readdirSync(folder), ["a"]);
  });
});
