import assert from "node:assert/strict";
import type { FelixConfiguration } from "../../datastore/model/felix-configuration.ts";
import { felixFor } from "./felix-scope.ts";

function felix(name: string, nodeSelector?: string, creationTimestamp?: string): FelixConfiguration {
  return {
    kind: "FelixConfiguration",
    apiVersion: "projectcalico.org/v3",
    metadata: { name, ...(creationTimestamp !== undefined && { creationTimestamp }) },
    spec: nodeSelector === undefined ? {} : { nodeSelector },
  };
}

function names(labels: Readonly<Record<string, string>>, ...all: readonly FelixConfiguration[]): readonly string[] {
  const byName = new Map(all.map((one) => [one.metadata.name, one]));
  return felixFor("n1", labels, byName).map(({ metadata }) => metadata.name);
}

describe("FelixConfigurations of a node", () => {
  it("are the cluster's, the chosen one, and the node's own, in this order", () => {
    const all = [
      felix("node.n1"),
      felix("node.n2"),
      felix("gpu", "has(gpu)", "2026-01-01T00:00:00Z"),
      felix("default"),
    ];
    assert.deepEqual(names({ gpu: "" }, ...all), ["default", "gpu", "node.n1"]);
    assert.deepEqual(names({}, ...all), ["default", "node.n1"]);
  });

  it("have one chosen by labels, the oldest, whatever the order in which they came", () => {
    const young = felix("a", "all()", "2026-02-01T00:00:00Z");
    const old = felix("b", "has(x)", "2026-01-01T00:00:00Z");
    const ageless = felix("0", "all()");
    for (const all of [
      [young, old, ageless],
      [ageless, old, young],
    ]) {
      assert.deepEqual(names({ x: "1" }, ...all), ["b"]);
      assert.deepEqual(names({}, ...all), ["a"]);
    }
    assert.deepEqual(names({}, ageless), ["0"]);
    assert.deepEqual(names({}, felix("d", "all()", old.metadata.creationTimestamp ?? ""), old), ["d"]);
    assert.deepEqual(
      names({ x: "" }, felix("c", "all()", "2026-01-01T00:00:00Z"), old),
      ["b"],
      "of the same age the name decides",
    );
  });

  it("ignore selectors that cannot be read, and selectors of those that are for somebody by name", () => {
    assert.deepEqual(names({}, felix("bad", "has("), felix("node.n2", "all()"), felix("default", "none == 'x'")), [
      "default",
    ]);
  });
});
