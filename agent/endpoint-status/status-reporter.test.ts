import assert from "node:assert/strict";
import { SimServer } from "../../datastore/sim/server.ts";
import { SimStore } from "../../datastore/sim/store.ts";
import { endpointStatusesPrefix } from "../../datastore/status-key.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { parsePrefix } from "../../net/prefix.ts";
import type { AgentFact } from "../fact.ts";
import { type EndpointState, hostStatusKeys, statusFileName, statusFiles, statusKeys } from "./endpoint-state.ts";
import { SimStatusSink } from "./sim/status-sink.ts";
import { statusKeySink } from "./status-keys.ts";
import { StatusReporter } from "./status-reporter.ts";
import { statusSinkContract } from "./status-sink.contract.ts";

function setUp() {
  const clock = new SimClock();
  const sink = new SimStatusSink();
  const facts: AgentFact[] = [];
  const options = { sink, clock, random: () => 0, tell: (fact: AgentFact) => facts.push(fact), delaySeconds: () => 1 };
  const reporter = new StatusReporter(options);
  const pass = async (howLong: number): Promise<void> => {
    for (let i = 0; i < howLong; i++) {
      clock.advance(seconds(1));
      for (let n = 0; n < 20; n++) await null;
    }
  };
  return { sink, facts, reporter, pass };
}

describe("reports of endpoints' states", () => {
  it("correct what an earlier process left, and tell many changes at once, after a delay", async () => {
    const { sink, reporter, pass } = setUp();
    sink.texts.set("old", "up").set("a", "down");
    reporter.want(new Map([["a", "up"]]));
    reporter.want(
      new Map([
        ["a", "up"],
        ["b", "down"],
      ]),
    );
    assert.equal(sink.looks, 0);
    await pass(1);
    assert.deepEqual(
      [...sink.texts],
      [
        ["a", "up"],
        ["b", "down"],
      ],
    );
    assert.deepEqual(sink.writes.length, 1);
    reporter.want(
      new Map([
        ["a", "up"],
        ["b", "down"],
      ]),
    );
    await pass(3);
    assert.equal(sink.writes.length, 1, "nothing new, nothing written");
  });

  it("try again, later each time, and look before they go on", async () => {
    const { sink, reporter, facts, pass } = setUp();
    sink.failures = 3;
    reporter.want(new Map([["a", "up"]]));
    await pass(8);
    assert.deepEqual(
      facts.map((fact) => "retrySeconds" in fact && fact.retrySeconds),
      [1, 2, 4],
    );
    assert.deepEqual([...sink.texts], [["a", "up"]]);
  });

  it("put right in time what somebody else did", async () => {
    const { sink, reporter, pass } = setUp();
    reporter.want(new Map([["a", "up"]]));
    await pass(1);
    sink.texts.clear();
    await pass(100);
    assert.equal(sink.texts.size, 0);
    await pass(100);
    assert.equal(sink.texts.get("a"), "up");
    reporter.stop();
    sink.texts.clear();
    await pass(400);
    assert.equal(sink.texts.size, 0, "not when they have stopped");
  });
});

describe("the states of a node in the datastore", () => {
  statusSinkContract(
    async () => {
      const clock = new SimClock();
      return statusKeySink(new SimStore(new SimServer(clock), clock), endpointStatusesPrefix("n1"));
    },
    (which) => `/calico/felix/v2/no-region/host/n1/workload/k8s/ns%2f${which}/endpoint/eth0`,
  );
});

describe("how a state is told", () => {
  const endpoint = {
    key: "ns/n1-k8s-web-eth0",
    name: "n1-k8s-web-eth0",
    namespace: "ns",
    interfaceName: "cali1",
    addresses: [parsePrefix("10.0.0.1/32")!, parsePrefix("fd00::1/128")!],
    mac: "02:00:00:00:00:01",
    labels: {},
    spoofs: false,
    identity: { orchestrator: "k8s", workload: "ns/web", endpoint: "eth0" },
  };
  const states = (state: EndpointState["state"], bgpPeer?: string): readonly EndpointState[] => [
    { endpoint, state, bgpPeer },
  ];

  it("in etcd, under Calico's key", () => {
    const key = "/calico/felix/v2/no-region/host/n1/workload/k8s/ns%2fweb/endpoint/eth0";
    assert.deepEqual([...statusKeys(states("up"), "n1", "")], [[key, '{"status":"up"}']]);
    assert.deepEqual([...statusKeys(states("down"), "n1", "")], [[key, '{"status":"down"}']]);
    assert.deepEqual([...statusKeys(states("error"), "n1", "")], [[key, '{"status":"error"}']]);
    assert.match([...statusKeys(states("up"), "n1", "eu").keys()].join(), /v2\/region-eu\/host/);
  });

  it("of a host endpoint under a key of its own; of several interfaces the worst counts", () => {
    const states = [
      { endpoint: "uplink", isUp: true },
      { endpoint: "all", isUp: true },
      { endpoint: "all", isUp: false },
    ];
    assert.deepEqual(
      [...hostStatusKeys(states, "n1")],
      [
        ["/calico/felix/v1/host/n1/endpoint/uplink", '{"status":"up"}'],
        ["/calico/felix/v1/host/n1/endpoint/all", '{"status":"down"}'],
      ],
    );
  });

  it("in a file that is there when it is up", () => {
    const text =
      '{"ifaceName":"cali1","mac":"02:00:00:00:00:01","ipv4Nets":["10.0.0.1/32"],"ipv6Nets":["fd00::1/128"]}';
    assert.deepEqual([...statusFiles(states("up"))], [["k8s ns%2Fweb eth0", text]]);
    assert.equal(statusFiles(states("down")).size, 0);
    assert.equal(statusFiles(states("error")).size, 0);
    const [peer] = statusFiles(states("up", "rack")).values();
    assert.equal(peer, `${text.slice(0, -1)},"bgpPeerName":"rack"}`);
    assert.equal(
      statusFileName({ identity: { orchestrator: "k8/s", workload: "a b;c,d?é", endpoint: "$&+=:@!*'()~_.-" } }),
      "k8%2Fs a%20b%3Bc%2Cd%3F%C3%A9 $&+=:@%21%2A%27%28%29~_.-",
    );
    const workload = `ns/${"w".repeat(250)}`;
    const long = { ...endpoint, identity: { ...endpoint.identity, workload } };
    assert.equal(statusFiles([{ endpoint: long, state: "up" }]).size, 0, "no file system takes that name");
  });
});
