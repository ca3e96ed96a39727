import assert from "node:assert/strict";
import type { AgentStatus } from "../agent/api/status.ts";
import { ipamPrefix } from "../datastore/ipam-key.ts";
import { simNode } from "../ipam/sim/node.ts";
import { SimShell } from "./sim/shell.ts";

const pool = (name: string, cidr: string): string =>
  `apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: ${name}}\nspec: {cidr: ${cidr}}\n`;

function shellWith(contents: Record<string, string>): SimShell {
  const shell = new SimShell();
  for (const [path, text] of Object.entries(contents)) shell.contents.set(path, text);
  return shell;
}

describe("manxctl's input", () => {
  it("is a file, a folder, or standard input; YAML or JSON", async () => {
    const json = JSON.stringify({
      apiVersion: "projectcalico.org/v3",
      kind: "Tier",
      metadata: { name: "t" },
      spec: { order: 5 },
    });
    const shell = shellWith({
      "-": pool("a", "10.1.0.0/16"),
      "all/1.yaml": pool("b", "10.2.0.0/16"),
      "all/2.json": json,
      "all/deep/3.yaml": pool("c", "10.3.0.0/16"),
    });
    assert.equal((await shell.run("apply -f -")).output, "Successfully applied 1 'IPPool' resource(s)\n");
    assert.equal((await shell.run("apply -f all")).output, "Successfully applied 2 resource(s)\n");
    assert.equal((await shell.run("apply -f all -R")).output, "Successfully applied 3 resource(s)\n");
    assert.equal((await shell.run("get pool -o name")).output, "ippools/a\nippools/b\nippools/c\n");
  });

  it("with malformed YAML is refused with line and column, every file of it", async () => {
    const shell = shellWith({
      "m/1.yaml": "kind: [\n",
      "m/2.yaml": "a: 1\n  b: 2\n",
      "m/3.yaml": pool("c", "10.3.0.0/16"),
    });
    const before = shell.server.history.revision;
    const { code, errors } = await shell.run("apply -f m");
    assert.equal(code, 1);
    assert.match(
      errors,
      /2 mistakes in the input, nothing was changed:\n {2}m\/1\.yaml, line 2, column 1: malformed YAML: /,
    );
    assert.match(errors, /m\/2\.yaml, line 2, column \d+: malformed YAML/);
    assert.equal(shell.server.history.revision, before, "nothing was written");
  });

  it("with a duplicate key, a bare word, a number or nothing is no crash", async () => {
    for (const text of ["a: 1\na: 2\n", "hello", "42", "[1, [2, null]]", "kind: 7", "- {}", "kind: List\nitems: 3"]) {
      const shell = shellWith({ "f.yaml": text });
      const { code, errors } = await shell.run("apply -f f.yaml");
      assert.equal(code, 1, text);
      assert.match(errors, /nothing was changed:\n {2}f\.yaml/, text);
    }
    const shell = shellWith({ "f.yaml": "---\n---\n" });
    assert.equal((await shell.run("apply -f f.yaml")).code, 1);
    assert.deepEqual(await shell.run("apply -f f.yaml --skip-empty"), { code: 0, output: "", errors: "" });
  });

  it("is checked whole before anything is written, also against what is stored", async () => {
    const shell = shellWith({
      "a.yaml": pool("a", "10.1.0.0/16"),
      "b.yaml": `${pool("b", "10.2.0.0/16")}---\n${pool("c", "10.1.128.0/17")}`,
      "moved.yaml": pool("a", "10.9.0.0/16"),
    });
    await shell.run("apply -f a.yaml");
    const before = shell.server.history.revision;
    const overlap = await shell.run("create -f b.yaml");
    assert.equal(overlap.code, 1);
    assert.match(
      overlap.errors,
      /document 2: IPPool\(c\): spec\.cidr = '10\.1\.128\.0\/17': overlaps IPPool\(a\), 10\.1\.0\.0\/16/,
    );
    const moved = await shell.run("apply -f moved.yaml");
    assert.match(
      moved.errors,
      /IPPool\(a\): spec\.cidr = '10\.9\.0\.0\/16': may not change; 10\.1\.0\.0\/16 would be right/,
    );
    assert.equal(shell.server.history.revision, before);
  });

  it("partly there is said to be partly done", async () => {
    const shell = shellWith({
      "a.yaml": pool("a", "10.1.0.0/16"),
      "ab.yaml": `${pool("a", "10.1.0.0/16")}---\n${pool("b", "10.2.0.0/16")}`,
    });
    await shell.run("create -f a.yaml");
    const { code, errors } = await shell.run("create -f ab.yaml");
    assert.equal(code, 1);
    const first = "Partial success: created the first 1 out of 2 'IPPool' resources:";
    assert.equal(errors, `${first}\nresource already exists: IPPool(a)\n`);
  });
});

