import assert from "node:assert/strict";
import { SimNflog } from "../../kernel/nflog/sim/nflog.ts";
import { udpToItself } from "../../kernel/nflog/sim/sample-packet.ts";
import { set } from "../../lib/change.ts";
import { ManxError } from "../../lib/error.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { PolicyGraph } from "../../policy/graph/policy-graph.ts";
import type { PolicyDropsAnswer } from "../api/explain.ts";
import { dropTag } from "../dataplane/drop-tag.ts";
import { defaultOptions } from "../dataplane/options.ts";
import { answerExplain, type ExplainSources } from "./answer.ts";
import { DropRing, ringSize } from "./drop-ring.ts";
import { DropWatch } from "./drop-watch.ts";
import { LivePolicy } from "./live-policy.ts";

const GROUP = 77;
const longName = `a-policy-with-${"very-".repeat(12)}long-name`;
const meta = (name: string, labels = {}) => ({ name, namespace: "shop", labels });
const apiVersion = "projectcalico.org/v3";

/** Node n1 with web (cali1, loopback's address) and db (cali2); db lets in UDP 7777 from web and denies the rest. */
function shop() {
  const graph = new PolicyGraph("n1");
  const endpoint = (name: string, interfaceName: string, address: string) =>
    graph.on({
      kind: "WorkloadEndpoint",
      change: set(`shop/${name}`, {
        kind: "WorkloadEndpoint",
        apiVersion,
        metadata: meta(name, { app: name }),
        spec: { node: "n1", interfaceName, ipNetworks: [`${address}/32`], profiles: ["projectcalico-default-allow"] },
      }),
    });
  endpoint("web", "cali1", "127.0.0.1");
  endpoint("db", "cali2", "10.0.0.2");
  graph.on({
    kind: "Tier",
    change: set("default", { kind: "Tier", apiVersion, metadata: { name: "default" }, spec: {} }),
  });
  for (const name of ["db", longName]) {
    const source = { selector: "app == 'web'" };
    const ingress = [
      { action: "Allow", protocol: "UDP", source, destination: { ports: [7777] } },
      { action: "Deny" },
    ] as const;
    const spec = { selector: "app == 'db'", ingress };
    graph.on({
      kind: "NetworkPolicy",
      change: set(`shop/${name}`, { kind: "NetworkPolicy", apiVersion, metadata: meta(name), spec }),
    });
  }
  const live = new LivePolicy(graph.sets);
  live.apply(graph.flush());
  const nflog = new SimNflog();
  const clock = new SimClock(Date.UTC(2026, 10, 21, 1, 2, 3));
  const nameOf = (ifindex: number) => ["", "cali1", "cali2"][ifindex] ?? "";
  const drops = new DropWatch({ node: "n1", group: GROUP, open: nflog.open, clock, live, nameOf });
  const counters = async () => [
    { name: "NetworkPolicy shop/db ingress[1]", packets: 3, bytes: 180 },
    { name: "NetworkPolicy shop/db ingress[0]", packets: 7, bytes: 420 },
    { name: "end of tier default, ingress of shop/db", packets: 0, bytes: 0 },
  ];
  const sources: ExplainSources = {
    node: "n1",
    live,
    drops,
    since: "2026-11-21T01:00:00Z",
    dataplane: () => ({ kind: "nftables", counters }),
    nodePolicy: () => defaultOptions,
  };
  const ask = (request: object, more: Partial<ExplainSources> = {}) => answerExplain(request, { ...sources, ...more });
  const heard = async (after?: number, more = {}) =>
    (await ask({ do: "policy.drops", ...(after !== undefined && { after }), ...more })) as PolicyDropsAnswer;
  return { ask, heard, nflog, clock, drops };
}

