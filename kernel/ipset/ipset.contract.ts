import assert from "node:assert/strict";
import { errno } from "../errno.ts";
import { ipsetErrno } from "./errno.ts";
import { memberKey, memberText } from "./member.ts";
import type { IpsetOperation, IpsetPort } from "./port.ts";
import type { IpsetSpec } from "./set.ts";

/** A kernel's sets and how to be rid of them. */
export interface IpsetWorld {
  readonly port: IpsetPort;
  close(): void;
}

const specs: readonly IpsetSpec[] = [
  { name: "cali40nets", type: "hash:net", family: "inet", maxelem: 1000 },
  { name: "cali60nets", type: "hash:net", family: "inet6", maxelem: 1000 },
  { name: "cali40ports", type: "hash:ip,port", family: "inet", maxelem: 1000 },
  { name: "cali60ports", type: "hash:ip,port", family: "inet6", maxelem: 1000 },
  { name: "cali40links", type: "hash:net,iface", family: "inet", maxelem: 1000 },
  { name: "cali60links", type: "hash:net,iface", family: "inet6", maxelem: 1000 },
];

const texts: { readonly [Name in string]: readonly string[] } = {
  cali40nets: ["0.0.0.0/1", "10.0.0.0/8", "10.0.0.1", "255.255.255.255"],
  cali60nets: ["8000::/1", "fd00::/64", "fd00::1"],
  cali40ports: ["10.0.0.1,tcp:80", "10.0.0.1,udp:53", "10.0.0.2,sctp:65535"],
  cali60ports: ["fd00::1,tcp:80", "fd00::1,udp:1"],
  cali40links: ["10.0.0.0/24,cali1", "10.0.0.1,cali0123456789a", "128.0.0.0/1,eth0.5"],
  cali60links: ["::/1,cali1", "fd00::1,cali1", "fd00::1,cali2"],
};

const [nets, nets6, ports] = specs as readonly [IpsetSpec, IpsetSpec, IpsetSpec];

/** What both the kernel's sets and those in memory do. */
export function ipsetContract(open: () => IpsetWorld): void {
  let world: IpsetWorld;
  let port: IpsetPort;
  beforeEach(() => {
    world = open();
    port = world.port;
  });
  afterEach(() => world.close());

  const run = (...operations: IpsetOperation[]) => port.execute(operations);
  const create = (set: IpsetSpec): IpsetOperation => ({ kind: "create", set });
  const change = (kind: "add" | "delete", set: IpsetSpec, ...members: string[]): IpsetOperation => ({
    kind,
    set,
    keys: members.map((text) => memberKey(set, text)),
  });
  const list = async (set: IpsetSpec): Promise<string[]> =>
    (await port.members(set)).map((key) => memberText(set, key)).sort();

  it("every type of both families holds its members", async () => {
    assert.deepEqual(await run(...specs.flatMap((set) => [create(set), change("add", set, ...texts[set.name]!)])), []);
    for (const set of specs) assert.deepEqual(await list(set), [...texts[set.name]!].sort(), set.name);
    const headers = await port.headers();
    assert.deepEqual(new Map(headers.map(({ name, spec }) => [name, spec])), new Map(specs.map((s) => [s.name, s])));
    assert.equal(headers.find(({ name }) => name === "cali40nets")?.elements, 4);
  });

  it("what is there already is no error, what is not there neither", async () => {
    await run(create(nets), change("add", nets, "10.0.0.1"));
    assert.deepEqual(await run(create(nets), change("add", nets, "10.0.0.1"), change("delete", nets, "10.0.0.2")), []);
    assert.deepEqual(await list(nets), ["10.0.0.1"]);
  });

  it("a set of another kind is in the way of a new one", async () => {
    await run(create(nets));
    assert.deepEqual(await run(create({ ...nets, maxelem: 5 })), [{ operation: 0, key: -1, errno: errno.EEXIST }]);
  });

  it("the member that is refused is named, and the operations behind it happen", async () => {
    const small = { ...nets, maxelem: 3 };
    const four = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"];
    const refusals = await run(create(small), change("add", small, ...four), create(ports));
    assert.deepEqual(refusals, [{ operation: 1, key: 3, errno: ipsetErrno.HASH_FULL }]);
    assert.equal((await list(small)).length, 3);
    assert.equal((await port.headers()).length, 2);
  });

  it("a prefix of length 0 is refused", async () => {
    const refusals = await run(create(nets), change("add", nets, "10.0.0.1", "0.0.0.0/0"));
    assert.deepEqual(refusals, [{ operation: 1, key: 1, errno: 4104 }]);
  });

  it("a set that is not there is not destroyed, and has no members", async () => {
    assert.deepEqual(await run({ kind: "destroy", name: "cali40gone" }), [
      { operation: 0, key: -1, errno: errno.ENOENT },
    ]);
    assert.deepEqual(await port.members({ ...nets, name: "cali40gone" }), []);
  });

  it("sets of one type swap, others do not", async () => {
    const other = { ...nets, name: "cali40other", maxelem: 7 };
    await run(create(nets), create(other), create(nets6), change("add", nets, "10.0.0.1"));
    assert.deepEqual(await run({ kind: "swap", name: "cali40nets", with: "cali40other" }), []);
    assert.deepEqual(await list(other), ["10.0.0.1"]);
    assert.deepEqual(await list(nets), []);
    assert.equal((await port.headers()).find(({ name }) => name === "cali40nets")?.spec?.maxelem, 7);
    const [refusal] = await run({ kind: "swap", name: "cali40nets", with: "cali60nets" });
    assert.equal(refusal?.errno, ipsetErrno.TYPE_MISMATCH);
  });

  it("flushes, renames and destroys", async () => {
    await run(create(nets), change("add", nets, "10.0.0.1"), { kind: "flush", name: "cali40nets" });
    assert.deepEqual(await list(nets), []);
    assert.deepEqual(await run({ kind: "rename", name: "cali40nets", to: "cali40new" }), []);
    assert.deepEqual(
      (await port.headers()).map(({ name }) => name),
      ["cali40new"],
    );
    assert.deepEqual(await run({ kind: "destroy", name: "cali40new" }), []);
    assert.deepEqual(await port.headers(), []);
  });

  it("five thousand members go in order", async () => {
    const big = { ...nets, maxelem: 4321 };
    const many = Array.from({ length: 5000 }, (_, i) => `10.1.${i >> 8}.${i & 255}`);
    const [first] = await run(create(big), change("add", big, ...many));
    assert.equal(first?.errno, ipsetErrno.HASH_FULL);
    // Linux counts a large set in regions, and lets a few more in.
    assert.ok(first.key >= 4321 && first.key < 4400, `the first too many is ${first.key}`);
    assert.ok((await port.members(big)).length >= 4321);
    assert.deepEqual(await run(change("delete", big, ...many)), []);
    assert.deepEqual(await port.members(big), []);
  });
}
