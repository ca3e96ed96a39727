import assert from "node:assert/strict";
import { getHeapStatistics } from "node:v8";
import { collectLeftovers, collectOnce } from "./collect.ts";

const used = (): number => getHeapStatistics().used_heap_size;

describe("giving memory back", () => {
  it("collects what a burst has left, and nothing where little has come since", () => {
    collectOnce();
    collectLeftovers();
    const before = used();
    let burst: unknown[] | undefined = Array.from({ length: 2_000_000 }, (_, n) => ({ n }));
    assert.ok(used() - before > 48 * 1024 * 1024, `the burst is of ${burst.length} objects`);
    burst = undefined;
    collectLeftovers();
    assert.ok(used() - before < 24 * 1024 * 1024);
    const quiet = used();
    const little = Array.from({ length: 1000 }, (_, n) => ({ n }));
    collectLeftovers();
    assert.ok(used() >= quiet, `${little.length} objects are not worth a pause`);
  });
});
