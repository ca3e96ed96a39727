import assert from "node:assert/strict";
import { errno } from "../errno.ts";
import { commentOf } from "./comment.ts";
import { elementKey } from "./element.ts";
import { encodeRule } from "./encoded-rule.ts";
import type { Expression } from "./expression.ts";
import type { Disturbance, NftablesPort, Operation, Outcome } from "./port.ts";
import { contentOf } from "./ruleset.contract.ts";
import type { SetSpec } from "./set.ts";

/** A port on an empty table `inet manx`, and a foreign hand on the same table. */
export interface PortUnderTest {
  readonly port: NftablesPort;
  /** Somebody else's transaction on our table. */
  foreign(operations: readonly Operation[]): Promise<void>;
  /** Somebody else's transaction on another table. */
  elsewhere(): Promise<void>;
  close(): void;
}

const hosts: SetSpec = { name: "hosts", key: ["ipv4_addr"] };
const nets: SetSpec = { name: "nets", key: ["ipv4_addr"], interval: true };
const hook = { type: "filter", point: "forward", priority: 0, policy: "accept" } as const;

function rule(chain: string, ...expressions: Expression[]): Extract<Operation, { readonly kind: "new rule" }> {
  return { kind: "new rule", chain, rule: encodeRule("inet", { expressions, name: `${chain} rule` }) };
}

function refusedWith(outcome: Outcome): readonly (readonly [number, number])[] {
  return outcome.kind === "refused" ? outcome.refusals.map(({ operation, errno: no }) => [operation, no]) : [];
}

const ground: readonly Operation[] = [
  { kind: "new table" },
  { kind: "new set", set: hosts },
  { kind: "new set", set: nets },
  { kind: "new map", map: "dispatch" },
  { kind: "new chain", chain: "leaf" },
  { kind: "new chain", chain: "forward", hook },
  { kind: "new elements", set: nets, keys: ["10.0.0.0/8", "192.168.0.0-192.168.0.9"].map((x) => elementKey(nets, x)) },
  { kind: "new entries", map: "dispatch", entries: [["cali1", { kind: "goto", chain: "leaf" }]] },
  rule("leaf", { kind: "accept" }),
  rule(
    "forward",
    { kind: "lookup", key: ["ip saddr"], set: "nets" },
    { kind: "counter" },
    { kind: "jump", chain: "leaf" },
  ),
  rule("forward", { kind: "vmap", key: "iifname", map: "dispatch" }),
];

