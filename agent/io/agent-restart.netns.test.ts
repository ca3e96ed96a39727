import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import type { AgentStatus } from "../api/status.ts";
import { AgentLab } from "./agent-lab.ts";
import { bluePool, blueProfile, endpointOf } from "./sample-resources.ts";

/** How long BGP's routes of the life before are kept while no peer is heard of. */
const soonSwept = { MANX_GRACEFUL_RESTART_SECONDS: "1" };

describe("an agent and what was there before it", function () {
  this.timeout(20_000);
  let lab: AgentLab;
  beforeEach(() => void (lab = new AgentLab()));
  const monitors: ChildProcess[] = [];
  afterEach(() => {
    for (const child of monitors.splice(0)) child.kill();
    return lab.close();
  });

  it("takes away routes, neighbours and chains of an earlier life that nobody wants any more", async () => {
    lab.addInterface("cali1");
    lab.run("nft", "add table inet manx { chain from-cali9 { counter drop; }; set s-old-v4 { type ipv4_addr; }; }");
    lab.netns.ip("route add 10.65.0.9/32 dev cali1 metric 1024 proto 77 scope link");
    lab.netns.ip("route add blackhole 10.65.1.0/26 metric 1024 proto 77");
    lab.netns.ip("route add 10.65.0.8/32 dev cali1 metric 77 proto 77 scope link");
    lab.netns.ip("route add 10.66.0.0/26 via 192.0.2.1 metric 1024 proto 78");
    lab.netns.ip("neigh add 10.65.0.9 lladdr 02:00:00:00:00:99 dev cali1 nud permanent");
    // Not ours: another protocol, another table, a neighbour of an interface that is no workload's.
    lab.run("nft", "add table inet other { chain from-cali9 { counter drop; }; }");
    lab.netns.ip("route add 10.67.0.0/26 via 192.0.2.1 metric 1024 proto static");
    lab.netns.ip("route add 10.67.0.0/26 via 192.0.2.1 table 77 proto 77");
    lab.netns.ip("neigh add 192.0.2.1 lladdr 02:00:00:00:00:98 dev v0 nud permanent");
    await lab.apply(blueProfile, endpointOf("a", "cali1", "10.65.0.1"));
    await lab.ready(soonSwept);
    await lab.until("the routes", () => lab.routes(77).join() === "10.65.0.1 dev cali1 scope link metric 1024");
    await lab.until("BGP's routes to go", () => lab.routes(78).length === 0);
    const neighbours = (): string => lab.netns.ip("neigh show nud permanent dev cali1").trim();
    await lab.until("neighbours", () => neighbours() === "10.65.0.1 lladdr 02:00:00:00:00:01 PERMANENT");
    await lab.until("the rules", () => !/cali9|s-old/.test(lab.run("nft", "list", "table", "inet", "manx")));
    assert.match(lab.run("nft", "list", "table", "inet", "other"), /from-cali9/);
    assert.match(lab.netns.ip("route show proto static"), /10\.67\.0\.0\/26 via 192\.0\.2\.1/);
    assert.match(lab.netns.ip("route show table 77"), /10\.67\.0\.0\/26/);
    assert.match(lab.netns.ip("neigh show dev v0 nud permanent"), /192\.0\.2\.1 /);
  });

  it("reports somebody else's route in the place of ours, leaves it alone, and takes the place when it is free", async () => {
    lab.addInterface("cali1");
    lab.addInterface("cali2");
    lab.netns.ip("route add 10.65.0.1/32 via 192.0.2.1 metric 1024 proto static");
    await lab.apply(blueProfile, endpointOf("a", "cali1", "10.65.0.1"), endpointOf("b", "cali2", "10.65.0.2"));
    const agent = await lab.ready();
    await lab.until("the other's route", () => lab.routes(77).join() === "10.65.0.2 dev cali2 scope link metric 1024");
    assert.match(await lab.readiness(), /^ok kernel: held by another program: .*10\.65\.0\.1\/32/m);
    assert.equal(((await lab.ask({ do: "status" })) as AgentStatus).routes.conflicts, 1);
    assert.equal(agent.facts.filter(({ msg }) => msg === "kernel.route.conflict").length, 1);
    const states = ((await lab.ask({ do: "status" })) as AgentStatus).workloads.map(({ name, state }) => [name, state]);
    assert.deepEqual(states.sort(), [
      ["n1-k8s-a-eth0", "error"],
      ["n1-k8s-b-eth0", "up"],
    ]);
    assert.match(lab.netns.ip("route show proto static"), /10\.65\.0\.1 via 192\.0\.2\.1 dev v0 metric 1024/);
    lab.netns.ip("route del 10.65.0.1/32 metric 1024 proto static");
    await lab.until("our route", () => lab.routes(77).some((route) => route.startsWith("10.65.0.1 dev cali1")));
    await lab.until("the news", async () => /^ok kernel: as wanted$/m.test(await lab.readiness()));
  });

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`${signal} leaves routes and rules, and the next agent takes them over without touching them`, async () => {
      await lab.apply(blueProfile, bluePool);
      const first = await lab.ready();
      const pod = lab.pod();
      const request = { do: "workload.add", name: "web", namespace: "blue", netns: pod.path } as const;
      await lab.until("the pool", async () => {
        const answer = await lab.ask(request);
        return answer.ok;
      });
      lab.netns.ip("route add 10.66.0.0/26 via 192.0.2.1 metric 1024 proto 78");
      // Dropped by DefaultEndpointToHostAction, and counted there.
      pinged(pod.name, "192.0.2.11");
      const counted = hostDrops(lab);
      assert.ok(counted >= 1);
      const before = withoutCounters(lab.kernel());
      const code = await first.end(signal);
      assert.equal(code, signal === "SIGTERM" ? 0 : -1);
      assert.equal(withoutCounters(lab.kernel()), before);
      pinged(pod.name, "192.0.2.11");
      assert.ok(hostDrops(lab) > counted, "filtered also while there is no agent");
      const monitor = watchRoutes(lab, monitors);
      const second = await lab.ready(soonSwept);
      await lab.until("BGP's stale route to go", () => lab.routes(78).length === 0);
      const lines = await monitor();
      const local = lines.filter((line) => /10\.65\./.test(line));
      assert.deepEqual(local, [], "local routes and neighbours stay as they are");
      const changed = (text: string) => text.split("\n").filter((line) => !line.includes("proto 78"));
      assert.deepEqual(changed(withoutCounters(lab.kernel())), changed(before));
      assert.ok(hostDrops(lab) > counted, "counters go on counting");
      assert.ok(second.facts.some(({ msg }) => msg === "nft.adopted"));
      const status = (await lab.ask({ do: "status" })) as AgentStatus;
      assert.deepEqual(
        status.workloads.map(({ name, state }) => [name, state]),
        [["n1-k8s-web-eth0", "up"]],
      );
    });
  }
});

function withoutCounters(text: string): string {
  return text.replace(/packets \d+ bytes \d+/g, "counted");
}

/** Packets that DefaultEndpointToHostAction has dropped. */
function hostDrops(lab: AgentLab): number {
  const chain = lab.run("nft", "list", "chain", "inet", "manx", "workload-to-host");
  return Number(/packets (\d+) bytes \d+(?: log .*)? drop/.exec(chain)?.[1] ?? -1);
}

/** One echo request that nobody answers. */
function pinged(netns: string, to: string): void {
  const args = ["netns", "exec", netns, "ping", "-c1", "-W0.2", to];
  spawnSync("ip", args, { stdio: "ignore" });
}

/** Everything that happens to routes and neighbours from now on; answers it when called. */
function watchRoutes(lab: AgentLab, monitors: ChildProcess[]): () => Promise<readonly string[]> {
  const child = spawn("ip", ["-n", lab.netns.name, "monitor", "route", "neigh"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  monitors.push(child);
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return async () => {
    child.kill();
    await closed;
    return text.split("\n").filter((line) => line !== "");
  };
}
