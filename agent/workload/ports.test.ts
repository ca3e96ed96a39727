import assert from "node:assert/strict";
import { ResourceClient } from "../../datastore/resource-client.ts";
import { SimServer } from "../../datastore/sim/server.ts";
import { SimStore } from "../../datastore/sim/store.ts";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { parseAddress } from "../../net/address-text.ts";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import type { Pool } from "../graph/planned.ts";
import { familiesWanted, workloadAddresses } from "./addresses.ts";
import { BadWorkloadRequest } from "./attach.ts";
import { workloadEndpoints } from "./endpoints.ts";
import type { WorkloadRecord } from "./ports.ts";

const pool = (name: string, cidr: string, automatic = true): Pool => ({
  name,
  prefix: parsePrefix(cidr)!,
  exported: true,
  automatic,
});

describe("the families of a workload", () => {
  const pools = [pool("p4", "10.0.0.0/16"), pool("p6", "fd00::/48"), pool("hand", "10.9.0.0/16", false)];
  it("are those of the pools that give out by themselves, or of the pools it names", () => {
    assert.deepEqual(familiesWanted(pools, undefined, true), ["ipv4", "ipv6"]);
    assert.deepEqual(familiesWanted(pools, undefined, false), ["ipv4"]);
    assert.deepEqual(familiesWanted(pools, ["fd00::/48"], true), ["ipv6"]);
    assert.deepEqual(familiesWanted(pools, ["hand"], true), ["ipv4"]);
    assert.deepEqual(familiesWanted([pools[2]!], undefined, true), []);
  });
});

describe("addresses of workloads", () => {
  const setUp = (held: readonly string[] = []) => {
    const asked: unknown[] = [];
    const allocator = {
      addressesOf: async () => held.map((text) => parseAddress(text)!),
      async assign(request: unknown) {
        asked.push(request);
        return [{ address: parseAddress("10.0.0.1")!, block: parsePrefix("10.0.0.0/26")!, borrowed: false }];
      },
      async releaseByHandle(handle: string) {
        asked.push(handle);
        return [];
      },
    };
    const ports = workloadAddresses({
      allocator,
      node: "n1",
      pools: () => [pool("p4", "10.0.0.0/16")],
      ipv6: () => true,
      timestamp: () => "now",
    });
    return { asked, ports };
  };
  const request = { handle: "h", namespace: "ns", pod: "a", pools: undefined, addresses: undefined };

  it("are asked for with Calico's notes beside them", async () => {
    const { asked, ports } = setUp();
    assert.deepEqual((await ports.assign(request)).map(formatPrefix), ["10.0.0.1/32"]);
    assert.deepEqual(asked, [
      { handle: "h", attributes: { namespace: "ns", node: "n1", pod: "a", timestamp: "now" }, families: ["ipv4"] },
    ]);
    await ports.release("h");
    assert.equal(asked[1], "h");
  });
  it("stay with a handle that has some already", async () => {
    const { asked, ports } = setUp(["10.0.0.7", "fd00::7"]);
    assert.deepEqual((await ports.assign(request)).map(formatPrefix), ["10.0.0.7/32", "fd00::7/128"]);
    assert.deepEqual(asked, []);
  });
  it("can be exact, and must then be addresses", async () => {
    const { asked, ports } = setUp();
    await ports.assign({ ...request, addresses: ["10.0.0.9"] });
    assert.deepEqual((asked[0] as { addresses: unknown }).addresses, [parseAddress("10.0.0.9")]);
    await assert.rejects(ports.assign({ ...request, addresses: ["10.0.0"] }), BadWorkloadRequest);
  });
});

describe("WorkloadEndpoints of pods", () => {
  const record: WorkloadRecord = {
    namespace: "ns",
    pod: "my-pod",
    containerId: "c1",
    endpoint: "eth0",
    interfaceName: "cali1",
    mac: "aa:bb:cc:00:00:01",
    addresses: [parsePrefix("10.0.0.1/32")!],
    labels: { app: "web" },
  };
  const setUp = () => {
    const clock = new SimClock();
    const store = new SimStore(new SimServer(clock), clock);
    const client = new ResourceClient(store, clock, seededRandom(2));
    return { store, endpoints: workloadEndpoints(client, "n1") };
  };

  it("are written, found and removed under Calico's names", async () => {
    const { endpoints } = setUp();
    assert.equal(await endpoints.find("ns", "my-pod", "eth0"), undefined);
    assert.equal(await endpoints.write(record), "ns/n1-k8s-my--pod-eth0");
    const found = await endpoints.find("ns", "my-pod", "eth0");
    assert.deepEqual({ ...found, labels: undefined }, { ...record, labels: undefined });
    assert.deepEqual(found?.labels, {
      app: "web",
      "projectcalico.org/namespace": "ns",
      "projectcalico.org/orchestrator": "k8s",
    });
    await endpoints.remove(record);
    await endpoints.remove(record);
    assert.equal(await endpoints.find("ns", "my-pod", "eth0"), undefined);
  });
  it("of a newer container stay when the older one goes", async () => {
    const { endpoints } = setUp();
    await endpoints.write({ ...record, containerId: "c2" });
    await endpoints.remove(record);
    assert.equal((await endpoints.find("ns", "my-pod", "eth0"))?.containerId, "c2");
  });
  it("need names that Calico can spell", async () => {
    await assert.rejects(setUp().endpoints.write({ ...record, endpoint: "-eth0" }), BadWorkloadRequest);
  });
});
