import assert from "node:assert/strict";
import { NamespaceDriver } from "./lab/driver.ts";
import { run } from "./lab/run.ts";
import { mustHold, pod, soon, startAll } from "./playing.ts";
import { demoResource, documents, namespaceProfile } from "./resources.ts";
import { smallTopology } from "./scenario/driver.contract.ts";

describe("an agent that is asked to end", function () {
  this.timeout(180_000);
  const driver = new NamespaceDriver();

  before(async () => {
    await driver.raise(smallTopology);
    const yaml = documents(demoResource("bgp"), demoResource("pools"), namespaceProfile("blue"));
    await mustHold(
      smallTopology,
      driver,
      { do: "apply", yaml },
      ...startAll(smallTopology),
      { do: "attach", pod: pod("blue", "a", "n1") },
      { do: "attach", pod: pod("blue", "b", "n2") },
      soon({ expect: "reach", rows: [] }),
    );
  });

  after(() => driver.close());

  /** What the kernel of a node forwards and filters by. */
  async function kernelOf(node: string): Promise<string> {
    const netns = driver.parts.ground.netns(node);
    const routes = await run("ip", ["-n", netns, "route", "show"]);
    const routes6 = await run("ip", ["-n", netns, "-6", "route", "show"]);
    const rules = await run("nft", ["--stateless", "list", "ruleset"], { netns });
    return `${routes}\n${routes6.replace(/ expires \d+sec/g, "")}\n${rules}`;
  }

  it("leaves forwarding and filtering as they are, and the same agent takes them over again", async () => {
    const before = await kernelOf("n1");
    await driver.act({ do: "stream", how: "start", everyMs: 10 });
    await driver.act({ do: "agent", node: "n1", how: "stop" });
    await driver.act({ do: "pass", seconds: 3 });
    assert.equal(await kernelOf("n1"), before);
    await mustHold(
      smallTopology,
      driver,
      ...startAll(smallTopology),
      { do: "pass", seconds: 2 },
      { do: "stream", how: "stop" },
      { expect: "lossless", withinSeconds: 0 },
    );
    assert.equal(await kernelOf("n1"), before);
  });
});
