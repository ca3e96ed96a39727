import assert from "node:assert/strict";
import { affinityPath, blockPath, handlePath } from "../../datastore/ipam-key.ts";
import { writeJson } from "../../datastore/json.ts";
import { apiVersion, kinds } from "../../datastore/model/resource.ts";
import { resourcesPrefix } from "../../datastore/resource-key.ts";
import { assignAt, newBlock } from "../../ipam/block.ts";
import { seconds } from "../../lib/unit.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { answering } from "../sim/node-agent.ts";
import { SimShell } from "../sim/shell.ts";

interface Held {
  readonly node?: string;
  readonly handle: string;
  readonly timestamp?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

const old = "2026-11-21 00:10:11.465929923 +0000 UTC";
const cidr = parsePrefix("10.65.0.0/26")!;

/** A store with a pool, these nodes, endpoints with these addresses, and a block that has given out these. */
async function shellWith(
  nodes: readonly string[],
  used: Readonly<Record<string, string>>,
  held: readonly Held[],
): Promise<SimShell> {
  const shell = new SimShell();
  const put = (key: string, value: unknown) => shell.store().commit([], [{ key, value: writeJson(value) }], []);
  const object = (kind: keyof typeof kinds, name: string, spec: object) => {
    const metadata = { name, ...(kinds[kind].namespaced && { namespace: "default" }) };
    const path = kinds[kind].namespaced ? `default/${name}` : name;
    return put(`${resourcesPrefix}${kinds[kind].plural}/${path}`, { kind, apiVersion, metadata, spec });
  };
  await object("ClusterInformation", "default", { clusterGUID: "g", clusterType: "manx", datastoreReady: true });
  await object("IPPool", "p", { cidr: "10.65.0.0/24", blockSize: 26 });
  for (const node of nodes) await object("Node", node, {});
  for (const [address, node] of Object.entries(used)) {
    const spec = { node, orchestrator: "cni", endpoint: "eth0", interfaceName: "cali1", ipNetworks: [`${address}/32`] };
    await object("WorkloadEndpoint", `${node}-cni-w-eth0-${address.replaceAll(".", "-")}`, spec);
  }
  let block = newBlock(cidr, "host:n1", 100n);
  const counts = new Map<string, number>();
  for (const [i, { node, handle, timestamp = old, attributes = {} }] of held.entries()) {
    block = assignAt(block, i, {
      handle,
      attributes: { ...(node !== undefined && { node }), timestamp, ...attributes },
    });
    counts.set(handle, (counts.get(handle) ?? 0) + 1);
  }
  await put(blockPath(cidr), block);
  await put(affinityPath("host", "n1", cidr), { state: "confirmed", deleted: false });
  for (const [id, count] of counts) await put(handlePath(id), { block: { "10.65.0.0/26": count }, deleted: false });
  return shell;
}

/** Runs a command while time passes. */
async function inTime(shell: SimShell, line: string): Promise<{ readonly output: string; readonly errors: string }> {
  let done = false;
  const run = shell.run(line).finally(() => {
    done = true;
  });
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    shell.clock.advance(seconds(1));
  }
  return run;
}

describe("ipam check", () => {
  it("counts exactly what does not fit, and says of each what it is", async () => {
    const shell = await shellWith(["n1"], { "10.65.0.0": "n1", "10.65.0.9": "n1", "10.99.0.1": "n1" }, [
      { node: "n1", handle: "sound" },
      { node: "n1", handle: "leak" },
      { node: "n1", handle: "lb-1", attributes: { type: "loadBalancer-service", service: "a/b" } },
    ]);
    const put = (key: string, value: unknown) => shell.store().commit([], [{ key, value: writeJson(value) }], []);
    await put(handlePath("stray"), { block: {}, deleted: false });
    await put(affinityPath("host", "gone", parsePrefix("10.65.0.64/26")!), { state: "confirmed", deleted: false });
    await shell.store().commit([], [], [handlePath("sound")]);
    const { output, errors } = await shell.run("ipam check");
    for (const line of [
      "10.65.0.1 leaked; attrs Main:leak Extra:node=n1,timestamp=",
      "(1 more belong to services or Windows",
      "10.99.0.1 in use by Workload(default/n1-cni-w-eth0-10-99-0-1); not in any active IP pool",
      "10.65.0.9 in use by Workload(default/n1-cni-w-eth0-10-65-0-9); not allocated in IPAM",
      "Found 1 handles with no matching IPs (and 2 handles with matches).",
      "Found 1 handles mentioned in blocks with no matching handle resource.",
      "affinity-without-block: host:gone on 10.65.0.64/26",
      "affinity-of-no-node: host:gone on 10.65.0.64/26",
    ]) {
      assert.ok(output.includes(line), `${line}\n${output}`);
    }
    assert.equal(errors, "Check complete; found 7 problems.\n");
  });

  it("of a sound store finds nothing", async () => {
    const shell = await shellWith(["n1"], { "10.65.0.0": "n1" }, [{ node: "n1", handle: "a" }]);
    const { code, output } = await shell.run("ipam check");
    assert.equal(code, 0);
    assert.match(output, /Check complete; found 0 problems\.\n$/);
  });
});

