import assert from "node:assert/strict";
import { PolicyGraph, type PolicyInput } from "./graph/policy-graph.ts";
import type { PolicyOutput } from "./output.ts";
import { told } from "./sim/told-world.ts";

const ITEMS = 100_000;
const NETS = 1_000_000;
const figures: string[] = [];

/** Runs a turn and notes how long it took, and what the heap holds afterwards. */
function turn(name: string, graph: PolicyGraph, ...inputs: readonly PolicyInput[]): PolicyOutput {
  const start = performance.now();
  for (const input of inputs) graph.on(input);
  const output = graph.flush();
  const [millis, heap] = [performance.now() - start, process.memoryUsage().heapUsed / 1e6];
  figures.push(`${name.padEnd(60)} ${millis.toFixed(0).padStart(7)} ms ${heap.toFixed(0).padStart(6)} MB`);
  return output;
}

function terms(count: number, term: (i: number) => string, joint: string): string {
  return Array.from({ length: count }, (_, i) => term(i)).join(joint);
}

function policy(name: string, selector: string, ingress: readonly object[] = []): PolicyInput {
  return told("GlobalNetworkPolicy", name, { selector, types: ["Ingress"], ingress });
}

function crowd(): PolicyGraph {
  const graph = new PolicyGraph("n1");
  graph.on(told("Tier", "default", { order: 1 }));
  for (let n = 0; n < 10_000; n++) {
    const labelsToApply = { "pcns.projectcalico.org/name": `ns${n}`, "pcns.team": `t${n % 50}` };
    graph.on(told("Profile", `kns.ns${n}`, { labelsToApply }));
  }
  for (let i = 0; i < ITEMS; i++) {
    const address = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32`;
    const local = i < 200 ? { node: "n1", interfaceName: `cali${i}` } : { node: "n2" };
    const spec = { ...local, ipNetworks: [address], profiles: [`kns.ns${i % 10_000}`] };
    const labels = { app: `a${i % 1000}`, pod: `p${i}`, tier: `t${i % 7}` };
    graph.on(told("WorkloadEndpoint", `ns${i % 10_000}/w${i}`, spec, labels));
  }
  graph.on(policy("quiet", "app == 'a1'", [{ action: "Allow", source: { selector: "app == 'a2'" } }]));
  graph.flush();
  return graph;
}

describe("hostile input, in the large", () => {
  after(() => console.log(figures.join("\n")));

  it("lets selectors of as many terms as there is room for meet 100,000 endpoints", function () {
    this.timeout(120_000);
    const graph = crowd();
    const texts = {
      "1,000 terms, a label each": terms(1000, (i) => `l${i} == 'x'`, " || "),
      "1,000 terms that hold, a label each": terms(1000, (i) => `l${i} != 'x'`, " && "),
      "7,000 terms, a label each": terms(7000, (i) => `${i.toString(36)}==''`, "||"),
      "4,000 values of a label that all have": terms(4000, (i) => `pod != 'p${i}'`, " && ")
        .slice(0, 65_000)
        .replace(/ &&[^&]*$/, ""),
      "2,500 pairs of terms": terms(2500, (i) => `(app=='a${i}'&&l${i}=='')`, "||")
        .slice(0, 65_000)
        .replace(/\|\|\([^(]*$/, ""),
      "2,500 looks into a label that all have": terms(2500, (i) => `pod contains '${i}x'`, "||")
        .slice(0, 65_000)
        .replace(/\|\|[^|]*$/, ""),
    };
    for (const [name, text] of Object.entries(texts)) {
      const output = turn(
        `${name}, in a rule of a policy for all`,
        graph,
        policy("hostile", "all()", [{ action: "Deny", source: { selector: text } }]),
      );
      assert.equal(output.sets.filter(({ kind }) => kind === "set").length, 1, name);
      turn(`${name}, to place a policy`, graph, policy("hostile", text));
    }
    const one = turn(
      "one endpoint more beside them",
      graph,
      told("WorkloadEndpoint", "ns1/new", { node: "n2", ipNetworks: ["10.200.0.1/32"] }, { app: "a2" }),
    );
    assert.deepEqual([...one.members.values()], [{ added: ["10.200.0.1"], removed: [] }]);
  });

  it("lets 10,000 namespaces be named one by one", function () {
    this.timeout(60_000);
    const graph = crowd();
    const names = `projectcalico.org/name in {${terms(7000, (i) => `'ns${i}'`, ",")}}`;
    const rule = { action: "Deny", source: { namespaceSelector: names } };
    const { members } = turn("7,000 namespaces by name", graph, policy("hostile", "app == 'a3'", [rule]));
    assert.equal([...members.values()][0]!.added.length, 70_000);
  });

  it("takes a million nets into one set, whatever happens to them", function () {
    this.timeout(240_000);
    const graph = new PolicyGraph("n1");
    const feed = (nets: readonly string[], labels = {}) =>
      told("GlobalNetworkSet", "feed", { nets }, { feed: "bad", ...labels });
    const list = (last: string) =>
      Array.from({ length: NETS }, (_, i) => `${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.${last}`);
    const local = { node: "n1", interfaceName: "cali1", ipNetworks: ["10.0.0.1/32"] };
    const rule = { action: "Deny", source: { selector: "feed == 'bad'" } };
    turn(
      "nothing",
      graph,
      told("Tier", "default", { order: 1 }),
      told("WorkloadEndpoint", "shop/web", local),
      policy("p", "all()", [rule]),
    );
    const changed = (output: PolicyOutput) =>
      [...output.members.values()].map(({ added, removed }) => [added.length, removed.length]);
    const nets = list("0/26");
    assert.deepEqual(changed(turn("1,000,000 nets", graph, feed(nets))), [[NETS, 0]]);
    assert.deepEqual(changed(turn("the same with another label", graph, feed(nets, { x: "y" }))), []);
    assert.deepEqual(changed(turn("one of them another", graph, feed([...nets.slice(1), "250.0.0.0/8"]))), [[1, 1]]);
    assert.deepEqual(changed(turn("1,000,000 others", graph, feed(list("64/26")))), [[NETS, NETS]]);
    const wide = turn(
      "0.0.0.0/1 over them",
      graph,
      told("GlobalNetworkSet", "wide", { nets: ["0.0.0.0/1"] }, { feed: "bad" }),
    );
    assert.deepEqual(changed(wide), [[1, NETS]]);
    const back = turn("and away", graph, { kind: "GlobalNetworkSet", change: { kind: "delete", key: "wide" } });
    assert.deepEqual(changed(back), [[NETS, 1]]);
    assert.ok(process.memoryUsage().heapUsed < 2e9, "a set of a million nets takes less than 2 GB with its history");
  });

  it("takes a policy of 16,000 rules with eight sets each", function () {
    this.timeout(60_000);
    const graph = crowd();
    const side = (i: number) => ({ selector: `app == 'a${i}'`, ports: ["http", 80], notPorts: ["admin"] });
    const rules = Array.from({ length: 16_000 }, (_, i) => ({
      action: "Deny",
      protocol: "TCP",
      source: side(i % 900),
      destination: side((i * 7) % 900),
    }));
    const output = turn("16,000 rules", graph, policy("hostile", "app == 'a5'", rules));
    assert.equal(output.chains.length, 1);
    turn("16,000 rules gone", graph, { kind: "GlobalNetworkPolicy", change: { kind: "delete", key: "hostile" } });
  });
});
