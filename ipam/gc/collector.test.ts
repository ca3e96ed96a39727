import assert from "node:assert/strict";
import { hostPath } from "../../datastore/ipam-key.ts";
import { writeJson } from "../../datastore/json.ts";
import { seconds } from "../../lib/unit.ts";
import { formatAddress } from "../../net/address-text.ts";
import { newBlock } from "../block.ts";
import { SimCluster } from "../sim/collected.ts";
import { putConfig, putPool } from "../sim/node.ts";
import { cidr, Rig, wish } from "../sim/rig.ts";
import { leakGrace } from "./judge.ts";

const pod = (handle: string, node: string, more: Parameters<typeof wish>[1] = {}) =>
  wish(handle, { attributes: { node, namespace: "d", pod: handle }, ...more });

async function cluster(...nodes: string[]): Promise<{ readonly rig: Rig; readonly sim: SimCluster }> {
  const rig = new Rig();
  await putPool(rig.store, "pool", { cidr: "10.65.0.0/27", blockSize: 30 });
  const sim = new SimCluster(rig);
  sim.poolCidrs = ["10.65.0.0/27"];
  for (const node of nodes) sim.nodes.add(node);
  return { rig, sim };
}

const addressesOf = async (sim: SimCluster): Promise<readonly string[]> =>
  (await sim.held()).map((held) => `${held.handle} ${formatAddress(held.address)}`);

