import assert from "node:assert/strict";
import { dispatchChains } from "./dispatch.ts";

/** Follows an interface's name through the chains, as the kernel would. */
function follow(chains: ReadonlyMap<string, readonly string[]>, chain: string, name: string): string {
  for (const rule of chains.get(chain)!) {
    const [, pattern, target = ""] = /^(?:-i (\S+) )?-[gj] (\S+)$/.exec(rule) ?? [];
    const matches = pattern?.endsWith("+")
      ? name.startsWith(pattern.slice(0, -1))
      : [undefined, name].includes(pattern);
    if (matches) return chains.has(target) ? follow(chains, target, name) : target;
  }
  return "end";
}

describe("dispatch in iptables", () => {
  const worlds = [
    [],
    ["cali1"],
    ["cali1", "cali12", "cali13", "cali2"],
    ["cali", "calix", "caliy"],
    ["a1", "a1b", "b1"],
  ];
  const treeOf = (interfaces: readonly string[]) =>
    dispatchChains({
      root: "from",
      flag: "-i",
      leaves: new Map(interfaces.map((name) => [name, [`-g to-${name}`]])),
      end: ["-i caliz+ -j RETURN", "-j DROP"],
    });

  for (const interfaces of worlds) {
    it(`leads each of ${interfaces.join(", ") || "none"} to its chain and all others to the end`, () => {
      const chains = treeOf(interfaces);
      for (const name of interfaces) assert.equal(follow(chains, "from", name), `to-${name}`);
      for (const name of ["cali9", "cali1x", "zz", "a"]) assert.equal(follow(chains, "from", name), "DROP", name);
      assert.equal(follow(chains, "from", "caliz1"), "RETURN");
    });
  }

  it("writes one chain anew for one interface more among many", () => {
    const interfaces = Array.from({ length: 250 }, (_, n) => `cali${(n * 7919 + 4096).toString(16)}`);
    const [before, after] = [treeOf(interfaces), treeOf([...interfaces, "cali5abc"])];
    const changed = [...after].filter(([chain, rules]) => before.get(chain)?.join() !== rules.join());
    assert.deepEqual(
      changed.map(([chain]) => chain),
      ["from-5"],
    );
  });
});
