import assert from "node:assert/strict";
import fc from "fast-check";
import type { RoutePage, RouteQuery } from "../../bgp/speaker/route-query.ts";
import type { CalicoNodeStatus } from "../../datastore/model/calico-node-status.ts";
import { apiVersion } from "../../datastore/model/resource.ts";
import { ResourceClient } from "../../datastore/resource-client.ts";
import { kindPrefix } from "../../datastore/resource-key.ts";
import { SimServer } from "../../datastore/sim/server.ts";
import { SimStore } from "../../datastore/sim/store.ts";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { parsePrefix } from "../../net/prefix.ts";
import type { AgentStatus, PeerStatus } from "../api/status.ts";
import type { AgentFact } from "../fact.ts";
import { NodeGraph } from "../graph/node-graph.ts";
import { mostRoutes } from "./node-routes.ts";
import { mostRequests, NodeStatusReporter } from "./reporter.ts";
import { nodeStatus, type StatusClass, type StatusSources } from "./status.ts";

/** An agent's reporter beside a store, and everything it was made to look at. */
class Lab {
  readonly clock = new SimClock(Date.UTC(2026, 10, 21));
  readonly store = new SimStore(new SimServer(this.clock), this.clock);
  readonly client = new ResourceClient(this.store, this.clock, seededRandom(1));
  readonly looks: string[] = [];
  readonly facts: AgentFact[] = [];
  isBroken = false;
  readonly reporter = new NodeStatusReporter({
    node: "n1",
    clock: this.clock,
    tell: (fact) => this.facts.push(fact),
    look: (classes, now) => {
      this.looks.push(`${now.slice(14, 19)} ${classes.join()}`);
      return { lastUpdated: now };
    },
    write: (resource) =>
      this.isBroken ? Promise.reject(new Error("out of reach")) : this.client.update<CalicoNodeStatus>(resource),
  });

  constructor() {
    this.store.watch(kindPrefix("CalicoNodeStatus"), 0, (message) => {
      for (const event of message.kind === "events" ? message.events : []) {
        this.reporter.on(
          event.kind === "put" ? { kind: "set", key: event.key, value: event } : { kind: "delete", key: event.key },
        );
      }
    });
  }

  async ask(name: string, spec: CalicoNodeStatus["spec"]): Promise<void> {
    await this.client.apply<CalicoNodeStatus>({ kind: "CalicoNodeStatus", apiVersion, metadata: { name }, spec });
  }

  /** Lets time pass, with what is done at each moment done before the next. */
  async run(time: number): Promise<void> {
    const until = millis(this.clock.now() + seconds(time));
    for (;;) {
      for (let i = 0; i < 20; i++) await Promise.resolve();
      if (this.clock.step(until)) continue;
      this.clock.advance(millis(until - this.clock.now()));
      return;
    }
  }

  async updated(name: string): Promise<string | null | undefined> {
    return (await this.client.get({ kind: "CalicoNodeStatus", name })).status?.lastUpdated;
  }
}

describe("the reporter of CalicoNodeStatuses", () => {
  it("answers at once and each period, only about its own node, until told to stop", async () => {
    const lab = new Lab();
    await lab.ask("mine", { node: "n1", classes: ["BGP"], updatePeriodSeconds: 20 });
    await lab.ask("other", { node: "n2", classes: ["BGP"], updatePeriodSeconds: 1 });
    await lab.ask("off", { node: "n1", classes: ["BGP"], updatePeriodSeconds: 0 });
    await lab.run(45);
    assert.deepEqual(lab.looks, ["00:00 BGP", "00:20 BGP", "00:40 BGP"]);
    assert.equal(await lab.updated("mine"), "2026-11-21T00:00:40Z");
    assert.equal((await lab.updated("other")) ?? "", "");
    assert.equal(lab.reporter.size, 1);
    await lab.ask("mine", { node: "n1", classes: ["Agent", "BGP"], updatePeriodSeconds: 20 });
    await lab.run(1);
    assert.equal(lab.looks.at(-1), "00:45 Agent,BGP", "another question is answered at once");
    await lab.ask("mine", { node: "n1", updatePeriodSeconds: 0 });
    await lab.run(100);
    assert.equal(lab.looks.length, 4);
    assert.equal(lab.reporter.size, 0);
  });

  it("goes on after a write that failed, and forgets what was deleted", async () => {
    const lab = new Lab();
    lab.isBroken = true;
    await lab.ask("mine", { node: "n1" });
    await lab.run(15);
    assert.deepEqual(lab.facts[0], { fact: "agent.node-status-failed", name: "mine", why: "out of reach" });
    lab.isBroken = false;
    await lab.run(10);
    assert.equal(await lab.updated("mine"), "2026-11-21T00:00:20Z", "ten seconds is the period of who names none");
    await lab.client.delete({ kind: "CalicoNodeStatus", name: "mine" });
    const { length } = lab.looks;
    await lab.run(60);
    assert.equal(lab.looks.length, length);
    lab.reporter.stop();
  });

  it("answers a bounded number of them", async () => {
    const lab = new Lab();
    for (let i = 0; i < mostRequests + 3; i++) await lab.ask(`r${i}`, { node: "n1" });
    await lab.run(1);
    assert.equal(lab.reporter.size, mostRequests);
    assert.equal(lab.facts.length, 3);
  });

  it("answers in the end whatever was asked last, however it came to that", async () => {
    const spec = fc.record({
      node: fc.constantFrom("n1", "n2"),
      classes: fc.subarray(["Agent", "BGP", "Routes"] as const),
      updatePeriodSeconds: fc.constantFrom(0, 1, 7, 30),
    });
    const step = fc.record({ spec: fc.option(spec), wait: fc.integer({ min: 0, max: 40 }), broken: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const lab = new Lab();
        for (const { spec: wanted, wait, broken } of steps) {
          lab.isBroken = broken;
          if (wanted) await lab.ask("r", wanted);
          else await lab.client.delete({ kind: "CalicoNodeStatus", name: "r" }).catch(() => {});
          await lab.run(wait);
        }
        lab.isBroken = false;
        await lab.run(31);
        const last = steps.at(-1)!.spec;
        const isAnswered = last?.node === "n1" && last.updatePeriodSeconds > 0;
        assert.equal(lab.reporter.size, isAnswered ? 1 : 0);
        const { length } = lab.looks;
        await lab.run(31);
        assert.equal(lab.looks.length > length, isAnswered);
        if (isAnswered) assert.equal(lab.looks.at(-1)!.slice(6), last.classes.join());
      }),
      { numRuns: 60 },
    );
  });
});

