import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

/**
 * Compares a text with the one kept in a file. With UPDATE_GOLDEN set in the environment the file is written instead: the
 * difference is then for a person to read in the commit.
 */
export function assertGolden(file: URL, text: string): void {
  if (process.env["UPDATE_GOLDEN"]) {
    mkdirSync(new URL(".", file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.ok(existsSync(file), `${file.pathname} is not there; UPDATE_GOLDEN=1 writes it`);
  assert.equal(text, readFileSync(file, "utf8"));
}
