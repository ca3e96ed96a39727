import assert from "node:assert/strict";
import { SimClock } from "../../lib/sim/clock.ts";
import { millis } from "../../lib/unit.ts";
import { InvalidIpset } from "./error.ts";
import type { IpsetFact } from "./fact.ts";
import { IpsetDriver } from "./ipset-driver.ts";
import { memberKey, memberText } from "./member.ts";
import type { IpsetOperation } from "./port.ts";
import type { IpsetSpec } from "./set.ts";
import { SimIpsets } from "./sim/ipsets.ts";

const nets: IpsetSpec = { name: "cali40nets", type: "hash:net", family: "inet", maxelem: 100 };
const ports: IpsetSpec = { name: "cali40ports", type: "hash:ip,port", family: "inet", maxelem: 100 };

describe("the ipset driver", () => {
  let port: SimIpsets;
  let clock: SimClock;
  let told: IpsetFact[];
  let driver: IpsetDriver;
  beforeEach(() => {
    port = new SimIpsets();
    clock = new SimClock();
    told = [];
    driver = new IpsetDriver({ port, clock, tell: (fact) => told.push(fact) });
  });
  afterEach(() => driver.close());

  async function pass(ms: number): Promise<void> {
    for (let i = 0; i < 60; i++) await Promise.resolve();
    clock.advance(millis(ms));
    for (let i = 0; i < 60; i++) await Promise.resolve();
  }

  const add = (set: IpsetSpec, ...members: string[]): IpsetOperation => ({
    kind: "add",
    set,
    keys: members.map((text) => memberKey(set, text)),
  });
  const list = async (set: IpsetSpec): Promise<string[]> =>
    (await port.members(set)).map((key) => memberText(set, key)).sort();
  const names = async (): Promise<string[]> => (await port.headers()).map(({ name }) => name).sort();

  it("sends what differs and nothing more", async () => {
    driver.wantSet(nets);
    driver.changeMembers(nets.name, ["10.0.0.1", "10.0.0.2"]);
    await driver.commitMembers();
    assert.equal(port.executed, 2);
    driver.changeMembers(nets.name, ["10.0.0.3", "10.0.0.4"], ["10.0.0.1", "10.0.0.4"]);
    driver.changeMembers(nets.name, [], ["10.0.0.4"]);
    await driver.commitMembers();
    assert.equal(port.executed, 4);
    assert.deepEqual(await list(nets), ["10.0.0.2", "10.0.0.3"]);
  });

  it("corrects what an earlier process left without ever emptying it", async () => {
    port.disturb([{ kind: "create", set: nets }, add(nets, "10.0.0.1", "10.0.0.2")]);
    driver.wantSet(nets);
    driver.changeMembers(nets.name, ["10.0.0.2", "10.0.0.3"]);
    const least: number[] = [];
    const execute = port.execute.bind(port);
    port.execute = async (operations) => {
      assert.ok(operations.every(({ kind }) => kind === "add" || kind === "delete"));
      const refusals = await execute(operations);
      least.push((await port.members(nets)).length);
      return refusals;
    };
    await driver.commitMembers();
    assert.deepEqual(least, [2]);
    assert.deepEqual(told, [{ fact: "ipset.adopted", sets: 1, members: 2 }]);
  });

  it("finds a flushed and a destroyed set within a second, and an exchanged member within a minute", async () => {
    driver.wantSet(nets);
    driver.changeMembers(nets.name, ["10.0.0.1", "10.0.0.2"]);
    await driver.commitMembers();
    port.disturb([{ kind: "flush", name: nets.name }]);
    await pass(1000);
    assert.deepEqual(await list(nets), ["10.0.0.1", "10.0.0.2"]);
    port.disturb([{ kind: "destroy", name: nets.name }]);
    await pass(1000);
    assert.deepEqual(await list(nets), ["10.0.0.1", "10.0.0.2"]);
    port.disturb([{ kind: "delete", set: nets, keys: [memberKey(nets, "10.0.0.1")] }, add(nets, "10.0.0.9")]);
    for (let i = 0; i < 70; i++) await pass(1000);
    assert.deepEqual(await list(nets), ["10.0.0.1", "10.0.0.2"]);
    const how = told.map((fact) => fact.fact === "ipset.disturbed" && fact.how);
    assert.deepEqual(how, [
      "it has 0 members where we left 2",
      "somebody destroyed it",
      "1 of its members are missing, 1 are strange",
    ]);
  });

  it("a refused member is told by name once, the others are there, and it is tried again", async () => {
    const poison = memberKey(nets, "10.0.0.2");
    port.poison.set(poison, 4104);
    driver.wantSet(nets);
    driver.wantSet(ports);
    driver.changeMembers(nets.name, ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    driver.changeMembers(ports.name, ["10.0.0.1,tcp:80"]);
    await driver.commitMembers();
    assert.deepEqual(await list(nets), ["10.0.0.1", "10.0.0.3"]);
    assert.deepEqual(await list(ports), ["10.0.0.1,tcp:80"]);
    for (let i = 0; i < 5; i++) await pass(30_000);
    const what = "add 10.0.0.2";
    const error = "the prefix length is out of range (IPSET_ERR_INVALID_CIDR)";
    assert.deepEqual(told, [{ fact: "ipset.refused", set: nets.name, what, error }]);
    port.poison.clear();
    for (let i = 0; i < 3; i++) await pass(30_000);
    assert.deepEqual(await list(nets), ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    assert.deepEqual(told.at(-1), { fact: "ipset.accepted", set: nets.name });
  });

  it("a set that is wanted in another type replaces the old one once no rule looks into that", async () => {
    port.disturb([{ kind: "create", set: { ...ports, name: nets.name } }]);
    port.refer(nets.name, 1);
    driver.wantSet(nets);
    driver.changeMembers(nets.name, ["10.0.0.1"]);
    await driver.commitMembers();
    assert.deepEqual(await names(), [nets.name]);
    assert.match(JSON.stringify(told.at(-1)), /ipset.refused.*destroy.*a rule still looks into it/);
    port.refer(nets.name, 0);
    await pass(30_000);
    assert.deepEqual(await list(nets), ["10.0.0.1"]);
    assert.deepEqual(await names(), [nets.name]);
  });

  it("sets that a rule still looks into are told when one of them stays, not when others do each time", async () => {
    driver.allowDeletes();
    for (let n = 0; n < 30; n++) {
      const set = { ...nets, name: `${nets.name}${n}` };
      driver.wantSet(set);
      await driver.commitMembers();
      port.refer(set.name, 1);
      driver.unwantSet(set.name);
      await driver.commitDeletes();
      await pass(250);
      if (n < 20) port.refer(set.name, 0);
      if (n === 20) assert.deepEqual(told, []);
    }
    assert.match(JSON.stringify(told), /^\[\{"fact":"ipset.refused","set":"cali40nets20","what":"destroy/);
    assert.equal(told.length, 1);
  });

  it("a set that changes its size keeps its members and its rules", async () => {
    driver.wantSet(nets);
    driver.changeMembers(nets.name, ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    await driver.commitMembers();
    port.refer(nets.name, 2);
    driver.wantSet({ ...nets, maxelem: 2 });
    await driver.commitMembers();
    assert.deepEqual(await list(nets), ["10.0.0.1", "10.0.0.2"]);
    driver.wantSet({ ...nets, maxelem: 3 });
    await driver.commitMembers();
    assert.deepEqual(await list(nets), ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    assert.equal((await port.headers())[0]!.references, 2);
  });

  it("a set that stays in use is told when that lasts", async () => {
    driver.wantSet(nets);
    driver.allowDeletes();
    await driver.commitMembers();
    port.refer(nets.name, 1);
    driver.unwantSet(nets.name);
    await driver.commitDeletes();
    assert.deepEqual(told, []);
    for (let i = 0; i < 5; i++) await pass(1000);
    assert.deepEqual(
      told.map(({ fact }) => fact),
      ["ipset.refused"],
    );
    port.refer(nets.name, 0);
    await pass(30_000);
    assert.deepEqual(await names(), []);
  });

  it("a lost answer is looked after, and is no disturbance", async () => {
    driver.wantSet(nets);
    driver.changeMembers(nets.name, ["10.0.0.1"]);
    port.failNext("lost");
    const done = driver.commitMembers();
    await pass(20);
    await pass(20);
    await done;
    assert.deepEqual(await list(nets), ["10.0.0.1"]);
    assert.deepEqual(
      told.map(({ fact }) => fact),
      ["ipset.failed"],
    );
  });

  it("names, sizes and members that cannot be are refused", () => {
    assert.throws(() => driver.wantSet({ ...nets, name: "hosts" }), InvalidIpset);
    assert.throws(() => driver.wantSet({ ...nets, name: `cali40${"x".repeat(26)}` }), InvalidIpset);
    assert.throws(() => driver.wantSet({ ...nets, maxelem: 0 }), InvalidIpset);
    driver.wantSet(nets);
    assert.throws(() => driver.changeMembers(nets.name, ["10.0.0.1", "fd00::1"]), InvalidIpset);
    assert.throws(() => driver.changeMembers("cali40other", []), /not wanted/);
  });
});
