import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ClusterInformation } from "../../datastore/model/cluster-information.ts";
import { AgentLab } from "./agent-lab.ts";
import { blueProfile, endpointOf } from "./sample-resources.ts";

describe("what an agent writes before it may", function () {
  this.timeout(20_000);
  let lab: AgentLab;
  beforeEach(() => void (lab = new AgentLab()));
  afterEach(() => lab.close());

  /** What an earlier life left, or anybody made in our name. */
  function leaveThings(): void {
    lab.run("nft", "add table inet manx { chain forward { type filter hook forward priority 0; counter drop; }; }");
    lab.addInterface("cali1");
    lab.netns.ip("route add 10.65.0.1/32 dev cali1 metric 1024 proto 77 scope link");
    lab.netns.ip("route add blackhole 10.65.0.0/26 metric 1024 proto 77");
    lab.netns.ip("route add 10.66.0.0/26 via 192.0.2.1 metric 1024 proto 78");
    lab.netns.ip("neigh add 10.65.0.1 lladdr 02:00:00:00:00:99 dev cali1 nud permanent");
  }

  const unreachable: readonly (readonly [string, RegExp, () => Record<string, string>])[] = [
    [
      "nobody answers",
      // Why is known only when the time of the first operation is over.
      /^NOT READY datastore: waiting for http:\/\/127.0.0.1:2$/m,
      () => ({ DATASTORE_TYPE: "etcdv3", ETCD_ENDPOINTS: "http://127.0.0.1:2" }),
    ],
    [
      "its file cannot be opened",
      /^NOT READY datastore: cannot be reached: .*unable to open/m,
      () => {
        mkdirSync(join(lab.folder, "a-folder"));
        return { EMBEDDED_STORE: join(lab.folder, "a-folder") };
      },
    ],
  ];
  for (const [why, reason, variables] of unreachable) {
    it(`is nothing while the datastore cannot be read (${why}): not at the start, not at the end`, async () => {
      leaveThings();
      const before = lab.kernel();
      const agent = lab.start(variables());
      await lab.until("the reason", async () => reason.test(await lab.readiness()));
      const page = await lab.readiness();
      assert.match(page, /^NOT READY kernel: the datastore has not been seen whole yet$/m);
      assert.match(page, /^NOT READY node: .+/m);
      const refused = await lab.ask({ do: "workload.del", name: "a", namespace: "blue" });
      assert.deepEqual(refused, {
        ok: false,
        code: "agent/not-ready",
        message: "the datastore has not been seen whole yet",
      });
      assert.equal(lab.kernel(), before);
      assert.equal(await agent.end("SIGTERM"), 0);
      assert.equal(lab.kernel(), before);
      assert.equal(agent.complaints(), "");
    });
  }

  it("stops when ClusterInformation says that the datastore is not ready, and goes on when it is", async () => {
    await lab.apply(blueProfile, endpointOf("a", "cali1", "10.65.0.1"));
    lab.addInterface("cali1");
    lab.addInterface("cali2");
    const agent = await lab.ready();
    assert.deepEqual(lab.routes(77), ["10.65.0.1 dev cali1 scope link metric 1024"]);
    const say = async (datastoreReady: boolean): Promise<void> => {
      const stored: ClusterInformation = await lab.client.get({ kind: "ClusterInformation", name: "default" });
      await lab.client.update({ ...stored, spec: { ...stored.spec, datastoreReady } });
    };
    await say(false);
    const reason = "NOT READY kernel: ClusterInformation(default): datastoreReady is false";
    await lab.until("the pause", async () => (await lab.readiness()).includes(reason));
    const before = lab.kernel();
    await lab.apply(endpointOf("b", "cali2", "10.65.0.2"));
    await lab.client.delete({ kind: "WorkloadEndpoint", namespace: "blue", name: "n1-k8s-a-eth0" });
    // What cannot be read is told at once: then the changes before it were heard too.
    const key = "/calico/resources/v3/projectcalico.org/ippools/wrong";
    await lab.store.commit([], [{ key, value: "{}" }], []);
    await lab.until("the news", () => agent.facts.some(({ msg }) => msg === "agent.resource-invalid"));
    assert.equal(lab.kernel(), before);
    await say(true);
    await lab.until("the routes", () => lab.routes(77).join() === "10.65.0.2 dev cali2 scope link metric 1024");
    await lab.until("readiness", async () => /^ok kernel/m.test(await lab.readiness()));
    const told = agent.facts.map(({ msg }) => msg).filter((msg) => /^agent\.(paused|resumed)$/.test(msg));
    assert.deepEqual(told, ["agent.paused", "agent.resumed"]);
  });

  it("is nothing when it starts into a datastore that is not ready", async () => {
    const first = lab.start();
    await lab.until("the first objects", async () => /^ok kernel/m.test(await lab.readiness()));
    const stored: ClusterInformation = await lab.client.get({ kind: "ClusterInformation", name: "default" });
    await lab.client.update({ ...stored, spec: { ...stored.spec, datastoreReady: false } });
    await first.end("SIGKILL");
    leaveThings();
    const before = lab.kernel();
    const second = lab.start();
    await lab.until("the pause", async () => /datastoreReady is false/.test(await lab.readiness()));
    assert.equal(lab.kernel(), before);
    assert.equal(await second.end("SIGTERM"), 0);
    assert.equal(lab.kernel(), before);
  });
});
