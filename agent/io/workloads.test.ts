import assert from "node:assert/strict";
import { ResourceClient } from "../../datastore/resource-client.ts";
import { SimServer } from "../../datastore/sim/server.ts";
import { SimStore } from "../../datastore/sim/store.ts";
import { ManxError } from "../../lib/error.ts";
import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { parseAddress } from "../../net/address-text.ts";
import { parsePrefix } from "../../net/prefix.ts";
import type { Failure, WorkloadRequest } from "../api/socket.ts";
import type { AgentFact } from "../fact.ts";
import { Waiters } from "../waiters.ts";
import type { PodLinks } from "../workload/ports.ts";
import { Workloads, type WorkloadsOptions } from "./workloads.ts";

class PoolEmpty extends ManxError<"ipam/pool-empty", { readonly pool: string }> {}

const breathe = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
};
const add = (name: string): WorkloadRequest => ({
  do: "workload.add",
  name,
  namespace: "prod",
  netns: `/run/netns/${name}`,
});
const del = (name: string): WorkloadRequest => ({ do: "workload.del", name, namespace: "prod" });

/** Links that write down what is made, and wait to be let go on while they are held. */
function heldLinks(log: string[], gates: (() => void)[], isHeld: () => boolean): PodLinks {
  return {
    async create({ interfaceName, netns }) {
      log.push(`create ${netns}`);
      if (isHeld()) await new Promise<void>((resolve) => gates.push(resolve));
      log.push(`created ${netns}`);
      assert.match(interfaceName, /^cali[0-9a-f]{11}$/);
      return { mac: "02:00:00:00:00:01", gateways: ["169.254.1.1"] };
    },
    async remove() {
      log.push("remove");
    },
  };
}

/** An agent whose kernel takes what it is given once `isUp` says so, and links that wait to be let go on. */
function setUp() {
  const clock = new SimClock();
  const log: string[] = [];
  const facts: AgentFact[] = [];
  const held = new Set<string>();
  const gates: (() => void)[] = [];
  const state = { blocked: "", lost: "", isUp: true, holdLinks: false, fail: undefined as Error | undefined };
  const waiters = new Waiters(clock);
  const agent = {
    get blocked() {
      return state.blocked;
    },
    settings: { ipv6Support: true },
    graph: {
      pools: [{ name: "p", prefix: parsePrefix("10.65.0.0/16")!, automatic: true }],
      endpoints: new Map<string, unknown>(),
    },
    datastore: {
      client: new ResourceClient(new SimStore(new SimServer(clock), clock), clock, seededRandom(1)),
      get lost() {
        return state.lost;
      },
    },
    waiters,
    isUp: () => state.isUp,
  };
  const links = heldLinks(log, gates, () => state.holdLinks);
  const workloads = new Workloads({
    agent: agent as unknown as WorkloadsOptions["agent"],
    allocator: {
      addressesOf: async () => [],
      async assign({ handle }) {
        if (state.fail) throw state.fail;
        held.add(handle);
        return [
          { address: parseAddress(`10.65.0.${held.size}`)!, block: parsePrefix("10.65.0.0/26")!, borrowed: false },
        ];
      },
      async releaseByHandle(handle) {
        held.delete(handle);
        return [];
      },
    },
    nodeName: "n1",
    tell: (fact) => facts.push(fact),
    links,
  });
  /** Asks, and lets the store's and the waiters' clock run until the answer is there. */
  const ask = async (request: WorkloadRequest) => {
    let answer: Awaited<ReturnType<Workloads["answer"]>> | undefined;
    void workloads.answer(request).then((given) => void (answer = given));
    for (let i = 0; i < 60 && !answer; i++) {
      await breathe();
      clock.advance(seconds(1));
    }
    assert.ok(answer, "never answered");
    return answer;
  };
  return { workloads, ask, state, log, facts, held, gates, clock, agent };
}

