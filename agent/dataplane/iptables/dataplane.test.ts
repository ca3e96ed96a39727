import assert from "node:assert/strict";
import type { Count } from "../../../kernel/iptables/port.ts";
import { defaultOptions } from "../options.ts";
import { hostSampleOutput } from "../sim/sample-hosts.ts";
import { sampleOutput } from "../sim/sample-policy.ts";
import { IptablesDataplane } from "./dataplane.ts";
import { policyChain } from "./names.ts";
import { lowered } from "./sim/lowered.ts";
import { RecordedIpsets } from "./sim/recorded-ipsets.ts";
import { RecordedTables } from "./sim/recorded-tables.ts";
import { ipsetText, restoreText } from "./sim/restore-text.ts";

/** Steps of a dataplane in the order in which they were taken. */
class Log {
  readonly steps: string[] = [];
  /** Each step waits for this; with `waiting`, only those of that name do. */
  gate: Promise<void> = Promise.resolve();
  waiting: string | undefined;

  async step(name: string): Promise<void> {
    this.steps.push(name);
    if ((this.waiting ?? name) === name) await this.gate;
  }
}

class LoggedTables extends RecordedTables {
  readonly #log: Log;
  counts: ReadonlyMap<string, Count> = new Map();

  constructor(log: Log) {
    super();
    this.#log = log;
  }

  override wantChain(...args: Parameters<RecordedTables["wantChain"]>): void {
    if (this.#log.steps.at(-1) !== "want") this.#log.steps.push("want");
    super.wantChain(...args);
  }

  apply = () => this.#log.step("tables");
  recheck = () => this.#log.step("look at tables");
  removeAll = async () => {
    await this.#log.step("no tables");
    return [];
  };
  counters = async () => this.counts;
  refusals = new Map<string, string>();
  refusal = (table: string, chain: string) => this.refusals.get(`${table} ${chain}`);
  get isAnyRefused(): boolean {
    return this.refusals.size > 0;
  }
  allowDeletes(): void {}
  close(): void {}
}

class LoggedIpsets extends RecordedIpsets {
  readonly #log: Log;

  constructor(log: Log) {
    super();
    this.#log = log;
  }

  commitMembers = () => this.#log.step("members");
  commitDeletes = () => this.#log.step("deletes");
  recheck = () => this.#log.step("look at sets");
  removeAll = async () => {
    await this.#log.step("no sets");
    return [];
  };
  allowDeletes(): void {}
  close(): void {}
}

function dataplane() {
  const log = new Log();
  const [tables, tables6, ipsets] = [new LoggedTables(log), new LoggedTables(log), new LoggedIpsets(log)];
  const families = new Map([
    ["ipv4", tables],
    ["ipv6", tables6],
  ] as const);
  const plane = new IptablesDataplane({
    kind: "iptables-nft",
    tables: families,
    ipsets,
    options: defaultOptions,
    ports: [],
  });
  return { log, tables, tables6, ipsets, plane };
}

describe("the iptables dataplane", () => {
  it("makes sets before rules are wanted, and takes sets away after rules", async () => {
    const { log, plane, tables } = dataplane();
    plane.apply(sampleOutput());
    assert.deepEqual(log.steps, []);
    await plane.commit();
    assert.deepEqual(log.steps, ["members", "want", "tables", "tables", "deletes"]);
    assert.equal(restoreText(tables), restoreText(lowered([sampleOutput()], "ipv4", defaultOptions).tables));
    assert.ok(plane.size.rules > 100 && plane.size.sets > 10 && plane.size.maps === 0, JSON.stringify(plane.size));
    const rules = (plane.size.tables ?? []).reduce((sum, table) => sum + table.rules, 0);
    assert.equal(rules, plane.size.rules, "those of all tables of both families");
  });

  it("says why an interface drops all when the kernel refuses a chain of it or of its policies", async () => {
    const { plane, tables6 } = dataplane();
    const output = sampleOutput();
    plane.apply(output);
    await plane.commit();
    const gates = output.endpoints.flatMap((change) => (change.kind === "set" ? change.value : []));
    const [some] = gates.filter(({ ingress }) => ingress.tiers.length > 0);
    assert.equal(plane.refused(some!), "");
    const chain = policyChain(some!.ingress.tiers[0]!.chains[0]!);
    tables6.refusals.set(`filter ${chain}`, "no such module");
    assert.equal(plane.refused(some!), `chain ${chain} cannot be written and drops: no such module`);
    tables6.refusals.clear();
    tables6.refusals.set("filter cali-tw-other", "no such module");
    assert.equal(plane.refused(some!), "");
  });

  it("keeps what it hears while it writes for the next commit, and makes one of several", async () => {
    const { log, plane, ipsets } = dataplane();
    await plane.commit();
    let open = () => {};
    log.gate = new Promise((resolve) => (open = resolve));
    plane.apply(sampleOutput());
    const first = plane.commit();
    await Promise.resolve();
    const before = ipsetText(ipsets);
    plane.setOptions({ ...defaultOptions, sourceSpoofing: "Any" });
    plane.apply({ ...hostSampleOutput(), members: new Map(), sets: [] });
    const [second, third] = [plane.commit(), plane.commit()];
    assert.equal(second, third);
    assert.equal(ipsetText(ipsets), before);
    log.steps.length = 0;
    open();
    await Promise.all([first, second]);
    assert.deepEqual(log.steps, [
      "want",
      "tables",
      "tables",
      "deletes",
      "members",
      "want",
      "tables",
      "tables",
      "deletes",
    ]);
    assert.notEqual(ipsetText(ipsets), before);
  });

  it("writes small changes to one family after the other", async () => {
    const { log, plane } = dataplane();
    plane.apply(sampleOutput());
    await plane.commit();
    let open = () => {};
    log.gate = new Promise((resolve) => (open = resolve));
    log.steps.length = 0;
    log.waiting = "tables";
    plane.setOptions({ ...defaultOptions, endpointToHost: "Accept" });
    const done = plane.commit();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    assert.deepEqual(log.steps, ["members", "want", "tables"]);
    open();
    await done;
    assert.deepEqual(log.steps, ["members", "want", "tables", "tables", "deletes"]);
  });

  it("goes on after a commit that failed", async () => {
    const { log, plane, tables } = dataplane();
    log.gate = Promise.reject(new Error("no"));
    plane.apply(sampleOutput());
    await assert.rejects(plane.commit(), /no/);
    log.gate = Promise.resolve();
    await plane.commit();
    assert.equal(restoreText(tables), restoreText(lowered([sampleOutput()], "ipv4", defaultOptions).tables));
  });

  it("adds up what both families have counted", async () => {
    const { plane, tables, tables6 } = dataplane();
    tables.counts = new Map([["a", { packets: 1, bytes: 60 }]]);
    tables6.counts = new Map([
      ["a", { packets: 2, bytes: 120 }],
      ["b", { packets: 0, bytes: 0 }],
    ]);
    assert.deepEqual(await plane.counters(), [
      { name: "a", packets: 3, bytes: 180 },
      { name: "b", packets: 0, bytes: 0 },
    ]);
  });

  it("looks at sets before rules, and takes rules away before sets", async () => {
    const { log, plane } = dataplane();
    await plane.recheck();
    await plane.removeAll();
    assert.deepEqual(log.steps, [
      "look at sets",
      "look at tables",
      "look at tables",
      "no tables",
      "no tables",
      "no sets",
    ]);
  });
});
