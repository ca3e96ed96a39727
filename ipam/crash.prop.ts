import assert from "node:assert/strict";
import fc from "fast-check";
import { StoreUnavailable } from "../datastore/store.ts";
import type { CommitFate } from "./sim/interleaved-store.ts";
import { putPool } from "./sim/node.ts";
import { Rig, texts, wish } from "./sim/rig.ts";

type Step = { readonly node: 0 | 1 | 2; readonly handle: number } & (
  | { readonly do: "assign" | "release" }
  | { readonly do: "empty" | "leave" | "crash" }
);

const step: fc.Arbitrary<Step> = fc.record({
  node: fc.constantFrom(0 as const, 1 as const, 2 as const),
  handle: fc.nat(11),
  do: fc.constantFrom("assign", "assign", "assign", "release", "release", "empty", "leave", "crash"),
}) as fc.Arbitrary<Step>;

const fate: fc.Arbitrary<CommitFate> = fc.constantFrom("done", "done", "done", "not-done", "unanswered");

/** Any steps of three agents, each commit with a fate of its own: nothing is ever half done. */
async function live(steps: readonly Step[], fates: readonly CommitFate[], seed: number): Promise<void> {
  const rig = new Rig(seed);
  await putPool(rig.store, "pool", { cidr: "10.65.0.0/28", blockSize: 30 });
  let next = 0;
  const clients = [0, 1, 2].map(() => {
    const client = rig.client();
    client.fate = () => fates[next++ % fates.length] ?? "done";
    return client;
  });
  const nodes = clients.map((client, i) => rig.node(`n${i}`, client));
  const perform = async (one: Step): Promise<void> => {
    const node = nodes[one.node]!;
    if (one.do === "assign") await node.assign(wish(`h${one.handle}`));
    else if (one.do === "release") await node.releaseByHandle(`h${one.handle}`);
    else if (one.do === "empty") await node.releaseEmptyBlocks();
    else if (one.do === "leave") await node.releaseAffinities();
    else nodes[one.node] = rig.node(`n${one.node}`, clients[one.node]);
  };
  const tolerate = (error: unknown): void => {
    const code = (error as { readonly code?: string }).code ?? "";
    if (!(error instanceof StoreUnavailable) && code !== "ipam/pool-full") throw error;
  };
  // Three steps at a time, so that they race; the books must be right after each round.
  for (let at = 0; at < steps.length; at += 3) {
    await Promise.all(steps.slice(at, at + 3).map((one) => perform(one).catch(tolerate)));
    assert.deepEqual(await rig.problems(), []);
  }
  const fresh = rig.node("n0");
  for (let handle = 0; handle < 12; handle++) await fresh.releaseByHandle(`h${handle}`);
  for (const name of ["n0", "n1", "n2"]) await rig.node(name).releaseEmptyBlocks();
  assert.deepEqual(await rig.paths(), []);
}

describe("allocators that crash and lose answers", () => {
  it("never leave anything that a fresh one cannot clear up", async () => {
    const steps = fc.array(step, { maxLength: 30 });
    const fates = fc.array(fate, { minLength: 1, maxLength: 7 });
    await fc.assert(fc.asyncProperty(steps, fates, fc.nat(), live), { numRuns: 60 });
  });

  it("give every address of a pool once, whatever the order", async () => {
    const property = fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 5 }), async (seed, count) => {
      const rig = new Rig(seed);
      await putPool(rig.store, "pool", { cidr: "10.65.0.0/28", blockSize: 30 });
      const nodes = Array.from({ length: count }, (_, i) => rig.node(`n${i}`));
      const given = await Promise.all(Array.from({ length: 16 }, (_, i) => nodes[i % count]!.assign(wish(`h${i}`))));
      assert.equal(new Set(given.flatMap(texts)).size, 16);
      await assert.rejects(nodes[0]!.assign(wish("more")), { code: "ipam/pool-full" });
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
