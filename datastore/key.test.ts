import assert from "node:assert/strict";
import { formatPrefix, parsePrefix } from "../net/prefix.ts";
import { calicoDump } from "./io/calico-dump.ts";
import { affinityPath, blockPath, handlePath, hostPath, ipamConfigPath, parseIpamPath } from "./ipam-key.ts";
import { type Key, parseKey } from "./key.ts";
import { kubernetesObjectName, kubernetesPath, kubernetesPrefix, parseKubernetesPath } from "./kubernetes-key.ts";
import { objectName, parseResourcePath, resourcePath } from "./resource-key.ts";
import {
  endpointStatusPath,
  hostEndpointStatusPath,
  lastReportedStatusPath,
  nodeStatusPath,
  parseEndpointStatusPath,
  readyPath,
} from "./status-key.ts";

function pathOf(key: Key): string {
  if (key.space === "resource") return resourcePath(key.key);
  if (key.space === "kubernetes") return kubernetesPath(key.key);
  if (key.space === "status") return endpointStatusPath(key.key);
  const ipam = key.key;
  switch (ipam.kind) {
    case "block":
      return blockPath(ipam.cidr);
    case "affinity":
      return affinityPath(ipam.owner, ipam.name, ipam.cidr);
    case "handle":
      return handlePath(ipam.id);
    case "host":
      return hostPath(ipam.name);
    case "config":
      return ipamConfigPath;
  }
}

describe("keys", () => {
  it("understands every key of a Calico dump, and writes it back as it was", () => {
    for (const { key } of calicoDump()) {
      const parsed = parseKey(key);
      if (key === readyPath) assert.equal(parsed, undefined);
      else assert.equal(parsed && pathOf(parsed), key);
    }
  });

  it("tells namespaced kinds from others", () => {
    const path = "/calico/resources/v3/projectcalico.org/networkpolicies/prod/default.web";
    assert.deepEqual(parseResourcePath(path), { kind: "NetworkPolicy", namespace: "prod", name: "default.web" });
    assert.equal(objectName(parseResourcePath(path)!), "NetworkPolicy(prod/default.web)");
    for (const bad of ["networkpolicies/web", "networkpolicies/a/b/c", "nodes/a/b", "nodes/", "unknowns/a", "nodes"]) {
      assert.equal(parseResourcePath(`/calico/resources/v3/projectcalico.org/${bad}`), undefined, bad);
    }
  });

  it("finds copies of Kubernetes' objects under Calico's names for them", () => {
    const prefix = "/calico/resources/v3/projectcalico.org/";
    const rows = [
      [`${prefix}kubernetesservice/shop/db`, { kind: "KubernetesService", namespace: "shop", name: "db" }],
      [
        `${prefix}kubernetesendpointslices/shop/db-x`,
        { kind: "KubernetesEndpointSlice", namespace: "shop", name: "db-x" },
      ],
    ] as const;
    for (const [path, key] of rows) {
      assert.deepEqual(parseKey(path), { space: "kubernetes", key });
      assert.equal(kubernetesPath(key), path);
      assert.ok(path.startsWith(kubernetesPrefix(key.kind)));
    }
    assert.equal(kubernetesObjectName(rows[0][1]), "KubernetesService(shop/db)");
    for (const bad of [
      "kubernetesservice/db",
      "kubernetesservice/a/b/c",
      "kubernetesservices/a/b",
      "kubernetesservice//b",
    ])
      assert.equal(parseKubernetesPath(`${prefix}${bad}`), undefined, bad);
  });

  it("reads and writes IPv6 blocks and virtual affinities", () => {
    const cidr = parsePrefix("fd00:10:244::/122")!;
    assert.equal(blockPath(cidr), "/calico/ipam/v2/assignment/ipv6/block/fd00:10:244::-122");
    const path = affinityPath("virtual", "load-balancer", cidr);
    assert.equal(path, "/calico/ipam/v2/virtual/load-balancer/ipv6/block/fd00:10:244::-122");
    const parsed = parseIpamPath(path);
    assert(
      parsed?.kind === "affinity" && parsed.owner === "virtual" && formatPrefix(parsed.cidr) === "fd00:10:244::/122",
    );
  });

  it("does not believe a block of the wrong family, with host bits, or without length", () => {
    for (const bad of ["ipv6/block/10.0.0.0-26", "ipv4/block/10.0.0.1-26", "ipv4/block/10.0.0.0", "ipv4/block/x-26"]) {
      assert.equal(parseIpamPath(`/calico/ipam/v2/assignment/${bad}`), undefined, bad);
    }
  });

  it("escapes the parts of status keys", () => {
    const key = { node: "n1", orchestrator: "k8s", workload: "prod/we%b", endpoint: "eth0" };
    const path = endpointStatusPath(key);
    assert.equal(path, "/calico/felix/v2/no-region/host/n1/workload/k8s/prod%2fwe%25b/endpoint/eth0");
    assert.deepEqual(parseEndpointStatusPath(path), key);
    const there = { ...key, region: "eu" };
    assert.deepEqual(parseEndpointStatusPath(endpointStatusPath(there)), there);
    assert.equal(nodeStatusPath("n1", "eu"), "/calico/felix/v2/region-eu/host/n1/status");
    assert.equal(lastReportedStatusPath("n1"), "/calico/felix/v2/no-region/host/n1/last_reported_status");
    assert.equal(hostEndpointStatusPath("n1", "eth0"), "/calico/felix/v1/host/n1/endpoint/eth0");
  });
});
