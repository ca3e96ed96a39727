import assert from "node:assert/strict";
import { parsePrefix } from "../../net/prefix.ts";
import { cleanUp } from "./cleanup.ts";
import { isPeeringAddress, setPart } from "./kernel-parts.ts";
import type { CleanupPart } from "./part.ts";

function part(name: string, things: readonly string[], wrong: "" | "find" | "remove" | "stays" = ""): CleanupPart {
  let left = things;
  return {
    name,
    async find() {
      if (wrong === "find") throw new Error("no access");
      return left;
    },
    async remove() {
      if (wrong === "remove") throw new Error("busy");
      if (wrong !== "stays") left = [];
    },
  };
}

async function cleaned(parts: readonly CleanupPart[], isAgreed = true) {
  const lines: string[] = [];
  const isWhole = await cleanUp(parts, { say: (line) => lines.push(line), confirm: async () => isAgreed });
  return { lines, isWhole };
}

describe("taking away what an agent left", () => {
  it("lists what there is, asks, and says of each part that it is gone", async () => {
    const { lines, isWhole } = await cleaned([part("routes", ["a", "b", "c", "d", "e", "f"]), part("rules", [])]);
    assert.deepEqual(lines, ["routes: 6", "  a", "  b", "  c", "  d", "  e", "  and 1 more", "routes: gone"]);
    assert.ok(isWhole);
  });

  it("changes nothing without consent, and has nothing to ask when there is nothing", async () => {
    assert.deepEqual(await cleaned([part("routes", ["a"])], false), {
      lines: ["routes: 1", "  a", "nothing was changed"],
      isWhole: false,
    });
    assert.deepEqual(await cleaned([part("routes", [])], false), { lines: ["nothing of ours is here"], isWhole: true });
  });

  it("goes on with the others when one fails, and says what is left", async () => {
    const parts = [part("a", ["x"], "remove"), part("b", [], "find"), part("c", ["y"], "stays"), part("d", ["z"])];
    const { lines, isWhole } = await cleaned(parts);
    assert.ok(!isWhole);
    assert.deepEqual(lines.slice(-3), ["a: busy", "c: 1 left: y", "d: gone"]);
    assert.ok(lines.includes("b: cannot be looked at: no access"));
  });

  it("knows addresses at which workloads find their peer from the kernel's own", () => {
    const texts = ["169.254.0.179/32", "fd00::1/128", "fe80::1/64", "fe80::1/128", "10.0.0.1/24"];
    assert.deepEqual(
      texts.map((text) => isPeeringAddress(parsePrefix(text)!)),
      [true, true, false, false, false],
    );
  });

  it("takes of a set only what is ours", async () => {
    const held = new Map([
      ["1", "ours"],
      ["2", "theirs"],
    ]);
    const set = {
      dump: async () => new Map(held),
      async apply(changes: readonly { readonly key: string }[]) {
        for (const { key } of changes) held.delete(key);
        return [];
      },
    };
    const { isWhole } = await cleaned([setPart("things", set, (value) => value === "ours")]);
    assert.ok(isWhole);
    assert.deepEqual([...held.keys()], ["2"]);
  });
});
