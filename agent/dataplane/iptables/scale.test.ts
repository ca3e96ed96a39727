import assert from "node:assert/strict";
import { set } from "../../../lib/change.ts";
import { parsePrefix } from "../../../net/prefix.ts";
import { type Chain, chainId, type EndpointGates } from "../../../policy/chain.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import type { Direction } from "../../../policy/rule.ts";
import { defaultOptions } from "../options.ts";
import { lowered } from "./sim/lowered.ts";

const POLICIES = 10_000;
const ENDPOINTS = 250;
const nothing: PolicyOutput = { sets: [], members: new Map(), chains: [], endpoints: [], hosts: [] };

function policy(n: number, direction: Direction, ports: number): Chain {
  const owner = { kind: "GlobalNetworkPolicy", name: `default.p${n}` } as const;
  const match = { protocol: 6, source: { inSets: ["s:one"] }, destination: { ports: [{ from: ports, to: ports }] } };
  const rules = [0, 1].map((index) => ({ match, action: "allow", origin: { ...owner, direction, index } }) as const);
  return { id: chainId(owner, direction), owner, direction, stage: "normal", rules };
}

function endpoint(n: number): EndpointGates {
  const chains = (direction: Direction) => [0, 1, 2].map((k) => policy((n * 3 + k) % POLICIES, direction, 80).id);
  const gate = (direction: Direction) =>
    ({ tiers: [{ tier: "default", chains: chains(direction), atEnd: "deny" }], profiles: [], atEnd: "deny" }) as const;
  return {
    interfaceName: `cali${(n * 48_271 + 0x100000).toString(16)}`,
    endpoint: `shop/web-${n}`,
    sources: [parsePrefix(`10.65.${n >> 8}.${n & 255}/32`)!],
    spoofable: [],
    ingress: gate("ingress"),
    egress: gate("egress"),
  };
}

describe(`iptables with ${POLICIES} policies and ${ENDPOINTS} endpoints`, () => {
  const at = <V extends { readonly id: string }>(value: V) => set(value.id, value);
  const world: PolicyOutput = {
    ...nothing,
    sets: [set("s:one", { id: "s:one", kind: "host" })],
    members: new Map([["s:one", { added: ["10.65.0.1"], removed: [] }]]),
    chains: Array.from({ length: POLICIES }, (_, n) => [
      at(policy(n, "ingress", 80)),
      at(policy(n, "egress", 80)),
    ]).flat(),
    endpoints: Array.from({ length: ENDPOINTS }, (_, n) => endpoint(n)).map((gates) => set(gates.interfaceName, gates)),
  };
  const { lowering, tables, ipsets } = lowered([world], "ipv4", defaultOptions);
  const written = (output: PolicyOutput): number => {
    const before = tables.written;
    lowering.apply(output);
    return tables.written - before;
  };

  it("writes a changed policy's own rules", () => {
    assert.equal(written({ ...nothing, chains: [at(policy(17, "ingress", 81))] }), 2);
  });

  it("writes no rule for a set's member, nor for what is told again", () => {
    assert.equal(written({ ...nothing, members: new Map([["s:one", { added: ["10.65.0.2"], removed: [] }]]) }), 0);
    assert.equal(ipsets.members.get("cali40s:one")!.size, 2);
    assert.equal(written(world), 2);
  });

  it("writes a new endpoint's own chains and one chain of each tree", () => {
    const gates = endpoint(ENDPOINTS);
    const own = 2 * 14;
    assert.ok(written({ ...nothing, endpoints: [set(gates.interfaceName, gates)] }) <= own + 2 * 20);
  });

  it("writes nothing for a policy about sets in the family that no set has a member of, until one has", () => {
    const six = lowered([world], "ipv6", defaultOptions);
    const before = six.tables.written;
    six.lowering.apply({ ...nothing, chains: [at(policy(17, "ingress", 81))] });
    assert.equal(six.tables.written, before);
    six.lowering.apply({ ...nothing, members: new Map([["s:one", { added: ["fd00::1"], removed: [] }]]) });
    assert.ok(six.tables.written - before >= 4 * POLICIES);
    assert.equal(six.tables.chains.get("filter")!.get("cali-pi-gnp/default.p17")!.length, 2);
  });

  it("writes everything that other options change, and nothing else", () => {
    const before = tables.written;
    lowering.setOptions({ ...defaultOptions, logPrefix: "unused" });
    assert.equal(tables.written, before);
  });
});
