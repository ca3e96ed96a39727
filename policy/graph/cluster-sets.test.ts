import assert from "node:assert/strict";
import { ALL_HOSTS, SERVICE_RANGES } from "../set.ts";
import { gone, ToldWorld, told } from "../sim/told-world.ts";

describe("sets of the cluster", () => {
  it("are always there, and of nets, with nothing in them at first", () => {
    const kinds = new Map(
      [...new ToldWorld().state.sets()].map(([spec, members]) => [spec.id, [spec.kind, members.size]]),
    );
    for (const id of [ALL_HOSTS, SERVICE_RANGES]) assert.deepEqual(kinds.get(id), ["net", 0]);
  });

  it("hold every node's address of each family: BGP's, else internal ones, else external ones", () => {
    const bgp = { ipv4Address: "192.0.2.1/24", ipv6Address: "2001:db8::1/64" };
    const w = new ToldWorld(
      told("Node", "whole", { bgp, addresses: [{ address: "192.0.2.9", type: "InternalIP" }] }),
      told("Node", "half", {
        bgp: { ipv4Address: "192.0.2.2" },
        addresses: [
          { address: "203.0.113.2", type: "ExternalIP" },
          { address: "2001:db8::2", type: "InternalIP" },
          { address: "node-2.example.org", type: "Hostname" },
        ],
      }),
      told("Node", "plain", {
        addresses: [
          { address: "192.0.2.3/24", type: "CalicoNodeIP" },
          { address: "192.0.2.4", type: "InternalIP" },
          { address: "2001:db8::3", type: "ExternalIP" },
          { address: "nonsense", type: "InternalIP" },
        ],
      }),
      told("Node", "none", {}),
    );
    const all = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "2001:db8::1", "2001:db8::2", "2001:db8::3"];
    assert.deepEqual(w.sets()[ALL_HOSTS], all);
    const { members } = w.tell(told("Node", "whole", { bgp: { ipv4Address: "192.0.2.1/32" } }), gone("Node", "plain"));
    assert.deepEqual([...members.get(ALL_HOSTS)!.removed].sort(), [
      "192.0.2.3",
      "192.0.2.4",
      "2001:db8::1",
      "2001:db8::3",
    ]);
  });

  it("hold the cluster's ranges of services, and no single node's", () => {
    const spec = {
      serviceClusterIPs: [{ cidr: "10.96.0.1/12" }, { cidr: "fd00:96::/112" }],
      serviceExternalIPs: [{ cidr: "203.0.113.7/32" }],
      serviceLoadBalancerIPs: [{ cidr: "198.51.100.0/24" }, { cidr: "10.96.7.0/24" }],
    };
    const w = new ToldWorld(
      told("BGPConfiguration", "default", spec),
      told("BGPConfiguration", "node.n1", { serviceClusterIPs: [{ cidr: "10.0.0.0/8" }] }),
    );
    assert.deepEqual(w.sets()[SERVICE_RANGES], ["10.96.0.0/12", "198.51.100.0/24", "203.0.113.7", "fd00:96::/112"]);
    w.tell(told("BGPConfiguration", "default", { serviceClusterIPs: [{ cidr: "10.96.7.0/24" }] }));
    assert.deepEqual(w.sets()[SERVICE_RANGES], ["10.96.7.0/24"]);
    w.tell(gone("BGPConfiguration", "default"));
    assert.deepEqual(w.sets()[SERVICE_RANGES], []);
  });
});
