import assert from "node:assert/strict";
import fc from "fast-check";
import { remove, set } from "../../lib/change.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import type { FloatingAddress } from "../../policy/chain.ts";
import { FloatingOwners } from "./floating-owners.ts";

const floats = (external: string, internal: string): FloatingAddress => ({
  external: parseAddress(external)!,
  internal: parseAddress(internal)!,
});
const has = (interfaceName: string, ...floating: readonly FloatingAddress[]) => set(interfaceName, { floating });

describe("floating addresses that move", () => {
  const told = (owners: FloatingOwners, ...changes: Parameters<FloatingOwners["onEndpoints"]>[0][]) =>
    changes.map((change) => owners.onEndpoints(change).map(formatAddress).join());

  it("are lost when they go, when another workload has them, and when they stand for another address", () => {
    const owners = new FloatingOwners();
    const [a, b] = [floats("192.0.2.1", "10.0.0.1"), floats("192.0.2.1", "10.0.0.2")];
    assert.deepEqual(
      told(
        owners,
        [has("cali2", a)],
        [has("cali2", a)],
        [has("cali3", b)],
        [has("cali1", b)],
        [remove("cali2")],
        [has("cali1", a)],
        [remove("cali1")],
        [remove("cali3")],
      ),
      ["", "", "", "192.0.2.1", "", "192.0.2.1", "192.0.2.1", "192.0.2.1"],
    );
  });

  it("are lost by a move within a turn, told in whichever order", () => {
    for (const order of [(x: unknown[]) => x, (x: unknown[]) => x.reverse()]) {
      const owners = new FloatingOwners();
      owners.onEndpoints([has("cali1", floats("192.0.2.1", "10.0.0.1"))]);
      const changes = [has("cali2", floats("192.0.2.1", "10.0.0.2")), has("cali1")];
      assert.equal(told(owners, order(changes) as typeof changes)[0], "192.0.2.1");
    }
  });

  it("are told whenever whose they are is other than after the turn before, and only then", () => {
    const endpoint = fc.array(fc.tuple(fc.constantFrom("1", "2"), fc.constantFrom("1", "2")), { maxLength: 2 });
    const step = fc.dictionary(fc.constantFrom("cali1", "cali2", "cali3"), endpoint);
    // Of one endpoint that means two addresses by one, the later one counts.
    const whose = (all: ReadonlyMap<string, readonly FloatingAddress[]>): ReadonlyMap<string, string> => {
      const owners = new Map<string, string>();
      for (const [name, floating] of [...all].sort(([x], [y]) => (x < y ? 1 : -1)))
        for (const { external, internal } of floating)
          owners.set(formatAddress(external), `${name} ${formatAddress(internal)}`);
      return owners;
    };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const owners = new FloatingOwners();
        const all = new Map<string, readonly FloatingAddress[]>();
        let before = whose(all);
        for (const changes of steps) {
          const turn = Object.entries(changes).map(([name, floating]) =>
            has(name, ...floating.map(([external, internal]) => floats(`192.0.2.${external}`, `10.0.0.${internal}`))),
          );
          for (const change of turn) all.set(change.key, change.kind === "set" ? change.value.floating : []);
          const after = whose(all);
          const lost = [...before.keys()].filter((key) => before.get(key) !== after.get(key)).sort();
          assert.deepEqual(owners.onEndpoints(turn).map(formatAddress).sort(), lost);
          before = after;
        }
      }),
    );
  });
});