const packet = { octets: udpToItself("ipv4", "hello"), inInterface: 1, outInterface: 2, timestamp: 1000.5 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("policy on the agent's socket", () => {
  it("counts rules by name, with the policy and how many endpoints are asked by it", async () => {
    const { ask } = shop();
    const rule = (index: number, packets: number) => ({
      rule: `NetworkPolicy shop/db ingress[${index}]`,
      policy: "NetworkPolicy shop/db",
      packets,
      bytes: packets * 60,
      endpoints: 1,
    });
    const head = { ok: true, node: "n1", dataplane: "nftables", since: "2026-11-21T01:00:00Z" };
    assert.deepEqual(await ask({ do: "policy.counters", policy: "shop/db" }), {
      ...head,
      rules: [rule(0, 7), rule(1, 3)],
    });
    assert.deepEqual(await ask({ do: "policy.counters", endpoint: "shop/web" }), { ...head, rules: [] });
    assert.deepEqual(await ask({ do: "policy.counters", endpoint: "shop/db", rules: [rule(1, 0).rule] }), {
      ...head,
      rules: [rule(1, 3)],
    });
    const none = { rule: "end of tier default, ingress of shop/db", policy: "", packets: 0, bytes: 0, endpoints: 0 };
    assert.deepEqual(await ask({ do: "policy.counters", rules: [none.rule] }), { ...head, rules: [none] });
  });

  it("judges a packet by the policy as it is now, sets of selectors included", async () => {
    const { ask } = shop();
    const packet = { do: "policy.trace", source: "127.0.0.1", destination: "10.0.0.2", protocol: 17 };
    const ways = { sourcePort: 40000, inInterface: "cali1", outInterface: "cali2" };
    const open = { ok: true, node: "n1", passed: ["Profile projectcalico-default-allow egress[0]"] };
    assert.deepEqual(await ask({ ...packet, ...ways, destinationPort: 7777 }), {
      ...open,
      verdict: "allow",
      by: `NetworkPolicy shop/${longName} ingress[0]`,
    });
    assert.deepEqual(await ask({ ...packet, ...ways, destinationPort: 7778 }), {
      ...open,
      verdict: "deny",
      by: `NetworkPolicy shop/${longName} ingress[1]`,
    });
  });

  it("refuses what it cannot answer, with the field and what would be right", async () => {
    const { ask } = shop();
    const trace = { do: "policy.trace", source: "10.0.0.1", destination: "10.0.0.2", protocol: 6 };
    const bad: readonly (readonly [object, RegExp])[] = [
      [{ do: "policy.nothing" }, /do = "policy.nothing": one of policy.counters/],
      [{ ...trace, protocol: 0 }, /protocol = 0: a protocol number/],
      [{ ...trace, destination: "10.0.0" }, /destination = "10.0.0": an address/],
      [{ ...trace, destination: "::1" }, /two families/],
      [{ ...trace, destinationPort: 65536 }, /destinationPort = 65536/],
      [{ do: "policy.counters", rules: "all" }, /at most 1,000 names/],
      [{ do: "policy.drops", before: 3 }, /no such field; one of do, after, endpoint/],
    ];
    for (const [request, message] of bad) {
      await assert.rejects(ask(request), (error) => error instanceof ManxError && message.test(error.message));
    }
    const unready = ask({ do: "policy.counters" }, { dataplane: () => undefined });
    await assert.rejects(unready, (error) => error instanceof ManxError && error.code === "agent/no-firewall");
  });
});

describe("recent drops", () => {
  it("are heard from the first question on, with names of endpoints, interfaces and of rules that were cut", async () => {
    const { heard, nflog } = shop();
    nflog.log(GROUP, { ...packet, prefix: "before anybody asked" });
    const first = await heard();
    assert.deepEqual(first, { ok: true, node: "n1", drops: [], next: 1, missed: 0 });
    const name = `NetworkPolicy shop/${longName} ingress[1]`;
    assert.notEqual(dropTag(name), name, "the name is too long for a tag, or this says nothing");
    nflog.log(GROUP, { ...packet, prefix: dropTag(name) });
    nflog.log(GROUP, { ...packet, prefix: "no endpoint has interface cali9", inInterface: 9, outInterface: 0 });
    await turn();
    const { drops, next } = await heard(first.next);
    const seen = {
      source: "127.0.0.1",
      destination: "127.0.0.1",
      protocol: 17,
      sourcePort: 40000,
      destinationPort: 7777,
      length: 33,
    };
    assert.deepEqual(drops, [
      {
        serial: 1,
        at: "1970-01-01T00:00:01.000Z",
        by: name,
        ...seen,
        inInterface: "cali1",
        outInterface: "cali2",
        from: "shop/web",
        to: "shop/db",
      },
      { serial: 2, at: "1970-01-01T00:00:01.000Z", by: "no endpoint has interface cali9", ...seen },
    ]);
    assert.deepEqual((await heard(first.next, { endpoint: "shop/db" })).drops.length, 1);
    assert.deepEqual((await heard(next)).drops, []);
  });

  it("are listened to for some seconds after the last question, and no longer", async () => {
    const { heard, nflog, clock, drops } = shop();
    await heard();
    clock.advance(seconds(9));
    await heard();
    clock.advance(seconds(9));
    assert.ok(drops.isListening);
    clock.advance(seconds(2));
    await turn();
    assert.ok(!drops.isListening);
    const other = await nflog.open({ group: GROUP }, { packet: () => {}, lost: () => {}, failed: () => {} });
    await assert.rejects(heard(), (error) => error instanceof ManxError && error.code === "kernel/refused");
    other.close();
    assert.equal((await heard()).drops.length, 0, "asked again it listens again");
  });

  it("that there was no room for are counted, once", async () => {
    const { heard, nflog } = shop();
    const { next } = await heard();
    nflog.lose(GROUP, 5);
    assert.equal((await heard(next)).missed, 5);
    assert.equal((await heard(next)).missed, 0);
  });

  it("are kept up to a bound, and who is late is told how many are gone", () => {
    const ring = new DropRing();
    const { octets: _, ...rest } = packet;
    const drop = { ...rest, at: "", by: "", source: "", destination: "", protocol: 6, length: 0 };
    for (let i = 0; i < ringSize + 10; i++)
      ring.add({ at: drop.at, by: drop.by, source: "", destination: "", protocol: 6, length: i });
    const { drops, missed } = ring.from(5);
    assert.deepEqual([drops.length, drops[0]!.serial, missed], [ringSize, 11, 6]);
    assert.deepEqual(ring.from(ring.next), { drops: [], missed: 0 });
  });
});
