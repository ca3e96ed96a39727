import assert from "node:assert/strict";
import { parseAddress } from "../../net/address-text.ts";
import { type FlowTuple, formatTuple } from "./flow.ts";
import type { Conntrack } from "./port.ts";

/** A connection that the world opens: `reply` where it is not just the other way round. */
export interface OpenedFlow {
  readonly original: FlowTuple;
  readonly reply?: FlowTuple;
  readonly zone?: number;
}

/** An empty connection table and whoever opens connections in it. */
export interface ConntrackWorld {
  readonly conntrack: Conntrack;
  open(flow: OpenedFlow): void;
  close(): void;
}

/** A tuple from texts, for tests. */
export function tuple(
  source: string,
  destination: string,
  rest: Partial<Omit<FlowTuple, "source" | "destination">> = {},
): FlowTuple {
  const ports = { protocol: 17, sourcePort: rest.icmp ? 0 : 4000, destinationPort: rest.icmp ? 0 : 53 };
  return { source: parseAddress(source)!, destination: parseAddress(destination)!, ...ports, ...rest };
}

/** The tuple of answers when nothing is translated. */
export function answer(original: FlowTuple): FlowTuple {
  const { source, destination, sourcePort, destinationPort, icmp } = original;
  const turned = { ...original, source: destination, destination: source };
  const ports = { sourcePort: destinationPort, destinationPort: sourcePort };
  if (!icmp) return { ...turned, ...ports };
  const echo = original.protocol === 1 ? { 8: 0 }[icmp.type] : { 128: 129 }[icmp.type];
  return { ...turned, ...ports, icmp: { ...icmp, type: echo ?? icmp.type } };
}

/** What every `Conntrack` promises. */
export function conntrackContract(make: () => ConntrackWorld): void {
  let world: ConntrackWorld;
  beforeEach(() => {
    world = make();
  });
  afterEach(() => world?.close());

  const texts = async (filter = {}): Promise<string[]> =>
    (await world.conntrack.flows(filter)).map(({ original }) => formatTuple(original)).sort();
  const address = (text: string) => parseAddress(text)!;

  it("lists flows of both families and of every kind of protocol, with both tuples", async () => {
    const opened: OpenedFlow[] = [
      { original: tuple("10.65.0.2", "10.65.1.3") },
      { original: tuple("10.65.0.2", "10.65.1.3", { protocol: 6, sourcePort: 33000, destinationPort: 443 }) },
      { original: tuple("fd65::2", "fd65::1:3", { protocol: 132 }) },
      { original: tuple("10.65.0.2", "10.65.1.3", { protocol: 1, icmp: { type: 8, code: 0, id: 77 } }) },
      { original: tuple("fd65::2", "fd65::1:3", { protocol: 58, icmp: { type: 128, code: 0, id: 78 } }) },
    ];
    for (const flow of opened) world.open(flow);
    const flows = await world.conntrack.flows({});
    const told = flows.map(({ original, reply, zone }) => `${formatTuple(original)} | ${formatTuple(reply)} ${zone}`);
    const expected = opened.map(({ original }) => `${formatTuple(original)} | ${formatTuple(answer(original))} 0`);
    assert.deepEqual(told.sort(), expected.sort());
    assert.equal(new Set(flows.map(({ id }) => id)).size, opened.length);
  });

  it("finds an address at each of the four places, and through translation", async () => {
    const service = tuple("10.65.0.2", "10.96.0.1", { sourcePort: 4001 });
    world.open({
      original: service,
      reply: tuple("10.65.1.3", "10.65.0.2", { sourcePort: 53, destinationPort: 4001 }),
    });
    const out = tuple("10.65.0.9", "192.0.2.1");
    world.open({ original: out, reply: tuple("192.0.2.1", "10.0.0.1", { sourcePort: 53, destinationPort: 61000 }) });
    const found = async (text: string) => texts({ addresses: [address(text)] });
    for (const text of ["10.65.0.2", "10.96.0.1", "10.65.1.3"]) {
      assert.deepEqual(await found(text), [formatTuple(service)], text);
    }
    for (const text of ["10.65.0.9", "192.0.2.1", "10.0.0.1"]) {
      assert.deepEqual(await found(text), [formatTuple(out)], text);
    }
    assert.deepEqual(await found("10.65.0.3"), []);
  });

  it("takes family, zone and addresses together; no addresses are none", async () => {
    world.open({ original: tuple("10.65.0.2", "10.65.1.3"), zone: 5 });
    world.open({ original: tuple("10.65.0.2", "10.65.1.3") });
    world.open({ original: tuple("fd65::2", "fd65::3") });
    assert.equal((await texts({ family: "ipv6" })).length, 1);
    assert.equal((await texts({ zone: 5 })).length, 1);
    assert.equal((await texts({ zone: 0 })).length, 2);
    assert.equal((await texts({ zone: 5, addresses: [address("10.65.0.2")] })).length, 1);
    assert.equal((await texts({ family: "ipv6", addresses: [address("10.65.0.2")] })).length, 0);
    assert.equal((await texts({ addresses: [] })).length, 0);
  });

  it("deletes all flows of few addresses or many, in every zone, and leaves the others", async () => {
    for (let host = 1; host <= 9; host++) {
      world.open({ original: tuple(`10.65.0.${host}`, "10.65.1.3") });
      world.open({ original: tuple(`10.65.0.${host}`, "10.65.1.3", { protocol: 6 }), zone: 9 });
      world.open({ original: tuple(`fd65::${host}`, "fd65::1:3") });
    }
    assert.equal(await world.conntrack.deleteFlows([]), 0);
    assert.equal(await world.conntrack.deleteFlows([address("10.65.0.1"), address("fd65::1")]), 3);
    const many = [2, 3, 4, 5].flatMap((host) => [address(`10.65.0.${host}`), address(`fd65::${host}`)]);
    assert.equal(await world.conntrack.deleteFlows(many), 12);
    assert.equal((await texts()).length, 12);
    assert.deepEqual(await texts({ addresses: many }), []);
  });

  it("deletes the very entry: not a second time, and not one that came after it", async () => {
    const original = tuple("10.65.0.2", "10.65.1.3", { protocol: 1, icmp: { type: 8, code: 0, id: 7 } });
    world.open({ original });
    const [old] = await world.conntrack.flows({});
    assert.equal(await world.conntrack.deleteFlow(old!), true);
    assert.equal(await world.conntrack.deleteFlow(old!), false);
    world.open({ original });
    const [young] = await world.conntrack.flows({});
    assert.equal(await world.conntrack.deleteFlow({ ...young!, id: (young!.id ^ 1) >>> 0 }), false);
    assert.equal((await texts()).length, 1);
    assert.equal(await world.conntrack.deleteEach([old!, young!]), 1);
  });
}
