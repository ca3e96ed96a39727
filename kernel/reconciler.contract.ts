import assert from "node:assert/strict";
import type { Clock } from "../lib/clock.ts";
import { parseAddress } from "../net/address-text.ts";
import { parsePrefix } from "../net/prefix.ts";
import type { KernelFact } from "./fact.ts";
import type { KernelSet } from "./kernel-set.ts";
import { type Neighbour, neighbourKey, sameNeighbour } from "./neighbour.ts";
import { Reconciler } from "./reconciler.ts";
import { type Rule, ruleKey } from "./rule.ts";

/** Neighbours and rules of one namespace, and an interface in it that is up. */
export interface SetsWorld {
  readonly neighbours: KernelSet<Neighbour>;
  readonly rules: KernelSet<Rule>;
  readonly ifindex: number;
  readonly clock: Clock;
  close(): void;
}

const ourRules = 180;

/** What every `KernelSet` of neighbours and rules promises, and the reconciler on top of it. */
export function setsContract(make: () => SetsWorld): void {
  let world: SetsWorld;
  let facts: KernelFact[];
  beforeEach(() => {
    world = make();
    facts = [];
  });
  afterEach(() => world?.close());

  const neighbour = (text: string, mac = "02:00:00:00:00:01"): Neighbour => ({
    ifindex: world.ifindex,
    address: parseAddress(text)!,
    mac,
  });
  const neighbours = (): Reconciler<Neighbour> =>
    new Reconciler({
      name: "neighbours",
      set: world.neighbours,
      same: sameNeighbour,
      owns: ({ ifindex }) => ifindex === world.ifindex,
      clock: world.clock,
      tell: (fact) => facts.push(fact),
    });
  const rules = (): Reconciler<Rule> =>
    new Reconciler({
      name: "rules",
      set: world.rules,
      same: (x, y) => ruleKey(x) === ruleKey(y),
      owns: ({ protocol }) => protocol === ourRules,
      clock: world.clock,
      tell: (fact) => facts.push(fact),
    });
  const macs = async (): Promise<string[]> =>
    [...(await world.neighbours.dump())]
      .filter(([, { ifindex }]) => ifindex === world.ifindex)
      .map(([key, { mac }]) => `${key.split(" ")[1]} ${mac}`)
      .sort();

  it("neighbours of both families are made, changed and taken away", async () => {
    const driver = neighbours();
    const both = [neighbour("10.65.0.2"), neighbour("fd65::2")];
    for (const each of both) driver.want(neighbourKey(each), each);
    await driver.settled();
    assert.deepEqual(await macs(), ["10.65.0.2 02:00:00:00:00:01", "fd65::2 02:00:00:00:00:01"]);
    const changed = neighbour("10.65.0.2", "02:00:00:00:00:99");
    driver.want(neighbourKey(changed), changed);
    driver.unwant(neighbourKey(both[1]!));
    await driver.settled();
    assert.deepEqual(await macs(), ["10.65.0.2 02:00:00:00:00:99", "fd65::2 02:00:00:00:00:01"]);
    driver.allowDeletes();
    await driver.settled();
    assert.deepEqual(await macs(), ["10.65.0.2 02:00:00:00:00:99"]);
    assert.equal(driver.pending, 0);
    driver.close();
  });

  it("leaves what an earlier run made until deletes are allowed, and keeps what is still wanted", async () => {
    const first = neighbours();
    for (const text of ["10.65.0.2", "10.65.0.3"]) first.want(neighbourKey(neighbour(text)), neighbour(text));
    await first.settled();
    first.close();
    const next = neighbours();
    next.want(neighbourKey(neighbour("10.65.0.3")), neighbour("10.65.0.3"));
    await next.settled();
    assert.equal((await macs()).length, 2);
    next.allowDeletes();
    await next.settled();
    assert.deepEqual(await macs(), ["10.65.0.3 02:00:00:00:00:01"]);
    next.close();
  });

  it("puts back what is gone when told to look", async () => {
    const driver = neighbours();
    const wanted = neighbour("10.65.0.2");
    driver.want(neighbourKey(wanted), wanted);
    await driver.settled();
    await world.neighbours.apply([{ kind: "delete", key: neighbourKey(wanted), value: wanted }]);
    assert.deepEqual(await macs(), []);
    driver.resync();
    await driver.settled();
    assert.equal((await macs()).length, 1);
    driver.close();
  });

  it("tells once of a neighbour that the kernel refuses, and goes on with the others", async () => {
    const driver = neighbours();
    const lost = { ...neighbour("10.65.0.9"), ifindex: 4711 };
    driver.want(neighbourKey(lost), lost);
    driver.want(neighbourKey(neighbour("10.65.0.2")), neighbour("10.65.0.2"));
    await driver.settled();
    driver.resync();
    await driver.settled();
    assert.equal((await macs()).length, 1);
    assert.equal(driver.pending, 1);
    assert.deepEqual(
      facts.map(({ fact }) => fact),
      ["kernel.set.refused"],
    );
    driver.close();
  });

  it("rules of every shape are made as asked and taken away; those of others stay", async () => {
    const shapes: Rule[] = [
      { family: "ipv4", priority: 100, table: 4000, protocol: ourRules },
      { family: "ipv4", priority: 101, table: 254, protocol: ourRules, from: parsePrefix("10.65.0.0/16")! },
      { family: "ipv6", priority: 102, table: 254, protocol: ourRules, to: parsePrefix("fd65::/64")! },
      { family: "ipv4", priority: 103, table: 254, protocol: ourRules, mark: { value: 0x10, mask: 0xf0 } },
      { family: "ipv4", priority: 104, table: 254, protocol: ourRules, invert: true, inputInterface: "v0" },
      { family: "ipv4", priority: 105, table: 254, protocol: ourRules, suppressPrefixLength: 0, outputInterface: "v1" },
    ];
    const theirs: Rule = { family: "ipv4", priority: 99, table: 254, protocol: 4 };
    await world.rules.apply([{ kind: "set", key: ruleKey(theirs), value: theirs }]);
    const before = [...(await world.rules.dump()).keys()].sort();
    const driver = rules();
    driver.allowDeletes();
    for (const rule of shapes) driver.want(ruleKey(rule), rule);
    await driver.settled();
    const there = [...(await world.rules.dump()).keys()].sort();
    assert.deepEqual(there, [...before, ...shapes.map(ruleKey)].sort());
    for (const rule of shapes) driver.unwant(ruleKey(rule));
    await driver.settled();
    assert.deepEqual([...(await world.rules.dump()).keys()].sort(), before);
    assert.deepEqual(facts, []);
    driver.close();
  });
}