/** What every port on an nftables table keeps. */
export function nftablesContract(open: () => Promise<PortUnderTest>): void {
  let at: PortUnderTest;
  beforeEach(async () => {
    at = await open();
  });
  afterEach(() => at.close());

  const commit = async (...operations: Operation[]): Promise<Outcome> => at.port.commit(operations);
  const put = async (): Promise<void> => {
    assert.equal((await at.port.commit(ground)).kind, "committed");
  };

  it("there is no table before the first transaction", async () => {
    assert.equal((await at.port.dump()).table, undefined);
    assert.deepEqual([...(await at.port.rules())], []);
  });

  it("a set keeps the comment that it was made with", async () => {
    await put();
    const about = { ...hosts, name: "about", comment: "role == 'web'" };
    await commit(
      { kind: "new set", set: about },
      { kind: "new set", set: { ...about, name: "long", comment: 'é"'.repeat(99) } },
    );
    await commit({ kind: "new set", set: { ...about, comment: "role == 'db'" } });
    const sets = (await at.port.dump()).table?.sets;
    const comments = ["about", "long", "hosts"].map((name) => {
      const set = sets?.get(name);
      return set?.kind === "set" ? set.spec.comment : "no set";
    });
    assert.deepEqual(comments, ["role == 'web'", commentOf('é"'.repeat(99)), undefined]);
  });

  it("a dump shows what was committed", async () => {
    await put();
    const { table } = await at.port.dump();
    assert.deepEqual(table?.chains.get("forward")?.hook, hook);
    assert.deepEqual(
      table?.chains.get("forward")?.rules.map((r) => [r.comment, r.count]),
      [
        ["forward rule", { packets: 0, bytes: 0 }],
        ["forward rule", undefined],
      ],
    );
    assert.deepEqual((contentOf(table) as { readonly sets: unknown }).sets, [
      ["dispatch", ["cali1 goto leaf"]],
      ["hosts", []],
      ["nets", ["10.0.0.0/8", "192.168.0.0-192.168.0.9"]],
    ]);
  });

  it("a transaction happens whole or not at all, and every refusal names its operation", async () => {
    await put();
    const before = contentOf((await at.port.dump()).table);
    const outcome = await commit(
      { kind: "new chain", chain: "new" },
      rule("nowhere", { kind: "accept" }),
      rule("new", { kind: "jump", chain: "nowhere" }),
      rule("new", { kind: "accept" }),
      rule("new", { kind: "lookup", key: ["ip saddr"], set: "no-set" }),
    );
    assert.deepEqual(refusedWith(outcome), [
      [1, errno.ENOENT],
      [2, errno.ENOENT],
      [4, errno.ENOENT],
    ]);
    assert.deepEqual(contentOf((await at.port.dump()).table), before);
  });

  it("what is still referred to cannot go", async () => {
    await put();
    assert.deepEqual(refusedWith(await commit({ kind: "delete chain", chain: "leaf" })), [[0, errno.EBUSY]]);
    assert.deepEqual(refusedWith(await commit({ kind: "delete set", set: "nets" })), [[0, errno.EBUSY]]);
    assert.deepEqual(refusedWith(await commit({ kind: "delete chain", chain: "gone" })), [[0, errno.ENOENT]]);
    const outcome = await commit(
      { kind: "flush chain", chain: "forward" },
      { kind: "delete entries", map: "dispatch", names: ["cali1"] },
      { kind: "delete chain", chain: "leaf" },
      { kind: "delete set", set: "nets" },
    );
    assert.equal(outcome.kind, "committed");
  });

  it("no rule may call a base chain, and no chain itself", async () => {
    await put();
    assert.deepEqual(refusedWith(await commit(rule("leaf", { kind: "jump", chain: "forward" }))), [
      [0, errno.EOPNOTSUPP],
    ]);
    assert.equal((await commit(rule("leaf", { kind: "jump", chain: "leaf" }))).kind, "refused");
  });

  it("the same set, chain and element again are fine, others under the same name are not", async () => {
    await put();
    assert.equal((await at.port.commit(ground.slice(0, 8))).kind, "committed");
    const moved = await commit({ kind: "new chain", chain: "forward", hook: { ...hook, priority: 5 } });
    assert.equal(moved.kind, "refused");
    assert.equal((await commit({ kind: "new set", set: { name: "nets", key: ["ipv6_addr"] } })).kind, "refused");
    const overlapping = [elementKey(nets, "10.1.0.0/16")];
    assert.equal((await commit({ kind: "new elements", set: nets, keys: overlapping })).kind, "refused");
    const absent = [elementKey(hosts, "1.1.1.1")];
    assert.deepEqual(refusedWith(await commit({ kind: "delete elements", set: hosts, keys: absent })), [
      [0, errno.ENOENT],
    ]);
  });

  it("new rules tell their handles, by which others go before them and they go away", async () => {
    await put();
    const first = await commit(rule("leaf", { kind: "drop" }), rule("leaf", { kind: "return" }));
    assert.ok(first.kind === "committed" && first.handles.size === 2);
    const [drop, back] = [first.handles.get(0)!, first.handles.get(1)!];
    const second = await commit(
      { kind: "delete rule", chain: "leaf", handle: drop },
      { ...rule("leaf", { kind: "continue" }), before: back },
    );
    assert.ok(second.kind === "committed");
    const rules = (await at.port.rules("leaf")).get("leaf")!;
    assert.deepEqual(
      rules.slice(1).map((r) => r.handle),
      [second.handles.get(1), back],
    );
    assert.deepEqual([...(await at.port.rules("leaf")).keys()], ["leaf"]);
  });

  it("a base chain's policy changes in place", async () => {
    await put();
    assert.equal(
      (await commit({ kind: "new chain", chain: "forward", hook: { ...hook, policy: "drop" } })).kind,
      "committed",
    );
    const chain = (await at.port.dump()).table?.chains.get("forward");
    assert.deepEqual([chain?.hook?.policy, chain?.rules.length], ["drop", 2]);
  });

  it("a map's entry changes its verdict in one transaction", async () => {
    await put();
    const outcome = await commit(
      { kind: "delete entries", map: "dispatch", names: ["cali1"] },
      { kind: "new entries", map: "dispatch", entries: [["cali1", { kind: "drop" }]] },
    );
    assert.equal(outcome.kind, "committed");
    const map = (await at.port.dump()).table?.sets.get("dispatch");
    assert.deepEqual(map?.kind === "map" && map.entries.get("cali1"), { kind: "drop" });
  });

  it("a commit upon a generation that has passed is stale and does nothing", async () => {
    await put();
    const { generation } = await at.port.dump();
    await at.elsewhere();
    assert.deepEqual(await at.port.commit([{ kind: "delete table" }], generation), { kind: "stale" });
    const now = (await at.port.dump()).generation;
    assert.equal((await at.port.commit([{ kind: "delete table" }], now)).kind, "committed");
    assert.equal((await at.port.dump()).table, undefined);
  });

  it("every transaction, and nothing else, moves the generation by one", async () => {
    await put();
    const { generation } = await at.port.dump();
    await commit({ kind: "new chain", chain: "one" });
    assert.equal(await at.port.generation(), generation + 1);
    await commit({ kind: "delete chain", chain: "nowhere" });
    assert.equal(await at.port.generation(), generation + 1);
    await at.foreign([{ kind: "flush chain", chain: "leaf" }]);
    assert.equal(await at.port.generation(), generation + 2);
  });

  it("a watcher hears what others do to our table, and neither us nor what happens to other tables", async () => {
    const heard: Disturbance[] = [];
    let wake = (): void => {};
    const generations = new Set<number | undefined>();
    const stop = at.port.watch((what, generation) => {
      heard.push(what);
      generations.add(generation);
      wake();
    });
    await put();
    await at.elsewhere();
    await at.port.dump();
    assert.deepEqual(heard, []);
    const told = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await at.foreign([{ kind: "flush chain", chain: "leaf" }]);
    await told;
    assert.ok(heard.length > 0 && heard.every((what) => what === "changed"));
    const made = (await at.port.generation()) & 0xffff;
    assert.ok([...generations].every((generation) => generation === undefined || generation === made));
    stop();
  });
}
