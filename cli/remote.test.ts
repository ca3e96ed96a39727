import assert from "node:assert/strict";
import type { DrainAnswer, DrainingRequest } from "../agent/api/drain.ts";
import { seconds } from "../lib/unit.ts";
import { answering } from "./sim/node-agent.ts";
import { SimShell } from "./sim/shell.ts";

/** Runs a command while time passes, at most so many seconds of it. */
async function inTime(
  shell: SimShell,
  line: string,
  most = 100,
): Promise<{ readonly output: string; readonly errors: string }> {
  let done = false;
  const run = shell.run(line).finally(() => {
    done = true;
  });
  for (let i = 0; !done && i < most; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!done) shell.clock.advance(seconds(1));
  }
  return done ? run : { output: shell.output, errors: shell.errors };
}

async function shellWithNode(): Promise<SimShell> {
  const shell = new SimShell();
  shell.contents.set("n.yaml", "{apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: n2}, spec: {}}");
  await shell.run("apply -f n.yaml");
  return shell;
}

describe("node status of another node", () => {
  it("is printed as the node's own, and the question is taken back", async () => {
    const shell = await shellWithNode();
    const learnedFrom = { sourceType: "NodeMesh", peerIP: "10.0.0.1" };
    const routes = [{ type: "FIB", destination: "10.65.1.0/26", gateway: "10.0.0.1", interface: "eth0", learnedFrom }];
    const peers = [
      { peerIP: "10.0.0.1", type: "NodeMesh", state: "Established", since: "2026-11-21T01:00:00Z" },
      { peerIP: "10.0.0.9\u001b[31m", type: "GlobalPeer", state: "Active", since: "09:08:07" },
    ];
    const stop = answering(shell, "n2", routes, peers);
    const { output, errors } = await inTime(shell, "node status --node n2 --routes");
    stop();
    assert.equal(errors, "");
    assert.equal(
      output,
      `Calico process is running on node n2, 2026-11-21T01:02:03Z.
BGP of IPv4: Ready (sim, router ID 10.0.0.1)

IPv4 BGP status
+---------------+-------------------+-------+----------+-------------+
| PEER ADDRESS  |     PEER TYPE     | STATE |  SINCE   |    INFO     |
+---------------+-------------------+-------+----------+-------------+
| 10.0.0.1      | node-to-node mesh | up    | 01:00:00 | Established |
| 10.0.0.9?[31m | global            | start | 09:08:07 | Active      |
+---------------+-------------------+-------+----------+-------------+

IPv6 BGP status
No IPv6 peers found.

IPv4 routes
+--------------+----------+-----------+------+-------------------+
| DESTINATION  | GATEWAY  | INTERFACE | TYPE |   LEARNED FROM    |
+--------------+----------+-----------+------+-------------------+
| 10.65.1.0/26 | 10.0.0.1 | eth0      | FIB  | NodeMesh 10.0.0.1 |
+--------------+----------+-----------+------+-------------------+

IPv6 routes
No IPv6 routes found.

`,
    );
    assert.equal((await shell.run("get nodestatus -o name")).output, "");
  });

  it("that does not come in time is said to be missing, and the question is taken back as well", async () => {
    const shell = await shellWithNode();
    const { errors } = await inTime(shell, "node status --node n2 --wait 5");
    assert.match(errors, /^no answer from node n2 within 5 s: is its agent running/);
    assert.equal((await shell.run("get nodestatus -o name")).output, "");
    assert.match((await shell.run("node status --node n3")).errors, /resource does not exist: Node\(n3\)/);
    assert.match((await shell.run("node status --node N/3")).errors, /a node's name would be right/);
    assert.match((await shell.run("node status --node n2 --wait soon")).errors, /whole seconds from 1/);
  });

  it("leaves a request that an operator made, and waits for a newer answer", async () => {
    const shell = await shellWithNode();
    const metadata = "{name: manxctl-n2}";
    const spec = "{node: n2, classes: [BGP], updatePeriodSeconds: 60}";
    shell.contents.set(
      "r.yaml",
      `{apiVersion: projectcalico.org/v3, kind: CalicoNodeStatus, metadata: ${metadata}, spec: ${spec}}`,
    );
    await shell.run("apply -f r.yaml");
    const stop = answering(shell, "n2", []);
    assert.match((await inTime(shell, "node status --node n2")).output, /running on node n2/);
    stop();
    assert.equal((await shell.run("get nodestatus -o name")).output, "caliconodestatuses/manxctl-n2\n");
    assert.match((await inTime(shell, "node status --node n2 --wait 3")).errors, /no answer/, "an old answer is none");
  });
});

describe("node drain", () => {
  const answer = (state: DrainAnswer["state"], secondsLeft: number): DrainAnswer => ({
    ok: true,
    state,
    secondsLeft,
    sessions: 2,
  });

  it("waits until the sessions have ended", async () => {
    const shell = new SimShell();
    const asked: DrainingRequest[] = [];
    shell.answer = (request) => {
      asked.push(request as DrainingRequest);
      return asked.length < 4 ? answer("draining", 12 - 4 * asked.length) : answer("drained", 0);
    };
    const { output } = await inTime(shell, "node drain --wait 8 --text maintenance");
    assert.equal(
      output,
      "Draining: 2 sessions end in 8 s; `manxctl node resume` takes it back\nDrained: all sessions have ended\n",
    );
    assert.deepEqual(asked[0], { do: "node.drain", waitSeconds: 8, text: "maintenance" });
    assert.deepEqual(asked[1], { do: "node.drain-state" });
    assert.equal(asked.length, 4);
  });

  it("returns at once when asked, says so when it was taken back, and refuses what cannot be", async () => {
    const shell = new SimShell();
    shell.answer = () => answer("draining", 60);
    assert.match((await shell.run("node drain --detach")).output, /^Draining: 2 sessions end in 60 s/);
    shell.answer = ({ do: what }) => (what === "node.drain" ? answer("draining", 60) : answer("serving", 0));
    assert.equal((await inTime(shell, "node drain")).errors, "the drain was taken back\n");
    assert.equal((await shell.run("node resume")).output, "Resumed: sessions are kept, or opened again\n");
    shell.asked.length = 0;
    for (const bad of ["--wait -1", "--wait 9999", "--wait x", `--text ${"ä".repeat(128)}`]) {
      assert.equal((await shell.run(`node drain ${bad}`)).code, 1, bad);
    }
    assert.deepEqual(shell.asked, []);
  });
});

describe("version --poll", () => {
  it("prints again whenever the cluster's version changes", async () => {
    const shell = await shellWithNode();
    const other = shell.clock.after(seconds(7), () => void upgrade());
    const upgrade = async (): Promise<void> => {
      const key = "/calico/resources/v3/projectcalico.org/clusterinformations/default";
      const entry = (await shell.store().get(key))!;
      const value = entry.value.replace('"clusterType"', '"calicoVersion":"v3.32.0","clusterType"');
      await shell.store().commit([], [{ key, value }], []);
    };
    const { output } = await inTime(shell, "version --poll 2s", 20);
    other();
    const type = "Cluster Type:      manx\n";
    assert.equal(
      output,
      `Client Version:    v0.0.0-sim\nCluster Version:   \n${type}Cluster Version:   v3.32.0\n${type}`,
    );
  });
});

describe("node cleanup", () => {
  it("is a verb of bin/manx, and fails when that does", async () => {
    const shell = new SimShell();
    assert.equal((await shell.run("node cleanup --yes")).code, 0);
    await shell.run("node cleanup --dry-run");
    assert.deepEqual(shell.ran, [
      ["cleanup", "--yes"],
      ["cleanup", "--dry-run"],
    ]);
    shell.status = 1;
    const { code, errors } = await shell.run("node cleanup");
    assert.deepEqual([code, errors], [1, "not everything was taken away\n"]);
  });
});
