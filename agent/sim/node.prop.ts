import assert from "node:assert/strict";
import fc from "fast-check";
import { seconds } from "../../lib/unit.ts";
import { SimNode } from "./node.ts";

const apiVersion = "projectcalico.org/v3";
const resources = "/calico/resources/v3/projectcalico.org/";

type Step = {
  readonly row: string;
  readonly key?: string;
  readonly value?: object | undefined;
  readonly link?: boolean;
};

const put = (path: string, value: object | undefined): Step => ({ row: path, key: path, value });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const endpoints = fc
  .tuple(
    fc.constantFrom("a", "b", "c"),
    maybe(
      fc.record({
        node: fc.constantFrom("n1", "n1", "n2"),
        iface: fc.constantFrom("cali1", "cali2"),
        ip: fc.constantFrom("10.0.0.1", "10.0.0.2"),
        role: fc.constantFrom("web", "db"),
        mac: fc.constantFrom("aa:aa:aa:aa:aa:01", "AA:AA:AA:AA:AA:02"),
      }),
    ),
  )
  .map(([name, e]) =>
    put(
      `${resources}workloadendpoints/ns/n1-k8s-${name}-eth0`,
      e && {
        kind: "WorkloadEndpoint",
        apiVersion,
        metadata: {
          name: `n1-k8s-${name}-eth0`,
          namespace: "ns",
          labels: { role: e.role, "projectcalico.org/namespace": "ns" },
        },
        spec: {
          node: e.node,
          orchestrator: "k8s",
          pod: name,
          endpoint: "eth0",
          interfaceName: e.iface,
          ipNetworks: [`${e.ip}/32`],
          profiles: ["kns.ns"],
          mac: e.mac,
        },
      },
    ),
  );
const policies = fc
  .tuple(
    fc.constantFrom("p", "q"),
    maybe(
      fc.tuple(fc.constantFrom("Allow", "Deny", "Pass"), fc.constantFrom("web", "db"), fc.constantFrom("web", "db")),
    ),
  )
  .map(([name, p]) =>
    put(
      `${resources}networkpolicies/ns/default.${name}`,
      p && {
        kind: "NetworkPolicy",
        apiVersion,
        metadata: { name: `default.${name}`, namespace: "ns" },
        spec: {
          order: 1,
          selector: `role == '${p[1]}'`,
          types: ["Ingress"],
          ingress: [{ action: p[0], source: { selector: `role == '${p[2]}'` }, destination: {} }],
        },
      },
    ),
  );
const profile = maybe(fc.constantFrom("Allow", "Deny")).map((action) =>
  put(
    `${resources}profiles/kns.ns`,
    action && {
      kind: "Profile",
      apiVersion,
      metadata: { name: "kns.ns" },
      spec: {
        ingress: [{ action, source: {}, destination: {} }],
        egress: [{ action: "Allow", source: {}, destination: {} }],
      },
    },
  ),
);
const tier = fc
  .boolean()
  .map((there) =>
    put(
      `${resources}tiers/default`,
      there
        ? { kind: "Tier", apiVersion, metadata: { name: "default" }, spec: { order: 1e6, defaultAction: "Deny" } }
        : undefined,
    ),
  );
const blocks = fc
  .boolean()
  .map((there) => put("/calico/ipam/v2/host/n1/ipv4/block/10.0.0.0-26", there ? { state: "confirmed" } : undefined));
const links = fc.tuple(fc.constantFrom("cali1", "cali2"), fc.boolean()).map(([row, link]): Step => ({ row, link }));
const step = fc.oneof({ arbitrary: endpoints, weight: 4 }, { arbitrary: policies, weight: 2 }, profile, tier, blocks, {
  arbitrary: links,
  weight: 3,
});

function play(node: SimNode, { row, key, value, link }: Step): void {
  if (key !== undefined) node.put(key, value);
  else if (link && !node.kernel.linkNamed(row)) node.addLink(row);
  else if (!link && node.kernel.linkNamed(row)) node.removeLink(row);
}

async function outcome(history: readonly Step[], turnEvery: number): Promise<readonly string[]> {
  const node = new SimNode("n1");
  // Interfaces keep their numbers whatever the history: what is compared is what depends on us.
  const numbers = new Map(["cali1", "cali2"].map((name) => [name, node.addLink(name)]));
  for (const name of numbers.keys()) node.removeLink(name);
  for (const [i, one] of history.entries()) {
    play(node, one);
    if (i % turnEvery === 0) await node.turn();
  }
  await node.turn();
  const again = node.nftables.committed;
  await node.turn();
  assert.equal(node.nftables.committed, again, "a turn without news commits nothing");
  const byName = new Map([...node.kernel.links.values()].map(({ name, ifindex }) => [String(ifindex), name]));
  const lines = await node.holds();
  // Settings are not set back: they say nothing of an interface that no endpoint has any more.
  const current = lines.filter((line) => {
    const name = /^net\/ipv[46]\/(?:conf|neigh)\/(cali\d)\//.exec(line)?.[1];
    return name === undefined || lines.includes(`chain from-${name}`);
  });
  const named = current.map((line) =>
    line.replace(/\b(dev|neighbour) (\d+)/g, (_, word, index) => `${word} ${byName.get(index)}`),
  );
  return named.sort();
}

describe("a whole node in memory", () => {
  it("ends with the kernel that its final state asks for, whatever the history and the turns", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        async (history, turnEvery) => {
          const last = new Map<string, Step>();
          for (const one of history) {
            last.delete(one.row);
            last.set(one.row, one);
          }
          assert.deepEqual(await outcome(history, turnEvery), await outcome([...last.values()].reverse(), 1000));
        },
      ),
      { numRuns: 120 },
    );
  });

  it("has rules before routes: while the kernel refuses the rules, no packet finds the workload", async () => {
    const node = new SimNode("n1");
    await node.turn();
    node.addLink("cali1");
    node.put(`${resources}workloadendpoints/ns/n1-k8s-a-eth0`, {
      kind: "WorkloadEndpoint",
      apiVersion,
      metadata: { name: "n1-k8s-a-eth0", namespace: "ns" },
      spec: {
        node: "n1",
        orchestrator: "k8s",
        pod: "a",
        endpoint: "eth0",
        interfaceName: "cali1",
        ipNetworks: ["10.0.0.1/32"],
        profiles: [],
      },
    });
    node.nftables.failNext(12);
    const turn = node.turn();
    for (let i = 0; i < 50; i++) await null;
    assert.equal(node.outputs.at(-1)?.routes.length, 1, "the route is wanted");
    assert.equal(node.kernel.routes.size, 0);
    node.clock.advance(seconds(5));
    await turn;
    assert.equal(node.kernel.routes.size, 1);
    assert.ok((await node.holds()).includes("net/ipv4/conf/cali1/proxy_arp = 1"));
  });
});
