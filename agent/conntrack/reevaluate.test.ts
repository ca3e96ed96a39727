import assert from "node:assert/strict";
import { answer, tuple } from "../../kernel/ctnetlink/conntrack.contract.ts";
import { SimConntrack } from "../../kernel/ctnetlink/sim/conntrack.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import { plainNode, ToldWorld, told } from "../../policy/sim/told-world.ts";
import type { ConntrackFact } from "./fact.ts";
import { Reevaluation } from "./reevaluate.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const local = "10.65.0.1";

describe("judging established connections again", () => {
  let conntrack: SimConntrack;
  let clock: SimClock;
  let facts: ConntrackFact[];
  let policies: ToldWorld;
  let judging: Reevaluation;
  beforeEach(() => {
    conntrack = new SimConntrack();
    clock = new SimClock();
    facts = [];
    policies = new ToldWorld(
      told("Tier", "default", { order: 1000, defaultAction: "Deny" }),
      told("Profile", "open", { ingress: [{ action: "Allow" }], egress: [{ action: "Allow" }] }),
      told("WorkloadEndpoint", "shop/pod", {
        node: "n1",
        interfaceName: "cali1",
        ipNetworks: [`${local}/32`],
        profiles: ["open"],
      }),
    );
    judging = new Reevaluation({
      conntrack,
      clock,
      tell: (fact) => facts.push(fact),
      addresses: () => [parseAddress(local)!],
      world: () => ({
        view: policies.state,
        node: plainNode,
        interfaceOf: (address) => (formatAddress(address) === local ? "cali1" : undefined),
        isHost: () => false,
      }),
    });
  });
  afterEach(() => judging.close());

  const open = (source: string, sourcePort = 4000): void => {
    const original = tuple(source, local, { sourcePort });
    conntrack.open({ original, reply: answer(original) });
  };
  const left = async (): Promise<string[]> =>
    (await conntrack.flows({})).map(({ original }) => formatAddress(original.source));
  const only = (net: string): void => {
    const ingress = [{ action: "Allow", source: { nets: [net] } }];
    policies.tell(
      told("GlobalNetworkPolicy", "p", { tier: "default", selector: "all()", types: ["Ingress"], ingress }),
    );
    judging.policyChanged();
  };
  /** Lets time pass until nothing is to be done; answers how many turns it took. */
  const finish = async (): Promise<number> => {
    for (let turns = 0; turns < 100; turns++) {
      if (judging.idle) return turns;
      clock.advance(seconds(1));
      await turn();
    }
    assert.fail("judging never ended");
  };

  it("deletes what would be denied now and keeps the rest", async () => {
    for (const source of ["192.0.2.1", "192.0.2.2", "198.51.100.1"]) open(source);
    only("192.0.2.0/24");
    await finish();
    assert.deepEqual(await left(), ["192.0.2.1", "192.0.2.2"]);
    assert.deepEqual(facts, [{ fact: "agent.flows-judged", flows: 3, denied: 1, millis: 0 }]);
  });

  it("judges some hundred flows a turn, with the policy of that turn", async () => {
    for (let port = 1; port <= 2100; port++) open("192.0.2.1", port);
    only("198.51.100.0/24");
    clock.advance(seconds(1));
    await turn();
    assert.equal((await left()).length, 1600);
    only("192.0.2.0/24");
    assert.ok((await finish()) < 20);
    assert.equal((await left()).length, 1600);
    assert.deepEqual(
      facts.map((fact) => fact.fact === "agent.flows-judged" && [fact.flows, fact.denied]),
      [
        [2100, 500],
        [1600, 0],
      ],
    );
  });

  it("answers many changes with one judging, a second after the first of them", async () => {
    open("192.0.2.1");
    for (let i = 0; i < 50; i++) only("198.51.100.0/24");
    clock.advance(millis(999));
    await turn();
    assert.deepEqual(facts, []);
    await finish();
    assert.equal(facts.length, 1);
    assert.deepEqual(await left(), []);
  });

  it("tries again what failed, with growing pauses", async () => {
    open("192.0.2.1");
    conntrack.faults.interruptDumps(2);
    only("198.51.100.0/24");
    for (let i = 0; i < 12 && !judging.idle; i++) {
      clock.advance(seconds(1));
      await turn();
    }
    assert.deepEqual(
      facts.map(({ fact }) => fact),
      ["agent.flows-not-judged", "agent.flows-not-judged", "agent.flows-judged"],
    );
    assert.ok(judging.idle);
  });
});
