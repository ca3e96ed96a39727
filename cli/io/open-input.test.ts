import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openInput } from "./open-input.ts";

async function all(path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of openInput(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("input", () => {
  const folder = mkdtempSync(join(tmpdir(), "manx-input-"));
  const path = join(folder, "x");
  after(() => rmSync(folder, { recursive: true }));

  it("is told as it is, or unpacked when gzip packed it", async () => {
    const octets = Buffer.from(Array.from({ length: 700_000 }, (_, i) => (i * 7919) % 251));
    writeFileSync(path, octets);
    assert.ok((await all(path)).equals(octets));
    writeFileSync(path, gzipSync(octets));
    assert.ok((await all(path)).equals(octets));
    writeFileSync(path, "");
    assert.equal((await all(path)).length, 0);
  });

  it("says which file cannot be read, and which is damaged", async () => {
    await assert.rejects(all(join(folder, "none")), /cannot read .*none: ENOENT/);
    const packed = gzipSync(Buffer.alloc(100_000, 1));
    writeFileSync(path, packed.subarray(0, packed.length - 20));
    await assert.rejects(all(path), /cannot read .*x: unexpected end of file/);
  });
});