describe("the collection of leaked addresses", () => {
  it("waits for the grace, then takes back what nobody uses, and only that", async () => {
    const { rig, sim } = await cluster("n1");
    const node = rig.node("n1");
    for (const handle of ["a", "b"]) await node.assign(pod(handle, "n1"));
    sim.living.add("a");
    const collector = sim.collector();
    const first = await collector.round();
    assert.deepEqual([first.candidates.length, first.confirmed.length, first.released.length], [1, 0, 0]);
    rig.clock.advance(seconds(14 * 60));
    assert.equal((await collector.round()).confirmed.length, 0);
    rig.clock.advance(seconds(60));
    const last = await collector.round();
    assert.deepEqual(
      last.released.map(({ handle }) => handle),
      ["b"],
    );
    assert.equal((await sim.held()).length, 1);
    assert.deepEqual(
      sim.facts.map(({ fact }) => fact),
      ["ipam.leak-released"],
    );
    assert.deepEqual(await rig.problems(), []);
  });

  it("keeps a handle while one of its addresses is not a confirmed leak", async () => {
    const { rig, sim } = await cluster("n1");
    const node = rig.node("n1");
    await node.assign(pod("vm", "n1"));
    await node.assign(wish("vm", { attributes: { node: "n1" } }));
    const collector = sim.collector();
    await collector.round();
    rig.clock.advance(leakGrace);
    const round = await collector.round();
    assert.deepEqual([round.confirmed.length, round.released.length], [1, 0]);
    assert.equal((await sim.held()).length, 2);
  });

  it("begins anew when the address was given to somebody else, or its pod came back", async () => {
    const { rig, sim } = await cluster("n1");
    const node = rig.node("n1");
    await node.assign(pod("a", "n1"));
    const collector = sim.collector();
    await collector.round();
    rig.clock.advance(leakGrace);
    sim.living.add("a");
    assert.equal((await collector.round()).candidates.length, 0);
    sim.living.delete("a");
    assert.deepEqual([(await collector.round()).confirmed.length, (await addressesOf(sim)).length], [0, 1]);
  });

  it("asks a second source right before, which keeps what it knows", async () => {
    const { rig, sim } = await cluster("n1");
    await rig.node("n1").assign(pod("a", "n1"));
    sim.hidden.add("a");
    const collector = sim.collector();
    await collector.round();
    rig.clock.advance(leakGrace);
    const round = await collector.round();
    assert.deepEqual([round.confirmed.length, round.released.length], [1, 0]);
    assert.deepEqual(await addressesOf(sim), ["a 10.65.0.8"]);
  });

  it("does not take an address that changed hands between looking and taking", async () => {
    const { rig, sim } = await cluster("n1");
    const node = rig.node("n1");
    await node.assign(pod("a", "n1"));
    const collector = sim.collector();
    await collector.round();
    rig.clock.advance(leakGrace);
    rig.server.beforeCommit = () => {
      const path = "/calico/ipam/v2/assignment/ipv4/block/10.65.0.8-30";
      const value = rig.server.history
        .get(path)!
        .value.replaceAll('"a"', '"z"')
        .replace(/("sequenceNumberForAllocation":\{"0":)\d+/, "$15");
      rig.server.history.apply(
        [
          { key: path, value },
          { key: "/calico/ipam/v2/handle/z", value: '{"block":{"10.65.0.8/30":1},"deleted":false}' },
        ],
        ["/calico/ipam/v2/handle/a"],
      );
    };
    assert.equal((await collector.round()).released.length, 0);
    assert.deepEqual(await addressesOf(sim), ["z 10.65.0.8"]);
  });

  it("takes everything of a node that is gone at once: tunnels, pods, blocks, marker; never what a living pod uses", async () => {
    const { rig, sim } = await cluster("n1", "n2");
    const [one, two] = [rig.node("n1"), rig.node("n2")];
    await one.assign(pod("a", "n1"));
    await one.assign(wish("ipip-tunnel-addr-n1", { attributes: { node: "n1", type: "ipipTunnelAddress" } }));
    await two.assign(pod("b", "n2"));
    sim.living.add("b").add("a");
    await rig.store.commit([], [{ key: hostPath("n1"), value: "" }], []);
    sim.nodes.delete("n1");
    const collector = sim.collector();
    assert.deepEqual(
      (await collector.round()).released.map(({ handle }) => handle),
      ["ipip-tunnel-addr-n1"],
    );
    sim.living.delete("a");
    assert.deepEqual(
      (await collector.round()).released.map(({ handle }) => handle),
      ["a"],
    );
    await collector.round();
    await collector.round();
    assert.deepEqual(
      (await rig.paths()).filter((path) => path.includes("n1") || path.includes("10.65.0.0")),
      [],
    );
    assert.deepEqual(
      await addressesOf(sim),
      (await sim.held()).map((held) => `b ${formatAddress(held.address)}`),
    );
    assert.deepEqual(await rig.problems(), []);
  });

  it("keeps what it cannot judge: notes without a pod, virtual machines, services, what Windows reserves", async () => {
    const { rig, sim } = await cluster("n1");
    const node = rig.node("n1");
    await node.assign(wish("hand", { attributes: { node: "n1" } }));
    await node.assign(wish("vm", { attributes: { node: "n1", pod: "p", namespace: "d", "vmi-name": "m" } }));
    await node.assign(wish("lb-1", { attributes: { type: "loadBalancer-service", service: "d/s" } }));
    await node.assign(wish("windows-reserved-ipam-handle", { attributes: { note: "windows host rsvd" } }));
    sim.nodes.delete("n1");
    const collector = sim.collector();
    await collector.round();
    rig.clock.advance(leakGrace);
    assert.deepEqual([(await collector.round()).candidates, (await sim.held()).length], [[], 4]);
  });
});

describe("the collection of blocks and handles", () => {
  it("gives up an empty block seen twice, unchanged, but the last of a node", async () => {
    const { rig, sim } = await cluster("n1");
    for (const at of ["10.65.0.0/30", "10.65.0.4/30", "10.65.0.8/30"]) {
      await rig.foreign(`assignment/ipv4/block/${at.replace("/", "-")}`, writeJson(newBlock(cidr(at), "host:n1", 5n)));
      await rig.foreign(`host/n1/ipv4/block/${at.replace("/", "-")}`, '{"state":"confirmed","deleted":false}');
    }
    const collector = sim.collector();
    assert.equal((await collector.round()).blocksGiven, 0);
    await rig.foreign("assignment/ipv4/block/10.65.0.0-30", writeJson(newBlock(cidr("10.65.0.0/30"), "host:n1", 6n)));
    assert.equal((await collector.round()).blocksGiven, 1, "one was touched, one must stay");
    assert.equal((await collector.round()).blocksGiven, 1);
    assert.equal((await collector.round()).blocksGiven, 0);
    assert.equal((await rig.paths()).length, 2);
    assert.deepEqual(await rig.problems(), []);
  });

  it("also the last one, where no enabled pool is over it", async () => {
    const { rig, sim } = await cluster("n1");
    const node = rig.node("n1");
    await node.assign(pod("a", "n1"));
    await node.releaseByHandle("a");
    sim.poolCidrs = [];
    const collector = sim.collector("n1", node);
    await collector.round();
    assert.equal((await collector.round()).blocksGiven, 1);
    assert.deepEqual(await rig.paths(), []);
  });

  it("deletes a handle without addresses after the grace, if nobody touched it", async () => {
    const { rig, sim } = await cluster("n1");
    const text = '{"block":{"10.65.0.0/30":1},"deleted":false}';
    await rig.foreign("handle/stray", text);
    const collector = sim.collector();
    await collector.round();
    rig.clock.advance(leakGrace);
    await rig.foreign("handle/stray", text);
    assert.equal((await collector.round()).handlesDeleted, 0, "somebody is at work on it");
    rig.clock.advance(leakGrace);
    assert.equal((await collector.round()).handlesDeleted, 1);
    assert.deepEqual(await rig.paths(), []);
  });

  it("of one node leaves other nodes' things alone", async () => {
    const { rig, sim } = await cluster("n1", "n2");
    const [one, two] = [rig.node("n1"), rig.node("n2")];
    await one.assign(pod("a", "n1"));
    await two.assign(pod("b", "n2"));
    const theirs = (await sim.held()).find(({ handle }) => handle === "b")!.block;
    await rig.foreign("handle/theirs", `{"block":{"${formatAddress(theirs)}/30":1},"deleted":false}`);
    await rig.foreign("handle/ours", '{"block":{"10.99.0.0/30":1},"deleted":false}');
    const collector = sim.collector("n1", one);
    await collector.round();
    rig.clock.advance(leakGrace);
    const round = await collector.round();
    assert.deepEqual([round.released.map(({ handle }) => handle), round.handlesDeleted], [["a"], 1]);
    assert.ok((await rig.paths()).includes("handle/theirs"));
    assert.deepEqual(
      (await sim.held()).map(({ handle }) => handle),
      ["b"],
    );
  });

  it("judges no handle while a block cannot be read", async () => {
    const { rig, sim } = await cluster("n1");
    await rig.foreign("assignment/ipv4/block/10.65.0.0-30", "{broken");
    await rig.foreign("handle/a", '{"block":{"10.65.0.0/30":1},"deleted":false}');
    const collector = sim.collector();
    await collector.round();
    rig.clock.advance(leakGrace);
    assert.deepEqual((await collector.round()).strays, []);
  });

  it("frees what has cooled down in blocks of nobody's", async () => {
    const { rig, sim } = await cluster("n1");
    await putConfig(rig.store, { auto_allocate_blocks: true, ipCooldownSeconds: 30 });
    const node = rig.node("n1");
    await node.assign(pod("a", "n1"));
    await node.releaseByHandle("a");
    await node.releaseAffinities();
    const collector = sim.collector();
    await collector.round();
    assert.equal((await rig.paths()).length, 2);
    rig.clock.advance(seconds(30));
    await collector.round();
    assert.deepEqual(await rig.paths(), ["config"]);
  });

  it("ends affinities of gone hosts that point at nothing or at another's block", async () => {
    const { rig, sim } = await cluster("n2");
    await rig.node("n2").assign(pod("b", "n2"));
    sim.living.add("b");
    const block = formatAddress((await sim.held())[0]!.block);
    await rig.foreign(`host/n1/ipv4/block/${block}-30`, '{"state":"pending","deleted":false}');
    await rig.foreign("host/n1/ipv4/block/10.77.0.0-30", '{"state":"confirmed","deleted":false}');
    await sim.collector().round();
    assert.deepEqual(
      (await rig.paths()).filter((path) => path.startsWith("host/n1")),
      [],
    );
    assert.deepEqual(
      await addressesOf(sim),
      (await sim.held()).map((held) => `b ${formatAddress(held.address)}`),
    );
  });
});

describe("a block that names a host which is gone, without an affinity", () => {
  it("is collected like one with", async () => {
    const { rig, sim } = await cluster("n2");
    const block = newBlock(cidr("10.65.0.0/30"), "host:n1", 5n);
    await rig.foreign("assignment/ipv4/block/10.65.0.0-30", writeJson(block));
    await sim.collector().round();
    assert.deepEqual(await rig.paths(), []);
  });
});
