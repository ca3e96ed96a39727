import assert from "node:assert/strict";
import type { Chain } from "../../policy/chain.ts";
import { logPrefix } from "./log-prefix.ts";

const web = { owner: { kind: "NetworkPolicy", namespace: "shop", name: "default.web" }, tier: "default" } as const;
const nodes = { owner: { kind: "GlobalNetworkPolicy", name: "sec.nodes" }, tier: "sec" } as const;
const knp = { owner: { kind: "NetworkPolicy", namespace: "shop", name: "knp.default.db" }, tier: "default" } as const;
const profile = { owner: { kind: "Profile", name: "kns.shop" } } as const;

function of(format: string, ...chains: readonly Pick<Chain, "owner" | "tier">[]): string[] {
  return chains.map((chain) => logPrefix(format, chain, 127));
}

describe("what a log rule writes before a packet", () => {
  it("is the tier, the kind and the name where codes stand for them", () => {
    const all = [web, nodes, knp, profile];
    assert.deepEqual(of("%t|", ...all), ["default|", "sec|", "default|", "|"]);
    assert.deepEqual(of("%k ", ...all), ["np ", "gnp ", "knp ", "pro "]);
    assert.deepEqual(of("%n", ...all), ["default.web", "sec.nodes", "db", "kns.shop"]);
    assert.deepEqual(of("%p", ...all), ["shop/default.web", "sec.nodes", "shop/db", "kns.shop"]);
    assert.deepEqual(of("%t/%k:%p-%p: ", nodes), ["sec/gnp:sec.nodes-sec.nodes: "]);
  });

  it("is the format itself where none does", () => {
    for (const format of ["calico-packet: ", "100% %x %T %", ""]) assert.deepEqual(of(format, web), [format]);
    assert.equal(logPrefix("calico-packet: ", web, 10), "calico-pac");
  });

  it("fits, and ends as it would if all did", () => {
    assert.equal(logPrefix("%k %p: ", web, 12), "np shop/de: ");
    assert.equal(logPrefix("%k %p", web, 12), "np shop/defa");
    assert.equal(logPrefix("%k %p: ", web, 21), "np shop/default.web: ");
  });
});