describe("manxctl's datastore", () => {
  const config = (spec: string): string =>
    `apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata:\nspec:\n${spec}`;

  it("comes from the file given, else the default file, else the environment", async () => {
    const shell = new SimShell();
    await shell.run("get node");
    assert.deepEqual(shell.opened, shell.environment);
    const etcd = config(
      "  datastoreType: etcdv3\n  etcdEndpoints: https://e1:2379,https://e2:2379\n  etcdCACertFile: /ca\n",
    );
    shell.contents.set("/etc/calico/calicoctl.cfg", etcd);
    await shell.run("get node");
    const expected = {
      DATASTORE_TYPE: "etcdv3",
      ETCD_ENDPOINTS: "https://e1:2379,https://e2:2379",
      ETCD_CA_CERT_FILE: "/ca",
    };
    assert.deepEqual(shell.opened, expected);
    shell.contents.set("my.cfg", config("  embeddedStore: /tmp/x.db\n"));
    await shell.run("get node -c my.cfg");
    assert.deepEqual(shell.opened, { EMBEDDED_STORE: "/tmp/x.db" });
  });

  it("is not guessed at from a file with mistakes", async () => {
    const rows = [
      ["a: [", /syntax error in bad\.cfg, line 1, column 5/],
      ["kind: X", /unknown APIVersion ''/],
      ["apiVersion: projectcalico.org/v3\nkind: X", /expected kind 'CalicoAPIConfig', got 'X'/],
      [config("  etcdEndpoint: x\n"), /no field spec\.etcdEndpoint; spec\.etcdEndpoints would be right/],
      [config("  etcdKey: PEM\n"), /spec\.etcdKey is not read; spec\.etcdKeyFile would be right/],
    ] as const;
    for (const [text, expected] of rows) {
      const { code, errors } = await shellWith({ "bad.cfg": text }).run("get node -c bad.cfg");
      assert.equal(code, 1);
      assert.match(errors, expected);
    }
  });
});

describe("manxctl and the agent", () => {
  const status: AgentStatus = {
    ok: true,
    node: "n1",
    version: "v1",
    asn: 64512,
    routerId: "10.0.0.1",
    startedAt: "2026-11-20T00:00:00Z",
    ready: false,
    conditions: [
      { name: "datastore", holds: true, why: "" },
      { name: "bgp", holds: false, why: "1 of 2 sessions is up" },
    ],
    peers: [
      {
        address: "10.0.0.3",
        asn: 1,
        type: "node-to-node mesh",
        family: "ipv4",
        state: "Active",
        since: "2026-11-20T10:11:12Z",
        received: 0,
        advertised: 0,
        why: "Socket: Connection refused",
      },
      {
        address: "10.0.0.2",
        asn: 1,
        type: "global",
        family: "ipv4",
        state: "Established",
        since: "2026-11-21T01:02:01Z",
        received: 3,
        advertised: 2,
        why: "",
      },
    ],
    workloads: [],
    routes: { local: 0, bgp: 0, conflicts: 0 },
    blocks: [],
    policies: 0,
    sets: 0,
  };

  it("says loudly which policies cannot be read, and which workloads are in error", async () => {
    const shell = new SimShell();
    const workloads = [
      { name: "web", namespace: "shop", interfaceName: "cali1", addresses: ["10.0.0.1/32"], state: "up" },
      {
        name: "db",
        namespace: "shop",
        interfaceName: "cali2",
        addresses: ["10.0.0.2/32"],
        state: "error",
        why: "the kernel refused its rules",
      },
    ];
    const policyFaults = { count: 3, first: ["GlobalNetworkPolicy web: spec.selector: …", "NetworkPolicy a/b: …"] };
    shell.answer = () => ({ ...status, workloads, policyFaults });
    const { output } = await shell.run("node status");
    assert.ok(
      output.includes(`Policy that cannot be read, and denies or does nothing: 3
  GlobalNetworkPolicy web: spec.selector: …
  NetworkPolicy a/b: …
  and 1 more, see the agent's log
Workloads in error: 1
  shop/db on cali2: the kernel refused its rules
`),
      output,
    );
  });

  it("prints its sessions as calicoctl does", async () => {
    const shell = new SimShell();
    shell.answer = () => status;
    const expected = `Calico process is running.
Not ready: bgp: 1 of 2 sessions is up

IPv4 BGP status
+--------------+-------------------+-------+------------+-----------------------------------+
| PEER ADDRESS |     PEER TYPE     | STATE |   SINCE    |               INFO                |
+--------------+-------------------+-------+------------+-----------------------------------+
| 10.0.0.2     | global            | up    | 01:02:01   | Established                       |
| 10.0.0.3     | node-to-node mesh | start | 2026-11-20 | Active Socket: Connection refused |
+--------------+-------------------+-------+------------+-----------------------------------+

IPv6 BGP status
No IPv6 peers found.

`;
    assert.equal((await shell.run("node status")).output, expected);
    assert.deepEqual(JSON.parse((await shell.run("node status -o json")).output), status);
    assert.deepEqual(shell.asked[0], { socket: "/run/lab/n1/agent.sock", request: { do: "status" } });
  });

  it("attaches and detaches workloads", async () => {
    const shell = new SimShell();
    const attached = {
      ok: true,
      endpoint: "e",
      interfaceName: "cali1",
      mac: "ee:ee:ee:ee:ee:ee",
      addresses: ["10.65.0.3/32"],
      gateways: [],
    };
    shell.answer = () => attached;
    const line =
      "workload add web --namespace shop --netns /run/netns/p --pool pods --label app=web --label tier=x --ip 10.65.0.3";
    assert.equal((await shell.run(line)).output, "Attached shop/web on cali1 with 10.65.0.3/32\n");
    assert.deepEqual(shell.asked[0]!.request, {
      do: "workload.add",
      name: "web",
      namespace: "shop",
      netns: "/run/netns/p",
      labels: { app: "web", tier: "x" },
      pools: ["pods"],
      addresses: ["10.65.0.3"],
    });
    assert.deepEqual(JSON.parse((await shell.run("workload add web --netns /n -o json")).output), attached);
    assert.equal((await shell.run("workload del web -n shop")).output, "Detached shop/web\n");
    assert.deepEqual(shell.asked.at(-1)!.request, { do: "workload.del", name: "web", namespace: "shop" });
  });

  it("passes on what the agent refuses, and asks nothing with bad flags", async () => {
    const shell = new SimShell();
    shell.answer = () => ({ ok: false, code: "ipam/pool-full", message: "no free ipv4 address" });
    assert.deepEqual(await shell.run("workload add web --netns /n"), {
      code: 1,
      output: "",
      errors: "no free ipv4 address (ipam/pool-full)\n",
    });
    shell.asked.length = 0;
    for (const bad of ["--label nonsense", "--ip 10.0.0", "--what"]) {
      assert.equal((await shell.run(`workload add web --netns /n ${bad}`)).code, 1);
    }
    assert.deepEqual(shell.asked, []);
    for (const answer of [null, 5, {}, []]) {
      shell.answer = () => answer;
      assert.equal((await shell.run("node status")).code, 1);
    }
  });
});

