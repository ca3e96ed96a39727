import assert from "node:assert/strict";
import { KernelError } from "../../kernel/error.ts";
import type { LinkAddress } from "../../kernel/links.ts";
import { Reconciler } from "../../kernel/reconciler.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { parseAddress } from "../../net/address-text.ts";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import type { PlannedPeer } from "../graph/planned.ts";
import { addressSet, type InterfaceAddress, PeeringAddresses } from "./peering-addresses.ts";

const peer = (workload: string | undefined, source: string): PlannedPeer =>
  ({ workload, sourceAddress: parseAddress(source) }) as unknown as PlannedPeer;

function setUp() {
  const there = new Map<string, LinkAddress>();
  const write = (ifindex: number, text: string): void => {
    const prefix = parsePrefix(text)!;
    there.set(`${ifindex} ${text}`, { ifindex, prefix, scope: 0, tentative: false });
  };
  const links = new Map([
    ["cali1", 7],
    ["cali2", 8],
  ]);
  const set = addressSet({
    addresses: () => Promise.resolve([...there.values()]),
    address({ kind, key: { ifindex, prefix } }) {
      if (![...links.values()].includes(ifindex)) {
        return Promise.reject(new KernelError("kernel/refused", "no such device", { operation: "set", errno: 19 }));
      }
      if (kind === "set") write(ifindex, formatPrefix(prefix));
      else there.delete(`${ifindex} ${formatPrefix(prefix)}`);
      return Promise.resolve();
    },
  });
  const same = (x: InterfaceAddress, y: InterfaceAddress): boolean => x.ifindex === y.ifindex;
  const base = { name: "addresses", clock: new SimClock(), tell: () => {} };
  const reconciler = new Reconciler<InterfaceAddress>({ ...base, set, same, owns: () => false });
  reconciler.allowDeletes();
  const addresses = new PeeringAddresses(reconciler, (name) => links.get(name));
  const follow = async (...peers: readonly PlannedPeer[]): Promise<string[]> => {
    addresses.follow(peers);
    for (let i = 0; i < 50; i++) await null;
    return [...there.keys()].sort();
  };
  return { write, links, follow };
}

describe("interfaces of workloads that are peers", () => {
  it("have the address at which we are found as long as the session is planned, in both families, each once", async () => {
    const { write, follow } = setUp();
    write(7, "10.9.9.9/32");
    const both = [peer("cali1", "169.254.9.1"), peer("cali1", "169.254.9.1"), peer("cali1", "fd00::1")];
    const all = ["7 10.9.9.9/32", "7 169.254.9.1/32", "7 fd00::1/128"];
    assert.deepEqual(await follow(...both, peer(undefined, "10.0.0.1")), all);
    assert.deepEqual(await follow(peer("cali2", "169.254.9.1")), ["7 10.9.9.9/32", "8 169.254.9.1/32"]);
    assert.deepEqual(await follow(), ["7 10.9.9.9/32"], "somebody else's stays");
  });

  it("get it when they appear and when they come again, and nothing is owed to one that is gone", async () => {
    const { links, follow } = setUp();
    const peers = [peer("cali3", "169.254.9.1")];
    assert.deepEqual(await follow(...peers), []);
    links.set("cali3", 9);
    assert.deepEqual(await follow(...peers), ["9 169.254.9.1/32"]);
    links.set("cali3", 10);
    assert.deepEqual((await follow(...peers)).at(0), "10 169.254.9.1/32");
    links.delete("cali3");
    await follow();
  });
});
