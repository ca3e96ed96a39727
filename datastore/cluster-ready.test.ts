import assert from "node:assert/strict";
import { type Change, remove, set } from "../lib/change.ts";
import { isClusterReady, ReadyGate } from "./cluster-ready.ts";
import { apiVersion } from "./model/resource.ts";

describe("a paused cluster", () => {
  it("is one whose ClusterInformation says so, nothing else", () => {
    const information = (spec: object) => ({
      kind: "ClusterInformation" as const,
      apiVersion: apiVersion as typeof apiVersion,
      metadata: { name: "default" },
      spec,
    });
    assert.equal(isClusterReady(undefined), true);
    assert.equal(isClusterReady(information({})), true);
    assert.equal(isClusterReady(information({ datastoreReady: true })), true);
    assert.equal(isClusterReady(information({ datastoreReady: false })), false);
  });

  it("holds back the last change of each key until it goes on", () => {
    const out: Change<string, number>[] = [];
    const gate = new ReadyGate<string, number>((changes) => out.push(...changes));
    gate.on([set("a", 1)]);
    gate.setReady(false);
    gate.on([set("a", 2), set("b", 1)]);
    gate.on([set("a", 3), remove("b")]);
    assert.deepEqual(out, [set("a", 1)]);
    assert.equal(gate.held, 2);
    gate.setReady(true);
    assert.deepEqual(out.slice(1), [set("a", 3), remove("b")]);
    gate.on([set("c", 1)]);
    assert.equal(out.length, 4);
  });
});
