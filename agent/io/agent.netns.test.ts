import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { Failure } from "../api/socket.ts";
import { AgentLab } from "./agent-lab.ts";
import { bluePool, blueProfile, endpointOf } from "./sample-resources.ts";

describe("the agent's process", function () {
  this.timeout(20_000);
  let lab: AgentLab;
  before(() => void (lab = new AgentLab()));
  after(() => lab.close());

  it("ends at once with every mistake of its environment, code 2, no stack, and no write", async () => {
    const before = lab.kernel();
    const agent = lab.start({
      IP: "192.0.2.300",
      AS: "0",
      CALICO_NETWORKING_BACKEND: "vxlan",
      DATASTORE_TYPE: "kubernetes",
      FELIX_HEALTHPORT: "many",
      FELIX_IPV6SUPPORT: "perhaps",
    });
    assert.equal(await agent.ended(), 2);
    const lines = agent.complaints().trimEnd().split("\n");
    const names = lines.map((line) => /^manx agent: ([A-Z0-9_]+) = '.*would be right/.exec(line)?.[1] ?? line);
    const wrong = ["AS", "CALICO_NETWORKING_BACKEND", "DATASTORE_TYPE", "FELIX_HEALTHPORT", "FELIX_IPV6SUPPORT", "IP"];
    assert.deepEqual(names.sort(), wrong);
    assert.equal(lab.kernel(), before);
  });

  it("waits for a certificate that cannot be read, and says which", async () => {
    const agent = lab.start({
      DATASTORE_TYPE: "etcdv3",
      ETCD_ENDPOINTS: "https://127.0.0.1:2",
      ETCD_CA_CERT_FILE: "/no/such/file",
    });
    const reason = /^NOT READY datastore: cannot be reached: .*CA file \/no\/such\/file/m;
    await lab.until("the reason", async () => reason.test(await lab.readiness()));
    assert.equal(await agent.end("SIGTERM"), 0);
  });

  describe("while one runs", () => {
    before(async () => {
      lab.addInterface("cali1");
      await lab.apply(blueProfile);
      await lab.ready();
    });

    it("another with the same run folder refuses, and disturbs nothing", async () => {
      const before = lab.kernel();
      const second = lab.start({ FELIX_HEALTHPORT: "9098" });
      assert.equal(await second.ended(), 2);
      assert.match(second.complaints(), /^manx agent: .*agent\.sock is served by another agent; .*MANX_RUN_DIR.*\n$/);
      assert.equal(lab.kernel(), before);
      assert.match(await lab.readiness(), /^ok kernel/m);
      assert.ok(((await lab.ask({ do: "status" })) as { ok: boolean }).ok);
    });

    it("another whose health port is taken says so, and leaves no socket in the way", async () => {
      const folder = `${lab.folder}/second`;
      const second = lab.start({ MANX_RUN_DIR: folder });
      assert.equal(await second.ended(), 2);
      assert.match(second.complaints(), /^manx agent: .*EADDRINUSE.*9099\n$/);
    });

    it("what cannot be read is told and stops nobody else", async () => {
      const path = "/calico/resources/v3/projectcalico.org/";
      const bad = [
        { key: `${path}workloadendpoints/blue/n1-k8s-bad-eth0`, value: '{"spec":{"node":7}}' },
        { key: `${path}ippools/bad`, value: "no json" },
        { key: `${path}networkpolicies/blue/bad`, value: '{"kind":"NetworkPolicy","spec":{"selector":"a =="}}' },
      ];
      await lab.store.commit([], bad, []);
      await lab.apply(endpointOf("a", "cali1", "10.65.0.1"));
      await lab.until("the route", () => lab.routes(77).join() === "10.65.0.1 dev cali1 scope link metric 1024");
      assert.match(await lab.readiness(), /^ok datastore: in sync; 3 objects cannot be read, see the log$/m);
      await lab.store.commit(
        [],
        [],
        bad.map(({ key }) => key),
      );
      await lab.until("all to be well", async () => /^ok datastore: in sync$/m.test(await lab.readiness()));
    });

    it("a workload finds no pool: the answer says so, and nothing is left behind", async () => {
      const pod = lab.pod();
      const before = lab.kernel();
      const stored = async (): Promise<string[]> =>
        [...(await lab.store.list("/calico/")).entries].map(({ key }) => key).sort();
      const keys = await stored();
      const request = { do: "workload.add", name: "web", namespace: "blue", netns: pod.path } as const;
      const answer = (await lab.ask(request)) as Failure;
      assert.deepEqual([answer.ok, answer.code.split("/")[0]], [false, "ipam"]);
      assert.match(answer.message, /pool/);
      assert.equal(lab.kernel(), before);
      assert.deepEqual(await stored(), keys);
      assert.doesNotMatch(execFileSync("ip", ["-n", pod.name, "link"], { encoding: "utf8" }), /eth0/);
    });

    it("the host itself is no workload: its interfaces stay", async () => {
      const own = { do: "workload.add", name: "web", namespace: "blue", netns: lab.netns.path, ifname: "v1" } as const;
      const before = lab.netns.ifindex("v1");
      const answer = (await lab.ask(own)) as Failure;
      assert.deepEqual([answer.code, answer.facts], ["agent/bad-workload", { field: "netns" }]);
      assert.equal(lab.netns.ifindex("v1"), before);
    });

    it("a workload's namespace is missing: the same", async () => {
      await lab.apply(bluePool);
      const request = { do: "workload.add", name: "web", namespace: "blue", netns: "/run/netns/no-such" } as const;
      let answer: Failure | undefined;
      await lab.until("the pool to be known", async () => {
        answer = (await lab.ask(request)) as Failure;
        return !answer.code.startsWith("ipam/");
      });
      assert.match(answer!.message, /no-such/);
      const handles = (await lab.store.list("/calico/ipam/v2/handle/")).entries;
      assert.deepEqual([...handles], []);
      assert.doesNotMatch(lab.netns.ip("link"), /cali[0-9a-f]{11}/);
    });

    it("a workload asked for twice at once is one, and it goes", async () => {
      const pod = lab.pod();
      const request = { name: "web", namespace: "blue", netns: pod.path } as const;
      const answers = await Promise.all([
        lab.ask({ do: "workload.add", ...request }),
        lab.ask({ do: "workload.add", ...request }),
      ]);
      assert.ok(answers[0].ok, JSON.stringify(answers[0]));
      assert.deepEqual(answers[0], answers[1]);
      assert.match(pod.ip("address show dev eth0"), /10\.65\./);
      assert.deepEqual(await lab.ask({ do: "workload.del", ...request }), { ok: true });
      assert.deepEqual([...(await lab.store.list("/calico/ipam/v2/handle/")).entries], []);
      assert.doesNotMatch(lab.netns.ip("link"), /cali[0-9a-f]{11}/);
    });
  });
});
