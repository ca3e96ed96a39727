import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { Topology } from "../scenario/topology.ts";
import { layFabric } from "./fabric.ts";
import { Frr } from "./frr.ts";
import { clearLeftovers, Ground } from "./ground.ts";
import { Prober } from "./prober.ts";
import { isRunning, Processes, type ProcessId } from "./processes.ts";
import { ipBatch, run, tryRun } from "./run.ts";
import { waitFor } from "./wait.ts";

const topology: Topology = {
  name: "fabric",
  asn: 64512,
  datastore: "embedded",
  nodes: [
    { name: "n1", addresses: { ipv4: "172.31.0.1", ipv6: "fd00:31::1" }, defaultRoute: true },
    { name: "n2", addresses: { ipv4: "172.31.0.2", ipv6: "fd00:31::2" }, defaultRoute: false },
  ],
  routers: [{ name: "tor", asn: 65000, addresses: { ipv4: "172.31.0.254", ipv6: "fd00:31::254" } }],
  clients: [
    {
      name: "outside",
      router: "tor",
      addresses: { ipv4: "192.0.2.10", ipv6: "2001:db8:2::10" },
      gateways: { ipv4: "192.0.2.1", ipv6: "2001:db8:2::1" },
    },
  ],
};

describe("the fabric of the lab", function () {
  this.timeout(60_000);
  let ground: Ground;
  let prober: Prober;
  let frr: Frr;

  before(async () => {
    ground = await Ground.make();
    const processes = new Processes(ground.folderOf("processes"));
    prober = await Prober.start();
    await layFabric(topology, ground);
    frr = await Frr.start(topology.routers[0]!, topology, ground, processes);
    for (const name of ["n1", "n2", "outside"]) await prober.enter(name, ground.netnsPath(name));
  });

  after(async () => {
    prober?.stop();
    await ground?.clear();
  });

  const flow = (id: number, space: string, address: string) => ({ id, space, address });
  const both = [
    flow(0, "n1", "172.31.0.2"),
    flow(1, "n1", "fd00:31::2"),
    flow(2, "n1", "192.0.2.10"),
    flow(3, "n1", "2001:db8:2::10"),
    flow(4, "n2", "192.0.2.10"),
  ];

  it("carries pings and connections, and tells the source that the far end saw", async () => {
    const tried = await prober.once(both, 3000);
    const passed = { ping: true, tcp: true };
    assert.deepEqual(tried.get(0), { ...passed, pingSource: "172.31.0.1", tcpSource: "172.31.0.1" });
    assert.deepEqual(tried.get(1), { ...passed, pingSource: "fd00:31::1", tcpSource: "fd00:31::1" });
    assert.deepEqual(tried.get(2), { ...passed, pingSource: "172.31.0.1", tcpSource: "172.31.0.1" });
    assert.deepEqual(tried.get(3), { ...passed, pingSource: "fd00:31::1", tcpSource: "fd00:31::1" });
    assert.deepEqual(tried.get(4), { ping: false, tcp: false, pingSource: "", tcpSource: "" });
  });

  it("counts what a stream loses, and nothing else", async () => {
    await prober.stream(both.slice(0, 2), 10);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await prober.once(both.slice(0, 4), 5000)).get(1)!.ping, true, "a try does not disturb the stream");
    const clean = await prober.halt(3000);
    assert.deepEqual([...clean.keys()], [0, 1]);
    for (const seen of clean.values()) assert.ok(seen.sent >= 5 && seen.lost === 0, JSON.stringify(seen));
    await prober.stream(both.slice(0, 2), 10);
    await ipBatch(ground.netns("n2"), ["link set eth0 down"]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await ipBatch(ground.netns("n2"), ["link set eth0 up"]);
    const cut = await prober.halt(300);
    assert.ok(cut.get(0)!.lost > 0 && cut.get(0)!.longestGapMs > 50, JSON.stringify(cut.get(0)));
  });

  it("has a router that is ready for every node in both families and announces its link", async () => {
    const routes = await waitFor("the link behind the router is announced", 20_000, async () => {
      const seen = (await frr.show("show bgp ipv4 unicast json")) as { routes: Record<string, unknown> };
      return "192.0.2.0/24" in seen.routes ? seen.routes : undefined;
    });
    assert.deepEqual(Object.keys(routes), ["192.0.2.0/24"]);
    const six = (await frr.show("show bgp ipv6 unicast summary json")) as { peers: Record<string, unknown> };
    assert.deepEqual(Object.keys(six.peers).sort(), ["fd00:31::1", "fd00:31::2"]);
  });

  it("leaves nothing behind when it is cleared, and other labs alone", async () => {
    const other = await Ground.make();
    await layFabric(topology, other);
    const id = new Processes(other.folderOf("processes")).start("sleeper", other.netns("n1"), ["sleep", "600"], {});
    await other.clear();
    const listed = await run("ip", ["netns", "list"]);
    assert.equal(listed.includes(other.netns("n1")), false);
    assert.equal(listed.includes(ground.netns("n1")), true, "another lab is left alone");
    assert.equal(isRunning(id), false);
  });

  it("clears what a lab left that was killed", async () => {
    const script = `
      import { Ground } from "./e2e/lab/ground.ts";
      import { Processes } from "./e2e/lab/processes.ts";
      import { run } from "./e2e/lab/run.ts";
      const ground = await Ground.make();
      await run("ip", ["netns", "add", ground.netns("left")]);
      const id = new Processes(ground.folderOf("processes")).start("sleeper", ground.netns("left"), ["sleep", "600"], {});
      console.log(JSON.stringify({ id, netns: ground.netns("left"), folder: ground.folder }));
      process.kill(process.pid, "SIGKILL");`;
    const args = ["--input-type=module-typescript", "-e", script];
    const { stdout, stderr } = await tryRun(process.execPath, args, { env: { NODE_NO_WARNINGS: "1" } });
    assert.notEqual(stdout, "", stderr);
    const left = JSON.parse(stdout) as { id: ProcessId; netns: string; folder: string };
    assert.equal(isRunning(left.id), true);
    await clearLeftovers();
    assert.equal(isRunning(left.id), false);
    assert.equal((await run("ip", ["netns", "list"])).includes(left.netns), false);
    assert.equal(existsSync(left.folder), false);
    assert.equal((await run("ip", ["netns", "list"])).includes(ground.netns("n1")), true, "a living lab is left alone");
  });
});
