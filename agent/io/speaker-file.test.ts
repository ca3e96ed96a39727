import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const manx = new URL("../../bin/manx", import.meta.url).pathname;
const base = "asn: 65000\nrouterId: 10.0.0.1\nlisten: none\n";
const peer = (more = ""): string => `{ address: 10.0.0.2, asn: 65001, passive: true${more} }`;

/** Reads a process's log until a line says what is waited for; fails after a deadline. */
async function said(child: ChildProcess, what: string, log: string[]): Promise<void> {
  await new Promise<void>((done, fail) => {
    const deadline = setTimeout(() => fail(new Error(`${what} was not said:\n${log.join("")}`)), 20_000);
    const look = (): void => {
      if (!log.join("").includes(what)) return;
      clearTimeout(deadline);
      child.stdout!.off("data", look);
      done();
    };
    child.stdout!.on("data", look);
    look();
  });
}

describe("manx speaker and its file", () => {
  const folder = mkdtempSync(join(tmpdir(), "manx-speaker-"));
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  after(() => rmSync(folder, { recursive: true }));

  it("prints a plan and does nothing else", () => {
    const running = file("running.yaml", `${base}peers: [${peer()}]`);
    const wanted = file("wanted.yaml", `${base}peers: [${peer(", holdTimeSeconds: 30")}]`);
    const { status, stdout, stderr } = spawnSync(manx, ["speaker", "--config", wanted, "--plan", running]);
    assert.deepEqual([status, stderr.toString()], [0, ""]);
    assert.match(stdout.toString(), /^reset +peer +10\.0\.0\.2 .*\n +holdTimeSeconds +reset: negotiated in OPEN\n$/);
  }).timeout(20_000);

  it("reads it again on SIGHUP: what differs is done and told, what is wrong changes nothing", async () => {
    const path = file("live.yaml", `${base}peers: [${peer()}]`);
    const child = spawn(manx, ["speaker", "--config", path], {
      env: { ...process.env, MANX_RUN_DIR: folder },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const log: string[] = [];
    child.stdout.on("data", (text: Buffer) => log.push(text.toString()));
    try {
      // A process that has not come so far yet ends by SIGHUP: it speaks when it has begun.
      await said(child, "speaker.ready", log);
      file("live.yaml", `${base}peers: [${peer(", maxPrefixes: 5")}]\nroutes: [{ prefix: 10.9.0.0/16 }]`);
      child.kill("SIGHUP");
      await said(child, "speaker.reloaded", log);
      assert.match(log.join(""), /"action":"update","subject":"peer","name":"10\.0\.0\.2","fields":\["maxPrefixes"\]/);
      assert.match(log.join(""), /"action":"announce","subject":"route","name":"10\.9\.0\.0\/16"/);
      file("live.yaml", `${base}peers: [${peer(", maxPrefixes: none")}]`);
      child.kill("SIGHUP");
      await said(child, "speaker.reload-refused", log);
      assert.match(log.join(""), /peers\[0\]\.maxPrefixes/);
    } finally {
      child.kill("SIGKILL");
      await new Promise((done) => child.once("exit", done));
    }
  }).timeout(40_000);
});
