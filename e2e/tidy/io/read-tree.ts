import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Tree, tree } from "../tree.ts";

/** What is installed, built or measured, not written. */
const foreign = new Set(["node_modules", ".git", "build", "coverage", ".cache"]);

/** Reads the project under `root`. */
export function readTree(root: string): Tree {
  const texts = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !foreign.has(entry.name)) walk(path);
      else if (entry.isFile()) texts.set(path, /\.(ts|md)$/.test(path) ? readFileSync(join(root, path), "utf8") : "");
    }
  };
  walk("");
  return tree(texts);
}
