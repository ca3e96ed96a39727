import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { affinityPath, blockPath, handlePath } from "../datastore/ipam-key.ts";
import { writeJson } from "../datastore/json.ts";
import { assignAt, newBlock } from "../ipam/block.ts";
import { parsePrefix } from "../net/prefix.ts";
import { SimShell } from "./sim/shell.ts";

const folder = new URL("testdata/", import.meta.url);
const manifests = ["cluster.yaml", "policy.yaml", "wrong.yaml", "nodes.tmpl"];
const rewrite = process.env["GOLDEN"] === "rewrite";

/** Two blocks in the pool of cluster.yaml, one address of the first lent to n2. */
async function fillPool(shell: SimShell): Promise<void> {
  const cidr = parsePrefix("10.65.0.0/26")!;
  const owner = (pod: string, node: string) => ({
    handle: `net.${pod}`,
    attributes: { node, pod, namespace: "default" },
  });
  let block = newBlock(cidr, "host:n1", 100n);
  block = assignAt(assignAt(block, 0, owner("web", "n1")), 1, owner("db", "n2"));
  const handle = writeJson({ block: { "10.65.0.0/26": 1 }, deleted: false });
  const puts = [
    { key: blockPath(cidr), value: writeJson(block) },
    { key: affinityPath("host", "n1", cidr), value: writeJson({ state: "confirmed", deleted: false }) },
    { key: handlePath("net.web"), value: handle },
    { key: handlePath("net.db"), value: handle },
  ];
  await shell.store().commit([], puts, []);
}

/**
 * A scenario is a text of command lines (`$ manxctl …`), each followed by what it prints; `! ` marks standard error, `? 1`
 * an exit code that is not 0. `GOLDEN=rewrite` writes what the program says now.
 */
async function play(text: string): Promise<string> {
  const shell = new SimShell();
  for (const name of manifests) shell.contents.set(name, readFileSync(new URL(name, folder), "utf8"));
  await fillPool(shell);
  let said = "";
  for (const line of text.split("\n").filter((each) => each.startsWith("$ ") || each.startsWith("# "))) {
    said += `${line}\n`;
    if (line.startsWith("# ")) continue;
    const { code, output, errors } = await shell.run(line.slice("$ manxctl ".length));
    // A text without an end of its line would swallow the command after it.
    said +=
      output +
      (/[^\n]$/.test(output) ? "\n" : "") +
      errors.replace(/^(?=.)/gm, "! ") +
      (code === 0 ? "" : `? ${code}\n`);
  }
  return said;
}

describe("manxctl says, to the letter", () => {
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".golden"))) {
    it(name, async () => {
      const path = new URL(name, folder);
      const expected = readFileSync(path, "utf8");
      const said = await play(expected);
      if (rewrite) writeFileSync(path, said);
      else assert.equal(said, expected);
    });
  }
});