describe("requests for workloads", () => {
  it("are answered, and told with how they ended", async () => {
    const { ask, facts, held } = setUp();
    const answer = await ask(add("web"));
    assert.ok(answer.ok, JSON.stringify(answer));
    assert.equal("endpoint" in answer && answer.endpoint, "prod/n1-k8s-web-eth0");
    assert.deepEqual(await ask(del("web")), { ok: true });
    assert.equal(held.size, 0);
    const told = facts.map((fact) => fact.fact === "agent.workload" && [fact.request, fact.workload, fact.outcome]);
    assert.deepEqual(told, [
      ["workload.add", "prod/web", "done"],
      ["workload.del", "prod/web", "done"],
    ]);
  });

  it("of one workload wait for one another, of another they do not", async () => {
    const { workloads, state, log, gates, clock, held } = setUp();
    state.holdLinks = true;
    const tick = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) {
        await breathe();
        clock.advance(seconds(0));
      }
    };
    const first = workloads.answer(add("web"));
    const second = workloads.answer(del("web"));
    const third = workloads.answer(add("web"));
    const other = workloads.answer(add("other"));
    await tick();
    assert.deepEqual(log, ["create /run/netns/web", "create /run/netns/other"]);
    for (let i = 0; i < 3; i++) {
      for (const go of gates.splice(0)) go();
      await tick();
    }
    const answers = await Promise.all([first, second, third, other]);
    assert.deepEqual(
      answers.map(({ ok }) => ok),
      [true, true, true, true],
    );
    const own = log.filter((line) => !line.includes("other"));
    const once = ["create /run/netns/web", "created /run/netns/web"];
    assert.deepEqual(own, [...once, "remove", ...once]);
    assert.equal(held.size, 2);
  });

  it("after one that failed go on", async () => {
    const { ask, state, workloads } = setUp();
    state.fail = new PoolEmpty("ipam/pool-empty", "pool p is empty", { pool: "p" });
    const failed = workloads.answer(add("web"));
    const refused = (await ask(add("web"))) as Failure;
    assert.deepEqual([(await failed).ok, refused.ok], [false, false]);
    state.fail = undefined;
    assert.ok((await ask(add("web"))).ok);
  });

  it("that fail are answered with the error's code, message and facts", async () => {
    const { ask, state, facts } = setUp();
    state.fail = new PoolEmpty("ipam/pool-empty", "pool p is empty", { pool: "p" });
    const answer = { ok: false, code: "ipam/pool-empty", message: "pool p is empty", facts: { pool: "p" } };
    assert.deepEqual(await ask(add("web")), answer);
    assert.equal(facts[0]?.fact === "agent.workload" && facts[0].outcome, "pool p is empty");
    state.fail = new Error("bug: not this");
    assert.deepEqual(await ask(add("web")), { ok: false, code: "agent/bug", message: "bug: not this" });
  });

  it("are turned away while the agent may not program, with the reason", async () => {
    const { ask, state, log } = setUp();
    state.blocked = "the datastore has not been seen whole yet";
    const answer = { ok: false, code: "agent/not-ready", message: state.blocked };
    assert.deepEqual(await ask(add("web")), answer);
    assert.deepEqual(await ask(del("web")), answer);
    assert.deepEqual(log, []);
  });

  const whys: readonly (readonly [string, (lab: ReturnType<typeof setUp>) => void])[] = [
    ["the datastore is out of reach: gone", ({ state }) => void (state.lost = "gone")],
    ["the datastore has not told us of the endpoint in time", () => {}],
    [
      "the kernel did not take its routes and rules in time",
      ({ agent }) => void agent.graph.endpoints.set("prod/n1-k8s-web-eth0", {}),
    ],
  ];
  for (const [why, arrange] of whys) {
    it(`that the kernel does not serve in time are taken back, and say why: ${why}`, async () => {
      const lab = setUp();
      lab.state.isUp = false;
      arrange(lab);
      const answer = (await lab.ask(add("web"))) as Failure;
      assert.equal(answer.code, "agent/workload-timeout");
      assert.equal(answer.message, `prod/n1-k8s-web-eth0: ${why}`);
      assert.equal(lab.held.size, 0);
      assert.equal(lab.log.at(-1), "remove");
    });
  }
});
