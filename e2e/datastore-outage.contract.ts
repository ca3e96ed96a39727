import assert from "node:assert/strict";
import { NamespaceDriver } from "./lab/driver.ts";
import { mustHold, pod, soon, startAll } from "./playing.ts";
import { demoResource, documents, namespaceProfile } from "./resources.ts";
import { smallTopology } from "./scenario/driver.contract.ts";

const topology = { ...smallTopology, datastore: "etcd" as const };

/** What an etcd that is gone for a while may not disturb, and what the agents say meanwhile. */
export function datastoreOutage(seconds: number): void {
  describe(`an etcd that is gone for ${seconds} s`, function () {
    this.timeout(180_000 + seconds * 2000);
    const driver = new NamespaceDriver();

    before(async () => {
      await driver.raise(topology);
      const yaml = documents(demoResource("bgp"), demoResource("pools"), namespaceProfile("back"));
      await mustHold(
        topology,
        driver,
        { do: "apply", yaml },
        ...startAll(topology),
        { do: "attach", pod: pod("back", "a", "n1") },
        { do: "attach", pod: pod("back", "b", "n2") },
        soon({ expect: "reach", rows: [] }),
        { do: "stream", how: "start", everyMs: 10 },
        { do: "datastore", how: "stop" },
      );
    });

    after(() => driver.close());

    it("makes the agents say so, in readiness and metrics", async () => {
      for (const node of ["n1", "n2"]) {
        await mustHold(topology, driver, soon({ expect: "ready", node, ready: false, mentions: "datastore" }));
        const page = await driver.parts.agents.page(node, "http://localhost:9091/metrics");
        const state = /^felix_resync_state (\d)$/m.exec(page.text)?.[1];
        assert.notEqual(state, undefined, `felix_resync_state is told in ${page.text.slice(0, 300)}`);
        assert.notEqual(state, "3", "an agent without its datastore is not in sync");
      }
    });

    it("lets an agent that starts meanwhile keep the kernel, open no session, and say so", async () => {
      await mustHold(
        topology,
        driver,
        { do: "agent", node: "n1", how: "kill" },
        { do: "agent", node: "n1", how: "start" },
        { do: "pass", seconds: 2 },
        { expect: "ready", node: "n1", ready: false, mentions: "datastore", withinSeconds: 0 },
      );
      const sessions = await driver.sessions();
      assert.deepEqual(
        sessions.filter((session) => session.at === "n1" && session.established),
        [],
      );
      await mustHold(topology, driver, soon({ expect: "reach", rows: [] }));
    });

    it("loses no packet, leaves the other sessions alone, and is caught up with afterwards", async () => {
      await driver.act({ do: "pass", seconds });
      const ofOthers = (await driver.sessions()).filter((session) => session.at !== "n1" && session.peer !== "n1");
      assert.equal(ofOthers.length > 0 && ofOthers.every((session) => session.established), true);
      await mustHold(
        topology,
        driver,
        { do: "datastore", how: "start" },
        ...["n1", "n2"].map((node) => soon({ expect: "ready", node, ready: true })),
        soon({ expect: "sessions" }),
        { do: "pass", seconds: 2 },
        { do: "stream", how: "stop" },
        { expect: "lossless", withinSeconds: 0 },
        { do: "apply", yaml: demoResource("deny") },
        soon({
          expect: "reach",
          rows: [
            { from: ["n1"], to: ["back/a"], pass: true },
            { from: ["n2"], to: ["back/b"], pass: true },
            { from: "*", to: ["back/a", "back/b"], pass: false },
          ],
        }),
      );
    });
  });
}
