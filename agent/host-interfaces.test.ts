import assert from "node:assert/strict";
import type { Change } from "../lib/change.ts";
import type { Address } from "../net/address.ts";
import { formatAddress, parseAddress } from "../net/address-text.ts";
import { HostInterfaces } from "./host-interfaces.ts";

const table = (rows: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly Address[]> =>
  new Map(Object.entries(rows).map(([name, texts]) => [name, texts.map((text) => parseAddress(text)!)]));
const told = (changes: readonly Change<string, readonly Address[]>[]): readonly string[] =>
  changes.map((change) => `${change.key} ${change.kind === "set" ? change.value.map(formatAddress).join() : "gone"}`);
const isHosts = (name: string): boolean => !name.startsWith("cali");

describe("the host's own interfaces", () => {
  it("are told once, again when their addresses change, and when they are gone", () => {
    const interfaces = new HostInterfaces();
    const first = table({ eth0: ["10.0.0.1", "fd00::1"], cali1: ["169.254.1.1"], lo: [] });
    assert.deepEqual(told(interfaces.changes(first, isHosts)), ["eth0 10.0.0.1,fd00::1", "lo "]);
    const turned = table({ lo: [], eth0: ["fd00::1", "10.0.0.1"], cali1: [] });
    assert.deepEqual(told(interfaces.changes(turned, isHosts)), [], "the order of addresses means nothing");
    assert.deepEqual(told(interfaces.changes(table({ eth0: ["10.0.0.2"] }), isHosts)), ["eth0 10.0.0.2", "lo gone"]);
  });

  it("are other ones when other names count", () => {
    const interfaces = new HostInterfaces();
    const all = table({ eth0: [], "kube-ipvs0": ["10.96.0.1"] });
    interfaces.changes(all, isHosts);
    assert.deepEqual(told(interfaces.changes(all, (name) => name === "eth0")), ["kube-ipvs0 gone"]);
  });
});
