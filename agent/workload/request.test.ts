import assert from "node:assert/strict";
import { BadWorkloadRequest } from "./attach.ts";
import { readRequest } from "./request.ts";

const good = {
  do: "workload.add",
  name: "web-1.a",
  namespace: "prod",
  netns: "/run/netns/web",
  containerId: "c0ffee-1",
  ifname: "eth0.1",
  labels: { app: "web" },
  pools: ["p"],
  addresses: ["10.0.0.1"],
};

describe("a line of the socket", () => {
  it("is a request when every field is right", () => {
    assert.deepEqual(readRequest(good), good);
    assert.deepEqual(readRequest({ do: "workload.del", name: "a", namespace: "b" }), {
      do: "workload.del",
      name: "a",
      namespace: "b",
    });
    assert.deepEqual(readRequest({ do: "status", more: 1 }), { do: "status" });
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ["do", { ...good, do: "workload.move" }],
    ["do", null],
    ["do", "status"],
    ["name", { ...good, name: "Web" }],
    ["name", { do: "workload.add", namespace: "prod" }],
    ["name", { ...good, name: "../../etc" }],
    ["namespace", { ...good, namespace: "a.b" }],
    ["netns", { ...good, netns: 7 }],
    ["containerId", { ...good, containerId: "a/b" }],
    ["ifname", { ...good, ifname: "a-name-that-is-too-long" }],
    ["labels", { ...good, labels: ["a"] }],
    ["labels", { ...good, labels: { a: 1 } }],
    ["pools", { ...good, pools: "p" }],
    ["addresses", { ...good, addresses: [""] }],
    ["address", { ...good, address: "10.0.0.1" }],
  ];
  for (const [field, line] of wrong) {
    it(`is refused with ${field}, its value and what would be right: ${JSON.stringify(line)?.slice(0, 60)}`, () => {
      assert.throws(
        () => readRequest(line),
        (error) =>
          error instanceof BadWorkloadRequest && error.facts.field === field && /would be right$/.test(error.message),
      );
    });
  }
});
