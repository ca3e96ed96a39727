import assert from "node:assert/strict";
import { parsePrefix } from "../../net/prefix.ts";
import type { WorkloadRequest } from "../api/socket.ts";
import { attach, BadWorkloadRequest, detach, handleOf, type WorkloadPorts, WorkloadTimeout } from "./attach.ts";
import type { WorkloadRecord } from "./ports.ts";

const add: WorkloadRequest = {
  do: "workload.add",
  name: "web",
  namespace: "prod",
  netns: "/run/netns/web",
  labels: { app: "web" },
};
const del: WorkloadRequest = { do: "workload.del", name: "web", namespace: "prod" };

/** A node in memory; `fail` names the port that refuses. */
function node(fail = "") {
  const handles = new Map<string, string>();
  const links = new Set<string>();
  const records = new Map<string, WorkloadRecord>();
  const log: string[] = [];
  let next = 1;
  let drawn = 1;
  const step = (name: string): void => {
    log.push(name);
    if (name === fail) throw new Error(`${name} refused`);
  };
  const ports: WorkloadPorts = {
    addresses: {
      async assign({ handle }) {
        step("assign");
        handles.set(handle, `10.0.0.${next++}/32`);
        return [parsePrefix(handles.get(handle)!)!];
      },
      async release(handle) {
        step("release");
        handles.delete(handle);
      },
    },
    links: {
      async create({ interfaceName, mac = `aa:bb:cc:00:00:0${drawn++}` }) {
        step("create");
        links.add(interfaceName);
        return { mac, gateways: ["169.254.1.1"] };
      },
      async remove(interfaceName) {
        step("unlink");
        links.delete(interfaceName);
      },
    },
    endpoints: {
      find: async (namespace, pod, endpoint) => records.get(`${namespace}/${pod}/${endpoint}`),
      async write(record) {
        step("write");
        records.set(`${record.namespace}/${record.pod}/${record.endpoint}`, record);
        return `${record.namespace}/n1-k8s-${record.pod}-${record.endpoint}`;
      },
      async remove(record) {
        step("erase");
        records.delete(`${record.namespace}/${record.pod}/${record.endpoint}`);
      },
    },
    async programmed(endpoint) {
      step("wait");
      if (fail === "timeout") throw new WorkloadTimeout("agent/workload-timeout", "not in time", { endpoint });
    },
    shortHash: (text) => `h${text.length}`,
  };
  return { ports, handles, links, records, log };
}

describe("attaching a workload", () => {
  it("takes an address, makes the interface, writes the endpoint, waits for the kernel, answers", async () => {
    const n = node();
    assert.deepEqual(await attach(add, n.ports), {
      ok: true,
      endpoint: "prod/n1-k8s-web-eth0",
      interfaceName: "calih8",
      mac: "aa:bb:cc:00:00:01",
      addresses: ["10.0.0.1/32"],
      gateways: ["169.254.1.1"],
    });
    assert.deepEqual(n.log, ["assign", "create", "write", "wait"]);
    assert.deepEqual([...n.handles.keys()], [handleOf("prod-web")]);
  });

  it("asked again for the same sandbox keeps the address and the MAC", async () => {
    const n = node();
    const first = await attach(add, n.ports);
    assert.deepEqual(await attach(add, n.ports), first);
    assert.equal(n.handles.size, 1);
  });

  for (const fail of ["create", "write", "wait", "timeout"]) {
    it(`leaves nothing behind when it fails at ${fail}`, async () => {
      const n = node(fail);
      await assert.rejects(attach(add, n.ports), fail === "timeout" ? WorkloadTimeout : /refused/);
      assert.deepEqual([n.handles.size, n.links.size, n.records.size], [0, 0, 0]);
    });
  }

  it("needs a namespace to attach to", async () => {
    const { netns: _, ...without } = add;
    await assert.rejects(attach(without, node().ports), BadWorkloadRequest);
  });
});

describe("detaching a workload", () => {
  it("takes everything away, and can be repeated", async () => {
    const n = node();
    await attach(add, n.ports);
    for (let i = 0; i < 2; i++) assert.deepEqual(await detach(del, n.ports), { ok: true });
    assert.deepEqual([n.handles.size, n.links.size, n.records.size], [0, 0, 0]);
  });

  it("of an old sandbox frees its addresses and leaves the new one alone", async () => {
    const n = node();
    await attach({ ...add, containerId: "old" }, n.ports);
    await attach({ ...add, containerId: "new" }, n.ports);
    await detach({ ...del, containerId: "old" }, n.ports);
    assert.deepEqual([...n.handles.keys()], [handleOf("new")]);
    assert.deepEqual([n.links.size, n.records.size], [1, 1]);
  });
});
