import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CalicoNodeStatusStatus } from "../../datastore/model/calico-node-status.ts";
import type { ScratchNetns } from "../../kernel/io/scratch-netns.ts";
import { AgentLab } from "./agent-lab.ts";

const manxctl = new URL("../../bin/manxctl", import.meta.url).pathname;
const apiVersion = "projectcalico.org/v3" as const;

describe("a node's status through the datastore, and its drain (processes in a namespace)", function () {
  this.timeout(40_000);
  let lab: AgentLab;
  let pod: ScratchNetns;
  before(async () => {
    lab = new AgentLab();
    pod = lab.pod();
    await lab.apply(
      { kind: "IPPool", apiVersion, metadata: { name: "p" }, spec: { cidr: "10.65.0.0/24" } },
      { kind: "Node", apiVersion, metadata: { name: "n2" }, spec: { bgp: { ipv4Address: "192.0.2.12/24" } } },
    );
    await lab.ready();
  });
  after(() => lab.close());

  const call = async (...words: string[]): Promise<string> => {
    const env = {
      PATH: process.env["PATH"],
      DATASTORE_TYPE: "embedded",
      EMBEDDED_STORE: join(lab.folder, "store.db"),
      MANX_RUN_DIR: lab.folder,
    };
    return (await promisify(execFile)(manxctl, words, { env })).stdout;
  };

  it("is asked from anywhere, and nothing of the question is left", async () => {
    const netns = `/run/netns/${pod.name}`;
    const attached = await lab.ask({ do: "workload.add", name: "w", namespace: "default", netns });
    assert.equal(attached.ok, true);
    const text = await call("node", "status", "--node", "n1", "--routes");
    assert.match(text, /^Calico process is running on node n1, /);
    assert.match(text, /BGP of IPv4: Ready \(manx \S+, router ID 192\.0\.2\.11, up since /);
    assert.match(text, /\| 192\.0\.2\.12 +\| node-to-node mesh \| (start|down) /);
    assert.match(text, /\| 10\.65\.0\.\d+\/32 +\| N\/A +\| cali\S+ +\| FIB +\| Kernel /);
    assert.match(text, /\| 10\.65\.0\.\d+\/26 +\| N\/A +\| blackhole +\| FIB +\| Static /);
    const status = JSON.parse(await call("node", "status", "--node", "n1", "-o", "json")) as CalicoNodeStatusStatus;
    assert.equal(status.bgp!.numberNotEstablishedV4, 1);
    assert.equal(status.bgp!.peersV4![0]!.type, "NodeMesh");
    assert.equal(await call("get", "nodestatus", "-o", "name"), "");
    await assert.rejects(call("node", "status", "--node", "n2", "--wait", "1"), /no answer from node n2 within 1 s/);
    await assert.rejects(call("node", "status", "--node", "n3"), /resource does not exist: Node\(n3\)/);
  });

  it("is drained and taken back", async () => {
    assert.match(await call("node", "drain", "--wait", "600", "--detach"), /^Draining: 0 sessions end in (599|600) s/);
    assert.match(await call("node", "resume"), /^Resumed/);
    assert.match(await call("node", "drain", "--wait", "0", "--text", "new disks"), /Drained: all sessions have ended/);
    assert.match(await lab.readiness(), /ok bgp: off: drained; `manxctl node resume`/);
    await assert.rejects(call("bgp", "peers"), /no BGP speaker is running/);
    assert.match(await call("node", "resume"), /^Resumed/);
    assert.match(await call("bgp", "peers"), /192\.0\.2\.12/);
    const bad = await lab.ask({ do: "node.drain", waitSeconds: -1 });
    assert.deepEqual([bad.ok, "code" in bad && bad.code], [false, "agent/bad-drain"]);
  });
});