describe("ipam check --fix", () => {
  it("takes back what a node that is gone held, and its claims", async () => {
    const shell = await shellWith(["n2"], {}, [{ node: "n1", handle: "a" }]);
    const { output } = await inTime(shell, "ipam check --fix");
    assert.match(output, /released 10\.65\.0\.0 of handle a: no endpoint or node has it, and there is no node n1/);
    assert.match(output, /took the blocks from host n1 \(10\.65\.0\.0\/26\)/);
    assert.match(output, /found 2 problems before and 0 now/);
    assert.equal((await shell.store().list("/calico/ipam/v2/")).entries.length, 0);
  });

  it("asks a living node, and leaves alone what it routes, what is young, and what nobody can speak for", async () => {
    const shell = await shellWith(["n1", "n2"], { "10.65.0.5": "n1" }, [
      { node: "n1", handle: "dead" },
      { node: "n1", handle: "routed" },
      { node: "n1", handle: "young", timestamp: "2026-11-21 01:00:11.4 +0000 UTC" },
      { handle: "nobodys" },
      { node: "n2", handle: "silent" },
      { node: "n1", handle: "half" },
      { node: "n1", handle: "half" },
    ]);
    const stop = answering(shell, "n1", [{ type: "FIB", destination: "10.65.0.1/32" }]);
    const { output, errors } = await inTime(shell, "ipam check --fix");
    stop();
    for (const line of [
      "released 10.65.0.0 of handle dead: no endpoint or node has it, and node n1 has no route to it",
      "left alone: 10.65.0.1: node n1 routes it",
      "left alone: 10.65.0.2: it was given out less than 15 minutes ago",
      "left alone: 10.65.0.3: nobody noted for which node it is",
      "left alone: 10.65.0.4: node n2 does not answer",
      "left alone: 10.65.0.6: handle half has other addresses that are in use",
      "found 6 problems before and 5 now",
    ]) {
      assert.ok(output.includes(line), `${line}\n${output}`);
    }
    assert.equal(errors, "Check complete; found 5 problems.\n");
    assert.equal((await shell.run("get nodestatus -o name")).output, "", "what it asked with is gone");
  });

  it("deletes handles without addresses after a second look, unless they were written meanwhile", async () => {
    const shell = await shellWith(["n1"], {}, []);
    const put = (id: string) =>
      shell
        .store()
        .commit([], [{ key: handlePath(id), value: writeJson({ block: { "10.65.0.0/26": 1 }, deleted: false }) }], []);
    await put("stray");
    await put("busy");
    const busy = shell.clock.after(seconds(50), () => void put("busy"));
    const { output } = await inTime(shell, "ipam check --fix");
    busy();
    assert.match(output, /deleted handle stray: no block knew an address of it, 95 s apart/);
    assert.match(output, /left alone: handle busy: it was written meanwhile/);
    assert.match(output, /found 2 problems before and 1 now/);
  });

  it("deletes a confirmed claim whose block is not there", async () => {
    const shell = await shellWith(["n1"], {}, []);
    const claim = affinityPath("host", "n1", parsePrefix("10.65.0.64/26")!);
    await shell.store().commit([], [{ key: claim, value: writeJson({ state: "confirmed", deleted: false }) }], []);
    const { output } = await inTime(shell, "ipam check --fix");
    assert.match(output, /deleted the claim of host:n1 on 10\.65\.0\.64\/26/);
    assert.match(output, /found 1 problems before and 0 now/);
  });
});

describe("ipam release --from-report", () => {
  it("frees what all reports call leaked and is the same allocation still", async () => {
    const shell = await shellWith(["n1"], { "10.65.0.0": "n1" }, [
      { node: "n1", handle: "used" },
      { node: "n1", handle: "leak" },
      { node: "n1", handle: "later" },
    ]);
    await shell.run("datastore migrate lock");
    await shell.run("ipam check -o r1.json");
    await shell.run("ipam release --ip 10.65.0.2");
    await shell.run("ipam check -o r2.json");
    const { output, errors } = await shell.run("ipam release --from-report r1.json --from-report r2.json");
    assert.equal(errors, "");
    assert.equal(output, "  10.65.0.1\nReleased 1 IPs successfully; deleted 0 handles without IPs\n");
    assert.equal(
      (await shell.run("ipam release --from-report r1.json")).errors,
      "10.65.0.1 is not assigned any more\n10.65.0.2 is not assigned any more\n",
    );
  });

  it("wants the lock that the report was made under, and the same cluster", async () => {
    const shell = await shellWith(["n1"], {}, [{ node: "n1", handle: "leak" }]);
    await shell.run("ipam check -o r.json");
    assert.match((await shell.run("ipam release --from-report r.json")).errors, /must be locked/);
    await shell.run("datastore migrate lock");
    assert.match((await shell.run("ipam release --from-report r.json")).errors, /must be locked/);
    await shell.run("ipam check -o r.json");
    await shell.run("datastore migrate unlock");
    await shell.run("datastore migrate lock");
    assert.match((await shell.run("ipam release --from-report r.json")).errors, /was unlocked since a report was made/);
    shell.contents.set("other.json", shell.contents.get("r.json")!.replace('"clusterGUID": "g"', '"clusterGUID": "h"'));
    assert.match((await shell.run("ipam release --from-report other.json --force")).errors, /of cluster h; this is g/);
    assert.match((await shell.run("ipam release --from-report r.json --force")).output, /Released 1 IPs/);
  });
});
