import assert from "node:assert/strict";
import type { Disturbance, IptablesPort } from "./port.ts";
import { stamped } from "./stamp.ts";
import type { TableName } from "./table.ts";

/** Tables, a foreign hand in them, and how to be rid of them. */
export interface IptablesWorld {
  readonly port: IptablesPort;
  /** Somebody else's transaction. */
  disturb(table: TableName, lines: readonly string[]): void;
  close(): void;
}

/** Resolves when `holds` does; rejects after two seconds. */
async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 2000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What both the kernel's tables, through either variant, and those in memory do. */
export function iptablesContract(open: () => IptablesWorld): void {
  let world: IptablesWorld;
  let port: IptablesPort;
  beforeEach(() => {
    world = open();
    port = world.port;
  });
  afterEach(() => world.close());

  const rule = (name: string, verdict: string): string => stamped(`-m comment --comment "${name}" -j ${verdict}`);
  const commit = async (table: TableName, ...lines: string[]): Promise<void> => {
    assert.deepEqual(await port.restore(table, lines), { kind: "committed" });
  };
  const comments = async (table: TableName, chain: string): Promise<string[] | undefined> =>
    (await port.save(table)).get(chain)?.map(({ comment }) => comment);

  it("writes chains, and reads from each rule whose it is", async () => {
    await commit(
      "filter",
      ":cali-a - [0:0]",
      ":cali-b - [0:0]",
      `-A cali-a ${rule("one \"x|y\" 'z'".replaceAll('"', "#"), "cali-b")}`,
    );
    await commit("filter", "-A cali-b -j DROP");
    const saved = await port.save("filter");
    const [first] = saved.get("cali-a")!;
    assert.equal(first!.comment, "one #x|y# 'z'");
    assert.match(first!.identity, /^[0-9a-f]{16}$/);
    assert.equal(first!.target, "cali-b");
    assert.deepEqual(first!.count, { packets: 0, bytes: 0 });
    const [second] = saved.get("cali-b")!;
    assert.deepEqual({ identity: second!.identity, target: second!.target }, { identity: "", target: "DROP" });
    assert.ok(saved.has("FORWARD"));
  });

  it("lists all tables at once as it lists each", async () => {
    await commit("filter", ":cali-a - [0:0]", `-A cali-a ${rule("one", "DROP")}`);
    await commit("raw", ":cali-b - [0:0]");
    const all = await port.saveAll();
    for (const table of ["filter", "raw"] as const) assert.deepEqual(all.get(table), await port.save(table));
    assert.ok(!all.get("mangle")?.has("cali-a"));
  });

  it("empties a chain that is declared, and leaves the others", async () => {
    await commit(
      "filter",
      ":cali-a - [0:0]",
      ":cali-b - [0:0]",
      `-A cali-a ${rule("a", "DROP")}`,
      `-A cali-b ${rule("b", "DROP")}`,
    );
    await commit("filter", ":cali-a - [0:0]", `-A cali-a ${rule("new", "ACCEPT")}`);
    assert.deepEqual(await comments("filter", "cali-a"), ["new"]);
    assert.deepEqual(await comments("filter", "cali-b"), ["b"]);
  });

  it("replaces, inserts and deletes by number, and deletes by what save prints", async () => {
    const four = ["a", "b", "c", "d"].map((name) => `-A cali-a ${rule(name, "RETURN")}`);
    await commit("raw", ":cali-a - [0:0]", ...four);
    await commit("raw", `-R cali-a 2 ${rule("B", "RETURN")}`, "-D cali-a 3", `-I cali-a 3 ${rule("x", "RETURN")}`);
    assert.deepEqual(await comments("raw", "cali-a"), ["a", "B", "x", "d"]);
    const text = (await port.save("raw")).get("cali-a")![1]!.text;
    await commit("raw", `-D cali-a ${text}`);
    assert.deepEqual(await comments("raw", "cali-a"), ["a", "x", "d"]);
  });

  it("hooks go first and last in the kernel's own chains", async () => {
    world.disturb("filter", ["-A FORWARD -j ACCEPT"]);
    const [one, two, last] = ["one", "two", "last"].map((name) => rule(name, "cali-a"));
    await commit("filter", ":cali-a - [0:0]", `-I FORWARD 1 ${one}`, `-I FORWARD 2 ${two}`, `-A FORWARD ${last}`);
    assert.deepEqual(await comments("filter", "FORWARD"), ["one", "two", "", "last"]);
    await commit("filter", `-D FORWARD ${two}`);
    assert.deepEqual(await comments("filter", "FORWARD"), ["one", "", "last"]);
  });

  it("a refused transaction has changed nothing, and the next one goes through", async () => {
    await commit("filter", ":cali-a - [0:0]", `-A cali-a ${rule("stays", "DROP")}`);
    const wrong = [
      [":cali-a - [0:0]", `-A cali-a ${rule("x", "cali-nowhere")}`],
      [":cali-a - [0:0]", "-D cali-a 7"],
      [":cali-a - [0:0]", "-A cali-nowhere -j DROP"],
    ];
    for (const lines of wrong) {
      const outcome = await port.restore("filter", lines);
      assert.equal(outcome.kind, "refused", `${lines[1]}: ${JSON.stringify(outcome)}`);
      assert.deepEqual(await comments("filter", "cali-a"), ["stays"]);
    }
    await commit("filter", ":cali-a - [0:0]");
    assert.deepEqual(await comments("filter", "cali-a"), []);
  });

  it("a chain that something leads to does not go; in one transaction with what leads to it, it does", async () => {
    await commit("filter", ":cali-a - [0:0]", ":cali-b - [0:0]", `-A cali-a ${rule("a", "cali-b")}`);
    assert.equal((await port.restore("filter", [":cali-b - [0:0]", "-X cali-b"])).kind, "refused");
    await commit("filter", ":cali-a - [0:0]", ":cali-b - [0:0]", "-X cali-a", "-X cali-b");
    assert.equal((await port.save("filter")).has("cali-b"), false);
  });

  it("nat drops nothing", async () => {
    assert.equal((await port.restore("nat", [":cali-a - [0:0]", "-A cali-a -j DROP"])).kind, "refused");
  });

  it("an empty transaction is fine, and a table that nobody made is empty", async () => {
    await commit("mangle");
    assert.deepEqual(
      [...(await port.save("mangle")).keys()].filter((name) => name.startsWith("cali-")),
      [],
    );
  });

  it("hears what somebody else does to our chains and the kernel's", async () => {
    await commit("filter", ":cali-a - [0:0]", `-A cali-a ${rule("a", "DROP")}`);
    const heard: Disturbance[] = [];
    const unwatch = port.watch(["filter", "raw"], (where) => heard.push(where));
    world.disturb("filter", [":cali-a - [0:0]"]);
    await eventually("the alarm", () => heard.includes("filter"));
    heard.length = 0;
    world.disturb("raw", ["-A PREROUTING -j ACCEPT"]);
    await eventually("the second alarm", () => heard.includes("raw"));
    unwatch();
  });
}
