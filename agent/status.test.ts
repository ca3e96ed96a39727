import assert from "node:assert/strict";
import { SessionCounters } from "../bgp/session/counters.ts";
import type { SpeakerStatus } from "../bgp/speaker/status.ts";
import { SimClock } from "../lib/sim/clock.ts";
import { millis } from "../lib/unit.ts";
import { NodeGraph } from "./graph/node-graph.ts";
import { agentStatus, readinessText, type Situation } from "./status.ts";
import { Waiters } from "./waiters.ts";
import { WorkloadTimeout } from "./workload/attach.ts";

const apiVersion = "projectcalico.org/v3" as const;
const good = (name: string) => ({ name, holds: true, why: "fine" });

function countersOf(state: string): SessionCounters {
  const counters = new SessionCounters();
  counters.messagesIn.update = 7;
  counters.established = 2;
  if (state === "Active")
    counters.lastError = { direction: "sent", code: 4, subcode: 0, text: "Hold Timer Expired", at: 0 };
  return counters;
}

function situation(states: Readonly<Record<string, string>>, bgpOff = ""): Situation {
  const graph = new NodeGraph({ nodeName: "n1", routerId: undefined });
  for (const [i, name] of ["n1", "n2", "n3"].entries()) {
    graph.onNode({
      kind: "set",
      key: name,
      value: { kind: "Node", apiVersion, metadata: { name }, spec: { bgp: { ipv4Address: `10.0.0.${i + 1}/24` } } },
    });
  }
  graph.turn();
  const peers = Object.entries(states).map(([name, state]) => ({
    name,
    asn: 64512,
    routerId: 1,
    state: state as "Established",
    since: Date.UTC(2026, 0, 1),
    isDynamic: false,
    why: state === "Established" ? "" : "connection refused",
    families: [
      { family: "ipv4" as const, isUp: true, received: 3, accepted: 2, stale: 0, advertised: 1, isTold: true },
    ],
    counters: countersOf(state),
  }));
  const speaker = {
    peers,
    groups: [],
    families: [{ family: "ipv4", prefixes: 3, paths: 4, best: 3 }],
    attributeSets: 2,
    isDeciding: true,
    memory: { paths: 300, attributes: 100 },
  } as unknown as SpeakerStatus;
  return {
    version: "0.1.0",
    node: "n1",
    startedAt: 0,
    graph,
    speaker,
    bgpOff,
    datastore: good("datastore"),
    kernel: good("kernel"),
    registration: good("node"),
    routes: { local: 0, bgp: 0, conflicts: 0 },
    policies: 0,
    sets: 0,
    standing: () => ({ state: "up", why: "" }),
  };
}

describe("the agent's status", () => {
  it("is ready with one session up, and names the ones that are down with their reason", () => {
    const status = agentStatus(situation({ "10.0.0.2": "Established", "10.0.0.3": "Active" }));
    assert.equal(status.ready, true);
    assert.equal(
      readinessText(status),
      "ok datastore: fine\nok node: fine\nok kernel: fine\nok bgp: 1 of 2 sessions Established; 10.0.0.3 ipv4 Active: connection refused\n",
    );
    assert.deepEqual(
      status.peers.map((p) => [p.address, p.received, p.advertised, p.since]),
      [
        ["10.0.0.2", 3, 1, "2026-01-01T00:00:00Z"],
        ["10.0.0.3", 3, 1, "2026-01-01T00:00:00Z"],
      ],
    );
  });
  it("counts what every session did, and what a route costs", () => {
    const { peers, bgp } = agentStatus(situation({ "10.0.0.2": "Established", "10.0.0.3": "Active" }));
    const base = { accepted: 2, stale: 0, established: 2, messagesIn: 7, messagesOut: 0, malformed: 0 };
    assert.deepEqual(
      peers.map(({ detail }) => detail),
      [base, { ...base, lastError: "sent Hold Timer Expired" }],
    );
    assert.deepEqual(bgp, { paths: 4, attributeSets: 2, bytes: 400, bytesPerRoute: 100, isDeciding: true });
    const without = agentStatus({ ...situation({}), speaker: undefined });
    assert.deepEqual([without.bgp, without.peers[0]!.detail], [undefined, undefined]);
  });

  it("say which password is missing, whatever the speaker says", () => {
    const one = situation({ "10.0.0.2": "Active", "10.0.0.3": "Active" });
    const nodeMeshPassword = { secretKeyRef: { name: "bgp", key: "mesh" } };
    const value = {
      kind: "BGPConfiguration",
      apiVersion,
      metadata: { name: "default" },
      spec: { nodeMeshPassword },
    } as const;
    one.graph.onConfiguration({ kind: "set", key: "default", value });
    one.graph.turn();
    const [peer] = agentStatus(one).peers;
    assert.equal(peer?.why, "password: bgp/mesh has not been read yet");
  });

  it("is not ready with none up, nor when any other condition fails", () => {
    const none = agentStatus(situation({ "10.0.0.2": "Connect" }));
    assert.equal(none.ready, false);
    assert.match(
      readinessText(none),
      /NOT READY bgp: 0 of 2 .*10.0.0.2 ipv4 Connect: connection refused; 10.0.0.3 ipv4 Idle: the speaker is not running yet/,
    );
    const cut = {
      ...situation({ "10.0.0.2": "Established" }),
      datastore: { name: "datastore", holds: false, why: "contact lost" },
    };
    assert.equal(agentStatus(cut).ready, false);
  });
  it("does not wait for sessions where BGP is off", () => {
    assert.match(readinessText(agentStatus(situation({}, "off: by wish"))), /ok bgp: off: by wish/);
  });
});

describe("waiting for the kernel", () => {
  it("ends when the condition holds, at the next look", async () => {
    const waiters = new Waiters(new SimClock());
    let holds = false;
    let done = false;
    const waiting = waiters
      .wait(
        "e",
        () => holds,
        millis(10),
        () => "",
      )
      .then(() => void (done = true));
    waiters.look();
    await null;
    assert.equal(done, false);
    holds = true;
    waiters.look();
    await waiting;
    await waiters.wait(
      "e",
      () => true,
      millis(10),
      () => "",
    );
  });
  it("ends with the reason when time is up", async () => {
    const clock = new SimClock();
    const waiters = new Waiters(clock);
    const waiting = waiters.wait(
      "ns/a",
      () => false,
      millis(10),
      () => "no news",
    );
    clock.advance(millis(11));
    await assert.rejects(
      waiting,
      (error) =>
        error instanceof WorkloadTimeout && error.message === "ns/a: no news" && error.facts.endpoint === "ns/a",
    );
    waiters.look();
  });
});