describe("manxctl deletes what hangs on an object", () => {
  it("a node's endpoints, addresses, blocks, peers and settings", async () => {
    const shell = shellWith({
      "c.yaml": `${pool("p", "10.65.0.0/24")}---
{apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: n1}, spec: {}}
---
{apiVersion: projectcalico.org/v3, kind: BGPPeer, metadata: {name: mine}, spec: {node: n1, peerIP: 10.0.0.9, asNumber: 1}}
---
{apiVersion: projectcalico.org/v3, kind: BGPPeer, metadata: {name: other}, spec: {node: n2, peerIP: 10.0.0.9, asNumber: 1}}
---
{apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {name: node.n1}, spec: {}}
---
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: {name: n1-k8s-web-eth0, namespace: default}
spec: {node: n1, orchestrator: k8s, pod: web, endpoint: eth0, interfaceName: cali1, ipNetworks: [10.65.0.0/32]}
`,
    });
    const applied = await shell.run("apply -f c.yaml");
    assert.equal(applied.errors, "");
    const ipam = simNode("n1", shell.store());
    const [given] = await ipam.assign({ handle: "net.web", attributes: { node: "n1" }, families: ["ipv4"] });
    const text = `10.65.0.${given!.address.a & 255}`;
    await shell.run(`patch wep n1-k8s-web-eth0 -p {"spec":{"ipNetworks":["${text}/32"]}}`);
    assert.equal((await shell.run("delete node n1")).output, "Successfully deleted 1 'Node' resource(s)\n");
    assert.deepEqual((await shell.store().list(ipamPrefix)).entries, []);
    assert.equal((await shell.run("get bgppeer -o name")).output, "bgppeers/other\n");
    assert.equal((await shell.run("get felixconfig -o name")).output, "");
    assert.equal((await shell.run("get wep -A -o name")).output, "");
  });
});

describe("manxctl's help", () => {
  it("is no failure", async () => {
    const { code, output } = await new SimShell().run("ipam show --help");
    assert.equal(code, 0);
    assert.match(output, /--show-borrowed/);
  });

  it("is offered when words are wrong", async () => {
    assert.match((await new SimShell().run("ipam shwo")).errors, /unknown command 'shwo'\n\(Did you mean show\?\)/);
    assert.match((await new SimShell().run("get node --al-namespaces")).errors, /Did you mean --all-namespaces/);
  });
});
