import assert from "node:assert/strict";
import { demoTopology } from "./demo/topology.ts";
import { NamespaceDriver } from "./lab/driver.ts";
import { mustHold, pod, soon, startAll } from "./playing.ts";
import { demoResource, documents, namespaceProfile, pool } from "./resources.ts";

describe("a pool with fewer blocks than nodes", function () {
  this.timeout(180_000);
  const topology = demoTopology("embedded");
  const driver = new NamespaceDriver();

  before(async () => {
    await driver.raise(topology);
    const tight = documents(pool("tight-ipv4", "10.245.0.0/29", 30), pool("tight-ipv6", "fd00:10:245::/125", 126));
    const yaml = documents(demoResource("bgp"), tight, namespaceProfile("blue"));
    await mustHold(topology, driver, { do: "apply", yaml }, ...startAll(topology));
  });

  after(() => driver.close());

  it("makes the last node borrow, and the router learns the borrowed addresses by their user", async () => {
    await mustHold(
      topology,
      driver,
      { do: "attach", pod: pod("blue", "one", "node1") },
      { do: "attach", pod: pod("blue", "two", "node2") },
      { do: "attach", pod: pod("blue", "three", "node3") },
      soon({ expect: "addresses", pods: ["blue/one", "blue/two", "blue/three"] }),
      soon({ expect: "routes", at: "tor" }),
      soon({ expect: "reach", rows: [] }),
    );
    const borrowed = (await driver.claims()).filter((claim) => /\/(32|128)$/.test(claim.prefix));
    assert.deepEqual(
      borrowed.map((claim) => claim.node),
      ["node3", "node3"],
    );
  });

  it("forgets a borrowed address when its pod goes, and gives it to the next", async () => {
    await mustHold(
      topology,
      driver,
      { do: "detach", pod: "blue/three" },
      soon({ expect: "routes", at: "tor" }),
      { do: "attach", pod: pod("blue", "four", "node3") },
      soon({ expect: "addresses", pods: ["blue/four"] }),
      soon({ expect: "reach", rows: [] }),
      { do: "detach", pod: "blue/four" },
      soon({ expect: "gone", pod: "blue/four" }),
      soon({ expect: "routes", at: "tor" }),
    );
  });
});
