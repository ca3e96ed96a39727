import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type EtcdProcess, startEtcd } from "../datastore/io/etcd/etcd-process.ts";

const manxctl = fileURLToPath(new URL("../bin/manxctl", import.meta.url));
const manifest = fileURLToPath(new URL("testdata/cluster.yaml", import.meta.url));

describe("bin/manxctl over etcd", () => {
  let etcd: EtcdProcess;
  before(async () => {
    etcd = await startEtcd();
  });
  after(() => etcd.stop());

  it("stores, reads and deletes, and leaves by itself", async () => {
    const call = async (...words: string[]): Promise<string> => {
      const env = { PATH: process.env["PATH"], ETCD_ENDPOINTS: etcd.endpoint };
      return (await promisify(execFile)(manxctl, words, { env })).stdout;
    };
    assert.equal(await call("apply", "-f", manifest), "Successfully applied 7 resource(s)\n");
    assert.equal(await call("get", "node", "-o", "name"), "nodes/n1\nnodes/n2\n");
    assert.match(await call("ipam", "show"), /IP Pool {2}\| 10\.65\.0\.0\/24 \| +256 \| 0 \(0%\)/);
    assert.equal(await call("delete", "-f", manifest), "Successfully deleted 7 resource(s)\n");
    assert.equal(await call("get", "node", "-o", "name"), "");
  });
});
