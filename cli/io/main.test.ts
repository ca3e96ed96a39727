import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const manxctl = fileURLToPath(new URL("../../bin/manxctl", import.meta.url));

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

function call(program: string, words: readonly string[], env: Record<string, string>, input = ""): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env["PATH"], ...env }, cwd: "/" };
    const child = execFile(program, words, options, (error, output, errors) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, output, errors });
    });
    child.stdin!.end(input);
  });
}

describe("bin/manxctl as a process", () => {
  let folder: string;
  let env: Record<string, string>;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "manx-cli-"));
    env = { DATASTORE_TYPE: "embedded", EMBEDDED_STORE: join(folder, "store.db"), MANX_RUN_DIR: folder };
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("stores and reads through a symlink, from another folder, standard input and all", async () => {
    const link = join(folder, "ctl");
    symlinkSync(manxctl, link);
    const manifest =
      "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: p}\nspec: {cidr: 10.65.0.0/16}\n";
    const applied = await call(link, ["apply", "-f", "-"], env, manifest);
    assert.deepEqual(applied, { code: 0, output: "Successfully applied 1 'IPPool' resource(s)\n", errors: "" });
    const got = await call(link, ["get", "pool"], env);
    assert.deepEqual(got, {
      code: 0,
      output: "NAME   CIDR           SELECTOR   \np      10.65.0.0/16   all()      \n\n",
      errors: "",
    });
  });

  it("exits with 1 and says why on standard error", async () => {
    writeFileSync(join(folder, "bad.yaml"), "kind: {");
    const bad = await call(manxctl, ["apply", "-f", join(folder, "bad.yaml")], env);
    assert.equal(bad.code, 1);
    assert.match(bad.errors, /line 1, column \d+: malformed YAML/);
    const absent = await call(manxctl, ["apply", "-f", join(folder, "absent")], env);
    assert.match(absent.errors, /cannot read .*absent/);
  });

  it("asks the agent's socket", async () => {
    const alone = await call(manxctl, ["workload", "del", "web"], env);
    assert.equal(alone.code, 1);
    assert.match(alone.errors, /nobody serves it; is the agent of this node running/);
    const heard: string[] = [];
    const server = createServer((socket) => {
      socket.once("data", (line) => {
        heard.push(line.toString());
        socket.end('{"ok":true}\n');
      });
    });
    await new Promise<void>((resolve) => server.listen(join(folder, "agent.sock"), resolve));
    try {
      const done = await call(manxctl, ["workload", "del", "web"], env);
      assert.deepEqual(done, { code: 0, output: "Detached default/web\n", errors: "" });
      assert.deepEqual(heard, ['{"do":"workload.del","name":"web","namespace":"default"}\n']);
    } finally {
      server.close();
    }
  });
});
