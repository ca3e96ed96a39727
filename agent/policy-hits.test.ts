import assert from "node:assert/strict";
import { type Chain, chainId } from "../policy/chain.ts";
import { describeOrigin, type Owner, type Rule } from "../policy/rule.ts";
import { mostLines, PolicyHits } from "./policy-hits.ts";

function chainOf(name: string, ...actions: readonly Rule["action"][]): Chain {
  const owner: Owner = { kind: "GlobalNetworkPolicy", name };
  const rules = actions.map((action, index) => ({
    match: {},
    action,
    origin: { ...owner, direction: "ingress", index },
  }));
  return {
    id: chainId(owner, "ingress"),
    owner,
    direction: "ingress",
    stage: "normal",
    rules: rules as unknown as Rule[],
  };
}
const counts = (chain: Chain, ...packets: readonly number[]) =>
  chain.rules.map(({ origin }, i) => ({ name: describeOrigin(origin), packets: packets[i]!, bytes: 0 }));

describe("hits of policies", () => {
  it("are summed by policy, direction and action; rules that nobody met are there with 0", async () => {
    const [a, b] = [chainOf("a", "allow", "deny", "allow"), chainOf("b", "pass")];
    const hits = new PolicyHits(() => [a, b]);
    await hits.read(async () => [...counts(a, 1, 2, 4), { name: "service loop", packets: 9, bytes: 9 }], 0);
    assert.deepEqual(
      hits.hits.map(({ policy, direction, action, packets }) => `${policy} ${direction} ${action} ${packets}`),
      [
        "GlobalNetworkPolicy a ingress allow 5",
        "GlobalNetworkPolicy a ingress deny 2",
        "GlobalNetworkPolicy b ingress pass 0",
      ],
    );
  });

  it("are read at most every few seconds", async () => {
    const hits = new PolicyHits(() => []);
    let reads = 0;
    const read = async () => {
      reads++;
      return [];
    };
    for (const now of [0, 4999, 5000, 5001]) await hits.read(read, now);
    assert.equal(reads, 2);
  });

  it("are so many lines at most; a line stays until its policy is gone, the rest is told together", async () => {
    const chains = Array.from({ length: mostLines + 2 }, (_, i) => chainOf(`p${1000 + i}`, "allow"));
    const hits = new PolicyHits(() => chains);
    await hits.read(async () => chains.flatMap((chain, i) => counts(chain, 1000 - i)), 0);
    const last = chains.at(-1)!;
    assert.equal(hits.hits.length, mostLines + 1);
    assert.deepEqual(hits.hits.at(-1), {
      policy: "other",
      direction: "ingress",
      action: "allow",
      packets: 1000 - mostLines + (1000 - mostLines - 1),
    });
    await hits.read(async () => counts(last, 5_000_000), 10_000);
    assert.equal(hits.hits.at(-1)?.packets, 5_000_000, "what came late does not push others out");
    chains.splice(0, 1);
    chains.splice(-2, 1);
    await hits.read(async () => counts(last, 5_000_001), 20_000);
    assert.equal(hits.hits.length, mostLines);
    assert.equal(hits.hits[0]?.packets, 5_000_001, "there is room now");
  });
});
