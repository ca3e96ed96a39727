import assert from "node:assert/strict";
import { ipamPrefix } from "../datastore/ipam-key.ts";
import { ResourceClient } from "../datastore/resource-client.ts";
import { SimServer } from "../datastore/sim/server.ts";
import { SimStore } from "../datastore/sim/store.ts";
import type { IpamFact } from "../ipam/fact.ts";
import { leakGrace } from "../ipam/gc/judge.ts";
import { putPool, simNode } from "../ipam/sim/node.ts";
import { seededRandom } from "../lib/random.ts";
import { SimClock } from "../lib/sim/clock.ts";
import { seconds } from "../lib/unit.ts";
import { formatPrefix, type Prefix, parsePrefix } from "../net/prefix.ts";
import { NodeCollection } from "./ipam-gc.ts";
import { workloadEndpoints } from "./workload/endpoints.ts";

const interfaceOf = (namespace: string, pod: string): string => `cali-${namespace}-${pod}`;

/** A node with an allocator, a kernel of names, and a graph that knows what it is told. */
async function setUp() {
  const clock = new SimClock();
  const store = new SimStore(new SimServer(clock), clock);
  const client = new ResourceClient(store, clock, seededRandom(1));
  await putPool(store, "pool", { cidr: "10.65.0.0/26" });
  const allocator = simNode("n1", store, { clock });
  const interfaces = new Set<string>();
  const graph = new Map<string, { readonly addresses: readonly Prefix[] }>();
  const facts: IpamFact[] = [];
  const state = { isReady: true };
  const collection = new NodeCollection({
    node: "n1",
    store,
    client,
    allocator,
    clock,
    random: seededRandom(1),
    tell: (fact) => facts.push(fact),
    isReady: () => state.isReady,
    endpoints: () => graph.values(),
    hasInterface: (name) => interfaces.has(name),
    interfaceOf,
  });
  const assign = async (handle: string, pod: string): Promise<readonly Prefix[]> => {
    const attributes = { node: "n1", namespace: "d", pod };
    const given = await allocator.assign({ handle, attributes, families: ["ipv4"] });
    return given.map(({ address }) => parsePrefix(formatPrefix({ ...address, length: 32 }))!);
  };
  const write = (pod: string, containerId: string, addresses: readonly Prefix[]) =>
    workloadEndpoints(client, "n1").write({
      namespace: "d",
      pod,
      containerId,
      endpoint: "eth0",
      interfaceName: interfaceOf("d", pod),
      mac: "",
      addresses,
      labels: {},
    });
  const wait = async () => {
    await collection.round();
    clock.advance(leakGrace);
    return collection.round();
  };
  return { clock, store, allocator, interfaces, graph, facts, state, collection, assign, write, wait };
}

describe("the collection of a node's own leaks", () => {
  it("takes what neither the datastore nor the kernel knows", async () => {
    const { wait, assign, write, graph, allocator } = await setUp();
    const living = await assign("a", "alive");
    graph.set("d/alive", { addresses: living });
    await write("alive", "a", living);
    await assign("b", "dead");
    assert.deepEqual(
      (await wait())?.released.map(({ handle }) => handle),
      ["b"],
    );
    assert.equal((await allocator.addressesOf("a")).length, 1);
  });

  it("keeps what has an interface and no newer sandbox", async () => {
    const { wait, assign, interfaces } = await setUp();
    await assign("a", "p");
    interfaces.add(interfaceOf("d", "p"));
    assert.deepEqual((await wait())?.released, []);
  });

  it("keeps what a fresh look at the datastore finds, whatever the graph has heard", async () => {
    const { wait, assign, write } = await setUp();
    await write("p", "a", await assign("a", "p"));
    assert.deepEqual((await wait())?.released, []);
  });

  it("takes the old address of a pod whose newer sandbox owns the interface", async () => {
    const { wait, assign, write, graph, interfaces } = await setUp();
    await assign("old", "p");
    const now = await assign("new", "p");
    interfaces.add(interfaceOf("d", "p"));
    graph.set("d/p", { addresses: now });
    await write("p", "new", now);
    assert.deepEqual(
      (await wait())?.released.map(({ handle }) => handle),
      ["old"],
    );
  });

  it("does nothing while the datastore has not been seen whole, and tells when it is out of reach", async () => {
    const { state, collection, store, facts } = await setUp();
    state.isReady = false;
    assert.equal(await collection.round(), undefined);
    state.isReady = true;
    store.set({ unavailable: true });
    assert.equal(await collection.round(), undefined);
    assert.deepEqual(
      facts.map(({ fact }) => fact),
      ["ipam.collection-failed"],
    );
  });

  it("begins soon after the start, looks again after the grace, and stops when told", async () => {
    const { clock, collection, assign, store } = await setUp();
    await assign("a", "p");
    const settle = async () => {
      for (let i = 0; i < 200; i++) await Promise.resolve();
    };
    const handles = async () => (await store.list(`${ipamPrefix}handle/`)).entries.length;
    collection.start();
    clock.advance(seconds(90));
    await settle();
    assert.equal(await handles(), 1);
    clock.advance(seconds(15 * 60 * 1.5));
    await settle();
    assert.equal(await handles(), 0);
    collection.stop();
    await assign("b", "p");
    for (let i = 0; i < 3; i++) {
      clock.advance(seconds(2 * 3600));
      await settle();
    }
    assert.equal(await handles(), 1);
  });
});
