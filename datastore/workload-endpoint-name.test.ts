import assert from "node:assert/strict";
import fc from "fast-check";
import {
  idsOf,
  parseWorkloadEndpointName,
  workloadEndpointName,
  workloadEndpointNamePrefix,
} from "./workload-endpoint-name.ts";

const segment = fc.stringMatching(/^[a-z0-9.]([a-z0-9.-]{0,8}[a-z0-9.])?$/);

describe("names of workload endpoints", () => {
  it("are made as Calico makes them", () => {
    const k8s = { node: "node1", orchestrator: "k8s", pod: "my-pod-1", endpoint: "eth0" };
    assert.equal(workloadEndpointName(idsOf(k8s)), "node1-k8s-my--pod--1-eth0");
    const cni = { node: "n-1", orchestrator: "cni", containerID: "abc-def", pod: "ignored", endpoint: "eth0" };
    assert.equal(workloadEndpointName(idsOf(cni)), "n--1-cni-abc--def-eth0");
    const libnetwork = { node: "n", orchestrator: "libnetwork", endpoint: "0123" };
    assert.equal(workloadEndpointName(idsOf(libnetwork)), "n-libnetwork-libnetwork-0123");
    const openstack = { node: "n", orchestrator: "openstack", workload: "vm", endpoint: "port" };
    assert.equal(workloadEndpointName(idsOf(openstack)), "n-openstack-vm-port");
  });

  it("are none when a part is missing or has a dash at an end", () => {
    assert.equal(workloadEndpointName(idsOf({ node: "n", orchestrator: "k8s", endpoint: "eth0" })), undefined);
    assert.equal(workloadEndpointName({ node: "-n", orchestrator: "k8s", id: "p", endpoint: "e" }), undefined);
    for (const bad of ["", "a", "a-b-c", "a-b-c-d-e", "-a-b-c-d", "a-b-c-", "a---b-c-d"]) {
      assert.equal(parseWorkloadEndpointName(bad), undefined, bad);
    }
  });

  it("come back as they were made, and begin with the prefix of their pod", () => {
    fc.assert(
      fc.property(segment, segment, segment, segment, (node, orchestrator, id, endpoint) => {
        const ids = { node, orchestrator, id, endpoint };
        const name = workloadEndpointName(ids)!;
        assert.deepEqual(parseWorkloadEndpointName(name), ids);
        assert(name.startsWith(workloadEndpointNamePrefix(ids)));
      }),
    );
  });
});
