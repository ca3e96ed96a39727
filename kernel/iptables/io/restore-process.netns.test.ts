import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { iptablesCommand } from "./command.ts";
import { LinuxIptables } from "./linux-iptables.ts";
import { RestoreProcess } from "./restore-process.ts";

describe("a restore program that is kept running", function () {
  this.timeout(20_000);
  const netns = `manx-kernel-${process.pid}-restore`;
  const started: RestoreProcess[] = [];
  before(() => execFileSync("ip", ["netns", "add", netns]));
  afterEach(() => {
    for (const each of started.splice(0)) each.close();
  });
  after(() => execFileSync("ip", ["netns", "del", netns]));

  function start(file?: string, ...args: string[]): RestoreProcess {
    const kept = ["--noflush", "--verbose", "--wait", "5"];
    const command = file ? { file, args } : iptablesCommand("ipv4", "nft", "restore", kept, `/run/netns/${netns}`);
    const made = new RestoreProcess(command);
    started.push(made);
    return made;
  }

  it("takes one transaction after another", async () => {
    const program = start();
    assert.ok(await program.isSteady(5000));
    for (const rule of ["ACCEPT", "DROP"]) {
      const text = `*filter\n:cali-a - [0:0]\n-A cali-a -j ${rule}\nCOMMIT\n`;
      assert.deepEqual(await program.restore(text, 5000), { kind: "committed" });
    }
    const listing = execFileSync("ip", ["netns", "exec", netns, "iptables-nft-save"], { encoding: "utf8" });
    assert.match(listing, /-A cali-a -j DROP/);
    assert.ok(!program.hasEnded);
  });

  it("says why at the first error, and ends", async () => {
    const program = start();
    const outcome = await program.restore("*filter\n-A cali-nowhere -m nonsense -j DROP\nCOMMIT\n", 5000);
    assert.equal(outcome.kind, "refused");
    assert.match("why" in outcome ? outcome.why : "", /nonsense/);
    assert.ok(program.hasEnded);
    assert.equal((await program.restore("", 5000)).kind, "unknown");
  });

  it("that is killed leaves the outcome open", async () => {
    const program = start();
    assert.ok(await program.isSteady(5000));
    process.kill(program.pid!, "SIGKILL");
    assert.equal((await program.restore("*filter\nCOMMIT\n", 5000)).kind, "unknown");
  });

  it("that does not answer is given up", async () => {
    const program = start("sleep", "60");
    assert.equal(await program.isSteady(50), false);
    assert.ok(program.hasEnded);
  });

  it("that is not there is told as missing", async () => {
    const program = start("iptables-nowhere-restore");
    assert.equal(await program.isSteady(5000), false);
    assert.equal(program.hasStarted, false);
    const port = new LinuxIptables({ family: "ipv4", variant: "nowhere" as never });
    await assert.rejects(port.restore("filter", []), { code: "kernel/syscall", message: /iptables-nowhere-restore/ });
    await assert.rejects(port.save("filter"), { code: "kernel/syscall" });
    port.close();
  });
});
