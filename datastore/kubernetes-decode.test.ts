import assert from "node:assert/strict";
import { parseJson, writeJson } from "./json.ts";
import { decodeKubernetes } from "./kubernetes-decode.ts";
import type { KubernetesKind } from "./kubernetes-key.ts";

/** As a Go client writes them: without kind and apiVersion, with nulls, and with fields that nobody here reads. */
const slice =
  '{"metadata":{"name":"db-x7","namespace":"shop","generateName":"db-","creationTimestamp":null,' +
  '"labels":{"endpointslice.kubernetes.io/managed-by":"endpointslice-controller.k8s.io","kubernetes.io/service-name":"db"}},' +
  '"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.2"],"conditions":{"ready":true,"serving":true},' +
  '"targetRef":{"kind":"Pod","name":"db-0"},"nodeName":"n1"},{"addresses":["10.0.0.3"],"conditions":{"ready":false}}],' +
  '"ports":[{"name":"sql","port":5432,"protocol":"TCP"},{"name":"any","port":null,"protocol":null}]}';
const service =
  '{"kind":"Service","apiVersion":"v1","metadata":{"name":"db"},"spec":{"ports":[{"name":"sql","protocol":"TCP",' +
  '"port":5432,"targetPort":"sql"}],"selector":{"app":"db"},"clusterIP":"10.96.0.7","clusterIPs":["10.96.0.7"],' +
  '"type":"ClusterIP"},"status":{"loadBalancer":{}}}';

function decode(kind: KubernetesKind, text: string) {
  return decodeKubernetes({ kind, namespace: "shop", name: "db" }, text);
}

describe("copies of Kubernetes' objects", () => {
  it("are read with every field that nobody here knows, and written back octet for octet", () => {
    const decoded = decode("KubernetesEndpointSlice", slice);
    assert.ok(decoded.ok);
    assert.deepEqual(decoded.value, parseJson(slice).ok && JSON.parse(slice));
    const raw = parseJson(slice);
    assert.equal(raw.ok && writeJson(raw.value), slice);
    const other = parseJson(service);
    assert.equal(other.ok && writeJson(other.value), service);
  });

  it("take their namespace from the key where they do not repeat it", () => {
    const decoded = decode("KubernetesService", service);
    assert.ok(decoded.ok);
    assert.equal(decoded.value.metadata.namespace, "shop");
  });

  it("count as absent, with the reason, when they are malformed", () => {
    const endpoints = Array.from({ length: 1000 }, () => ({ addresses: ["10.0.0.1", "10.0.0.2"] }));
    const ports = Array.from({ length: 51 }, (_, i) => ({ port: i + 1 }));
    const bloated = JSON.stringify({ metadata: { name: "db" }, endpoints, ports });
    const bad: readonly (readonly [KubernetesKind, string, RegExp])[] = [
      ["KubernetesService", "{", /JSON/],
      ["KubernetesService", "[]", /object/],
      ["KubernetesService", slice.replace('{"metadata"', '{"kind":"EndpointSlice","metadata"'), /kind/],
      ["KubernetesEndpointSlice", '{"endpoints":[]}', /metadata/],
      ["KubernetesEndpointSlice", slice.replace("5432", "70000"), /ports/],
      ["KubernetesEndpointSlice", slice.replace('["10.0.0.2"]', "[7]"), /addresses/],
      ["KubernetesEndpointSlice", bloated, /at most 100000 pairs/],
    ];
    for (const [kind, text, why] of bad) {
      const decoded = decode(kind, text);
      assert.ok(!decoded.ok, text);
      assert.match(JSON.stringify(decoded.problems), why);
    }
  });
});
