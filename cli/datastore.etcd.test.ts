import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { calicoDump } from "../datastore/io/calico-dump.ts";
import { type EtcdProcess, startEtcd } from "../datastore/io/etcd/etcd-process.ts";
import { openStore } from "../datastore/io/open-store.ts";
import { writeJson } from "../datastore/json.ts";
import { root } from "../datastore/key.ts";
import { systemClock } from "../lib/io/clock.ts";
import { systemRandom } from "../lib/io/random.ts";

const manxctl = fileURLToPath(new URL("../bin/manxctl", import.meta.url));

type Environment = Readonly<Record<string, string>>;

/** Everything below /calico/ in a store. */
async function contents(env: Environment): Promise<Map<string, string>> {
  const store = await openStore(env, systemClock, systemRandom);
  try {
    return new Map((await store.list(root)).entries.map(({ key, value }) => [key, value]));
  } finally {
    await store.close();
  }
}

async function fill(
  env: Environment,
  puts: readonly { readonly key: string; readonly value: string }[],
): Promise<void> {
  const store = await openStore(env, systemClock, systemRandom);
  try {
    for (let at = 0; at < puts.length; at += 100) await store.commit([], puts.slice(at, at + 100), []);
  } finally {
    await store.close();
  }
}

describe("a whole datastore, from etcd to a file and to another store (processes)", function () {
  this.timeout(60_000);
  let folder: string;
  let etcd: EtcdProcess;
  let other: EtcdProcess;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "manx-cli-"));
    [etcd, other] = await Promise.all([startEtcd(), startEtcd()]);
  });
  after(async () => {
    await Promise.all([etcd?.stop(), other?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const of = ({ endpoint }: EtcdProcess): Environment => ({ ETCD_ENDPOINTS: endpoint });
  const embedded = (): Environment => ({ DATASTORE_TYPE: "embedded", EMBEDDED_STORE: join(folder, "store.db") });
  const call = async (env: Environment, ...words: string[]): Promise<string> => {
    const options = { env: { PATH: process.env["PATH"], ...env }, maxBuffer: 2 ** 28 };
    return (await promisify(execFile)(manxctl, words, options)).stdout;
  };

  it("is restored to the octet, many keys and large ones, into etcd and into a file of SQLite", async () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({
      key: `${root}ipam/v2/handle/h${i}`,
      value: writeJson({ block: {}, deleted: false }),
    }));
    const wide = Array.from({ length: 5 }, (_, i) => ({
      key: `${root}newer/${i}`,
      value: writeJson({ n: 2n ** 63n + BigInt(i), text: "ä".repeat(200_000) }),
    }));
    await fill(of(etcd), [...calicoDump(), ...many]);
    for (const one of wide) await fill(of(etcd), [one]);
    const file = join(folder, "snapshot.yaml");
    writeFileSync(file, await call(of(etcd), "datastore", "snapshot"));
    for (const env of [of(other), embedded()]) {
      assert.match(await call(env, "datastore", "restore", "-f", file), /^Successfully restored 1031 keys/);
      assert.deepEqual(await contents(env), await contents(of(etcd)));
    }
  });

  it("loses with --force what the snapshot does not have", async () => {
    const small = join(folder, "small.yaml");
    writeFileSync(
      small,
      readFileSync(join(folder, "snapshot.yaml"), "utf8")
        .replace(/keys: \d+/, "keys: 26")
        .replace(/---\nkey: "\/calico\/(ipam\/v2\/handle\/h|newer)[\s\S]*?\nvalue: .*\n/g, ""),
    );
    for (const env of [of(other), embedded()]) {
      await assert.rejects(call(env, "datastore", "restore", "-f", small), /holds 1031 keys below/);
      await call(env, "datastore", "restore", "-f", small, "--force");
      assert.deepEqual(
        [...(await contents(env))],
        calicoDump().map(({ key, value }) => [key, value]),
      );
    }
  });

  it("is migrated between them, and its pool split there", async () => {
    await call(of(other), "datastore", "migrate", "lock");
    const file = join(folder, "export.yaml");
    writeFileSync(file, await call(of(other), "datastore", "migrate", "export", "--all"));
    rmSync(join(folder, "store.db"));
    await call(embedded(), "datastore", "migrate", "import", "-f", file);
    assert.deepEqual(await contents(embedded()), await contents(of(other)));
    for (const env of [of(other), embedded()]) {
      assert.match(await call(env, "ipam", "split", "128", "--name", "pool1"), /into 128 pools/);
      const pools = (await call(env, "get", "pool", "-o", "name")).trim().split("\n");
      assert.equal(pools.length, 128);
      const report = join(folder, "report.json");
      assert.match(
        await call(env, "ipam", "check", "-o", report),
        /Found 128 active IP pools\.[\s\S]*found 0 problems/,
      );
      assert.equal(statSync(report).mode & 0o777, 0o600);
      rmSync(report);
      await call(env, "datastore", "migrate", "unlock");
    }
  });
});
