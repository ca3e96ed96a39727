import assert from "node:assert/strict";
import { dispatchChains } from "./dispatch.ts";

/** Follows an interface's name through the chains, as the kernel would. */
function follow(chains: ReadonlyMap<string, readonly string[]>, chain: string, name: string): string {
  for (const rule of chains.get(chain)!) {
    const [, , pattern = "", , target = ""] = /^(-i) (\S+) (-g) (\S+)$/.exec(rule) ?? [];
    if (pattern === "") return "drop";
    const matches = pattern.endsWith("+") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
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
  for (const interfaces of worlds) {
    it(`leads each of ${interfaces.join(", ") || "none"} to its chain and drops all others`, () => {
      const chains = dispatchChains("from", "-i", interfaces, (name) => `to-${name}`);
      for (const name of interfaces) assert.equal(follow(chains, "from", name), `to-${name}`);
      for (const name of ["cali9", "cali1x", "zz", "a"]) assert.equal(follow(chains, "from", name), "drop", name);
    });
  }
});
