import { createHash } from "node:crypto";
import { readTree } from "../tidy/io/read-tree.ts";

/** A short text that changes with any source of the project. */
export function fingerprint(root: string): string {
  const hash = createHash("sha256");
  for (const { path, text } of readTree(root).sources) hash.update(path).update("\0").update(text).update("\0");
  return hash.digest("hex").slice(0, 16);
}
