import assert from "node:assert/strict";
import { SimServer } from "../../datastore/sim/server.ts";
import { SimStore } from "../../datastore/sim/store.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis, seconds } from "../../lib/unit.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { PolicyGraph } from "../../policy/graph/policy-graph.ts";
import { readEnvironment } from "../config/read.ts";
import { NodeGraph } from "../graph/node-graph.ts";
import { Intake } from "../intake.ts";
import { Datastore } from "./datastore.ts";

/** Lets what was promised come true. */
async function breathe(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe("the agent's side of the datastore", () => {
  const opened: Datastore[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((datastore) => datastore.stop())));

  function setUp(variables: Readonly<Record<string, string>> = { IP: "192.0.2.11/24" }) {
    const clock = new SimClock();
    const store = new SimStore(new SimServer(clock), clock);
    const told: string[] = [];
    let changes = 0;
    const tell = (fact: { readonly fact: string }): void => void told.push(fact.fact);
    const intake = new Intake({
      nodeName: "n1",
      graph: new NodeGraph({ nodeName: "n1", routerId: undefined }),
      policy: new PolicyGraph("n1"),
      tell,
      onPools: () => {},
    });
    const { environment } = readEnvironment({ NODENAME: "n1", ...variables });
    const changed = (): void => void changes++;
    const datastore = new Datastore({ environment, store, tell, intake, changed, clock });
    opened.push(datastore);
    const pass = async (span = millis(0)): Promise<void> => {
      await breathe();
      clock.advance(span);
      await breathe();
    };
    /** Until everything that is due at once has happened. */
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await pass();
    };
    return { store, told, datastore, pass, settle, changes: () => changes };
  }
  const host = [{ interfaceName: "eth0", prefix: parsePrefix("192.0.2.11/24")! }];

  it("reads everything, registers our Node once, and says that it is in sync", async () => {
    const { datastore, store, told, settle, changes } = setUp();
    assert.deepEqual([datastore.isInSync, datastore.unregistered], [false, "not tried yet"]);
    datastore.start(() => host);
    await settle();
    assert.deepEqual([datastore.isInSync, datastore.unregistered, datastore.lost], [true, "", ""]);
    assert.ok(changes() > 0);
    const { spec } = await (async () => {
      const reading = datastore.client.get({ kind: "Node", name: "n1" });
      await settle();
      return reading;
    })();
    assert.equal(spec.bgp?.ipv4Address, "192.0.2.11/24");
    assert.equal(told.filter((fact) => fact === "agent.registered").length, 1);
    assert.equal(store.faults.unavailable, false);
  });

  it("tries to register again every five seconds, and says why it is not", async () => {
    const { datastore, store, told, pass, settle } = setUp();
    store.set({ unavailable: true });
    datastore.start(() => host);
    await settle();
    assert.notEqual(datastore.unregistered, "");
    assert.equal(datastore.isInSync, false);
    assert.notEqual(datastore.lost, "");
    const failures = (): number => told.filter((fact) => fact === "agent.registration-failed").length;
    assert.equal(failures(), 1);
    await pass(seconds(5));
    assert.equal(failures(), 2);
    store.set({ unavailable: false });
    for (let i = 0; i < 40; i++) await pass(seconds(1));
    assert.deepEqual([datastore.unregistered, datastore.lost, datastore.isInSync], ["", "", true]);
    assert.equal(failures(), 2);
  });

  it("waits for an address that is not there yet, and says what would be right", async () => {
    let addresses: typeof host = [];
    const { datastore, pass, settle } = setUp({ IP: "autodetect" });
    datastore.start(() => addresses);
    await settle();
    assert.match(datastore.unregistered, /IP=autodetect: no address found.*would be right/);
    assert.equal(datastore.isInSync, true);
    addresses = host;
    await pass(seconds(5));
    await settle();
    assert.equal(datastore.unregistered, "");
  });

  it("knows that contact is lost and found again", async () => {
    const { datastore, store, pass, settle, told } = setUp();
    datastore.start(() => host);
    await settle();
    store.set({ unavailable: true });
    await settle();
    assert.notEqual(datastore.lost, "");
    assert.ok(told.includes("datastore.interrupted"));
    assert.equal(datastore.isInSync, true, "what was seen stays seen");
    store.set({ unavailable: false });
    for (let i = 0; i < 40; i++) await pass(seconds(1));
    assert.equal(datastore.lost, "");
  });

  it("does not try again once it is stopped, also when it was just trying", async () => {
    const { datastore, store, told, pass, settle } = setUp();
    store.set({ unavailable: true });
    datastore.start(() => host);
    await datastore.stop();
    await settle();
    for (let i = 0; i < 10; i++) await pass(seconds(5));
    assert.ok(told.filter((fact) => fact === "agent.registration-failed").length <= 1);
  });
});
