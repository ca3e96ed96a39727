import assert from "node:assert/strict";
import { systemClock } from "../../lib/io/clock.ts";
import { families } from "../../net/family.ts";
import type { Driver } from "./driver.ts";
import type { Expectation } from "./expectation.ts";
import { play } from "./play.ts";
import type { Step } from "./scenario.ts";
import type { Topology } from "./topology.ts";

/** Two nodes, one of them without a default route, a router and a client: as small as a cluster with every kind of machine can be. */
export const smallTopology: Topology = {
  name: "small",
  asn: 64512,
  datastore: "embedded",
  nodes: [
    { name: "n1", addresses: { ipv4: "172.31.0.1", ipv6: "fd00:31::1" }, defaultRoute: false },
    { name: "n2", addresses: { ipv4: "172.31.0.2", ipv6: "fd00:31::2" }, defaultRoute: true },
  ],
  routers: [{ name: "tor", asn: 65000, addresses: { ipv4: "172.31.0.254", ipv6: "fd00:31::254" } }],
  clients: [
    {
      name: "outside",
      router: "tor",
      addresses: { ipv4: "192.0.2.10", ipv6: "2001:db8:2::10" },
      gateways: { ipv4: "192.0.2.1", ipv6: "2001:db8:2::1" },
    },
  ],
};

/** What every driver promises. `resources` are the pools, peers and profiles that a real cluster needs to run. */
export function driverContract(name: string, make: () => Driver, resources: string): void {
  describe(`${name} as a driver`, function () {
    this.timeout(120_000);
    let driver: Driver;

    before(async () => {
      driver = make();
      await driver.raise(smallTopology);
      await driver.act({ do: "apply", yaml: resources });
    });

    after(() => driver?.close());

    async function holds(...steps: Step[]): Promise<void> {
      const scenario = { topology: smallTopology, chapters: [{ title: "contract", about: "", steps }] };
      const verdicts = await play(scenario, driver, systemClock);
      assert.deepEqual(
        verdicts.filter((verdict) => !verdict.held),
        [],
      );
    }

    const within = <T extends Expectation>(expectation: T) => ({ ...expectation, withinSeconds: 30 });
    const pod = (name: string, node: string) => ({ name, namespace: "blue", node, labels: { app: name } });

    it("says that a node without an agent is not ready and speaks with nobody", async () => {
      assert.equal((await driver.readiness("n1")).ready, false);
      const sessions = await driver.sessions();
      assert.equal(
        sessions.some((session) => session.established),
        false,
      );
      assert.equal(
        sessions.some((session) => session.at === "n1"),
        false,
      );
    });

    it("starts agents, and they find each other and the router", async () => {
      const starts = ["n1", "n2"].map((node): Step => ({ do: "agent", node, how: "start" }));
      await holds(...starts, within({ expect: "sessions" }), within({ expect: "ready", node: "n1", ready: true }));
    });

    it("attaches pods that everybody reaches from their own address", async () => {
      await holds(
        { do: "attach", pod: pod("a", "n1") },
        { do: "attach", pod: pod("b", "n2") },
        within({ expect: "addresses", pods: ["blue/a", "blue/b"] }),
        within({ expect: "routes", at: "tor" }),
        within({ expect: "reach", rows: [] }),
      );
    });

    it("changes nothing by looking, and answers in order", async () => {
      const look = async () => [await driver.pods(), await driver.claims(), await driver.routes("tor", "ipv4")];
      assert.deepEqual(await look(), await look());
      const pods = (await driver.pods()).map((each) => each.pod);
      assert.deepEqual(pods, [...pods].sort());
      const tried = await driver.reach();
      assert.equal(tried.length, 5 * 4 * families.length * 2);
    });

    it("counts what a stream loses, and what it does not", async () => {
      await holds(
        { do: "stream", how: "start", everyMs: 10 },
        { do: "agent", node: "n1", how: "kill" },
        { do: "agent", node: "n1", how: "start" },
        { do: "stream", how: "stop" },
        { expect: "lossless", withinSeconds: 0 },
      );
      await driver.act({ do: "stream", how: "start", everyMs: 10 });
      await driver.act({ do: "link", of: "outside", how: "cut" });
      await driver.act({ do: "pass", seconds: 0.3 });
      await driver.act({ do: "stream", how: "stop" });
      await driver.act({ do: "link", of: "outside", how: "mend" });
      const lossy = (await driver.losses()).filter((each) => each.lost > 0);
      assert.ok(lossy.length > 0);
      assert.ok(lossy.every((each) => each.from === "outside" || each.to === "outside"));
    });

    it("finds an address that is in use, at its node at least", async () => {
      const { addresses } = (await driver.pods())[0]!;
      for (const address of Object.values(addresses)) {
        const traces = await driver.traces(address);
        assert.ok(
          traces.some((trace) => trace.startsWith("n1 ")),
          `${address}: ${traces.join(", ")}`,
        );
      }
    });

    it("forgets a pod that is detached", async () => {
      await holds(
        { do: "attach", pod: pod("c", "n2") },
        { do: "detach", pod: "blue/c" },
        within({ expect: "gone", pod: "blue/c" }),
      );
      const pods = (await driver.pods()).map((each) => each.pod);
      assert.deepEqual(pods, ["blue/a", "blue/b"]);
    });

    it("closes twice", async () => {
      await driver.close();
      await driver.close();
    });
  });
}