describe("the status that a node writes", () => {
  const peer = (address: string, type: PeerStatus["type"], state: PeerStatus["state"]): PeerStatus => {
    const family = address.includes(":") ? "ipv6" : "ipv4";
    return { address, asn: 1, type, family, state, since: "2026-11-21T00:00:00Z", received: 0, advertised: 0, why: "" };
  };
  const sources = (listRoutes?: (query: RouteQuery) => RoutePage): StatusSources => ({
    status: {
      version: "1.2.3",
      routerId: "10.0.0.1",
      startedAt: "2026-11-20T00:00:00Z",
      peers: [
        peer("10.0.0.2", "node-to-node mesh", "Established"),
        peer("10.0.0.3", "global", "Active"),
        peer("fd00::2", "node specific", "Idle"),
      ],
    } as unknown as AgentStatus,
    isRouting: true,
    graph: new NodeGraph({ nodeName: "n1", routerId: undefined }),
    listRoutes,
    addresses: [{ interfaceName: "eth0", prefix: parsePrefix("10.0.0.1/24")! }],
  });

  it("has Calico's shape, and only the classes asked for", () => {
    const all: readonly StatusClass[] = ["Agent", "BGP", "Routes"];
    const status = nodeStatus(sources(), all, "now");
    const daemon = { state: "Ready", version: "manx 1.2.3", routerID: "10.0.0.1" };
    const times = { lastBootTime: "2026-11-20T00:00:00Z", lastReconfigurationTime: "2026-11-20T00:00:00Z" };
    const since = "2026-11-21T00:00:00Z";
    assert.deepEqual(status, {
      lastUpdated: "now",
      agent: { birdV4: { ...daemon, ...times }, birdV6: { ...daemon, ...times } },
      bgp: {
        numberEstablishedV4: 1,
        numberNotEstablishedV4: 1,
        numberEstablishedV6: 0,
        numberNotEstablishedV6: 1,
        peersV4: [
          { peerIP: "10.0.0.2", type: "NodeMesh", state: "Established", since },
          { peerIP: "10.0.0.3", type: "GlobalPeer", state: "Active", since },
        ],
        peersV6: [{ peerIP: "fd00::2", type: "NodePeer", state: "Idle", since }],
      },
      routes: { routesV4: [], routesV6: [] },
    });
    for (const one of all) {
      const fields = Object.keys(nodeStatus(sources(), [one], "now"));
      assert.deepEqual(fields, ["lastUpdated", one.toLowerCase()]);
    }
  });

  it("says of routes where they go, whom they are from, and which of them are used; so many and no more", () => {
    const route = (n: number, state: "best" | "backup", from = "10.0.0.2") => ({
      prefix: `10.${n >> 8}.${n & 255}.0/24`,
      peer: from,
      state,
      nextHop: n === 1 ? "10.9.9.9" : "10.0.0.2",
    });
    const pages: Record<string, readonly object[]> = {
      "": [route(0, "best"), route(1, "backup"), route(2, "best", "local")],
      more: [],
    };
    const list = ({ family, cursor = "" }: RouteQuery): RoutePage => {
      const routes = family === "ipv4" ? pages[cursor]! : [];
      return { routes, ...(cursor === "" && { next: "more" }) } as RoutePage;
    };
    const { routesV4, routesV6 } = nodeStatus(sources(list), ["Routes"], "now").routes!;
    const learnedFrom = { sourceType: "BGPPeer", peerIP: "10.0.0.2" };
    assert.deepEqual(routesV4, [
      { type: "FIB", destination: "10.0.0.0/24", gateway: "10.0.0.2", interface: "eth0", learnedFrom },
      { type: "RIB", destination: "10.0.1.0/24", gateway: "10.9.9.9", interface: "", learnedFrom },
    ]);
    assert.deepEqual(routesV6, []);
    let asked = 0;
    const endless = (): RoutePage => {
      asked++;
      return {
        routes: Array.from({ length: 1000 }, (_, i) => route(i, "best")),
        next: "again",
      } as unknown as RoutePage;
    };
    assert.equal(nodeStatus(sources(endless), ["Routes"], "now").routes!.routesV4!.length, mostRoutes);
    assert.ok(asked <= 2 * (mostRoutes / 1000));
  });
});
