import assert from "node:assert/strict";
import type { AgentStatus } from "../../../agent/api/status.ts";
import type { Topology } from "../../scenario/topology.ts";
import { namesOf } from "../names.ts";
import { claimsOf } from "./claims.ts";
import { frrRoutes } from "./routes.ts";
import { agentSessions, frrSessions } from "./sessions.ts";

const topology: Topology = {
  name: "t",
  asn: 64512,
  datastore: "embedded",
  nodes: [{ name: "n1", addresses: { ipv4: "10.0.0.1", ipv6: "fd00::1" }, defaultRoute: false }],
  routers: [{ name: "tor", asn: 65000, addresses: { ipv4: "10.0.0.254", ipv6: "fd00::254" } }],
  clients: [],
};
const nameOf = namesOf(topology, new Map([["fe80::1", "n1"]]));

/** A status with only what these tests look at. */
function status(more: Partial<AgentStatus>): AgentStatus {
  const empty = { conditions: [], peers: [], workloads: [], blocks: [], policies: 0, sets: 0 };
  const routes = { local: 0, bgp: 0, conflicts: 0 };
  const self = { ok: true, node: "n1", version: "0", asn: 1, routerId: "", startedAt: "", ready: true } as const;
  return { ...self, ...empty, routes, ...more };
}

describe("what the lab sees", () => {
  it("names the peers of FRR's summary", () => {
    const summary = {
      ipv4Unicast: { peers: { "10.0.0.1": { state: "Established" }, "10.0.0.9": { state: "Active" } } },
      ipv6Unicast: { peers: { "fd00::1": { state: "Idle" } } },
    };
    assert.deepEqual(frrSessions("tor", summary, nameOf), [
      { at: "tor", peer: "n1", family: "ipv4", established: true, state: "Established" },
      { at: "tor", peer: "10.0.0.9", family: "ipv4", established: false, state: "Active" },
      { at: "tor", peer: "n1", family: "ipv6", established: false, state: "Idle" },
    ]);
  });

  it("carries an agent's reason for a session that is down", () => {
    const peer = { address: "10.0.0.254", asn: 65000, type: "global", family: "ipv4", since: "" } as const;
    const down = { ...peer, state: "Active", received: 0, advertised: 0, why: "connection refused" } as const;
    assert.deepEqual(agentSessions("n1", status({ peers: [down] }), nameOf), [
      { at: "n1", peer: "tor", family: "ipv4", established: false, state: "Active (connection refused)" },
    ]);
  });

  it("reads FRR's chosen routes, by what is in its kernel", () => {
    const hop = (ip: string, fib: boolean) => ({ ip, fib });
    const routes = {
      "10.244.0.0/26": [{ protocol: "bgp", selected: true, nexthops: [hop("10.0.0.1", true), hop("10.0.0.2", false)] }],
      "fd00:10::/122": [
        { protocol: "bgp", nexthops: [hop("fe80::2", true)] },
        { protocol: "bgp", selected: true, nexthops: [hop("fe80::1", true), hop("fe80::2", true)] },
      ],
      "192.0.2.0/24": [{ protocol: "connected", selected: true, nexthops: [{}] }],
    };
    assert.deepEqual(frrRoutes(routes, nameOf), [
      { prefix: "10.244.0.0/26", via: "n1" },
      { prefix: "fd00:10::/122", via: "n1+fe80::2" },
    ]);
  });

  it("takes an address outside its node's blocks as borrowed", () => {
    const blocks = status({ blocks: ["10.244.0.0/26", "fd00:10::/122"] });
    const pod = { pod: "a/b", node: "n1", addresses: { ipv4: "10.244.0.70", ipv6: "fd00:10::5" } };
    assert.deepEqual(claimsOf([blocks], [pod]), [
      { prefix: "10.244.0.0/26", node: "n1" },
      { prefix: "10.244.0.70/32", node: "n1" },
      { prefix: "fd00:10::/122", node: "n1" },
    ]);
  });
});
