import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SecretFilesTrial, secretFilesContract } from "../secret-files.contract.ts";
import { SimSecretFiles } from "../sim/secret-files.ts";
import { secretFiles } from "./secret-files.ts";

/** Kubernetes' way: files are links to `..data/KEY`, and `..data` is exchanged for another folder at one stroke. */
function mounted(): SecretFilesTrial {
  const folder = mkdtempSync(join(tmpdir(), "manx-secrets-"));
  const contents = new Map<string, Map<string, string>>();
  let round = 0;
  return {
    files: secretFiles(folder),
    write(path, text) {
      const [name, key] = path.split("/") as [string, string];
      const files = contents.get(name) ?? new Map<string, string>();
      contents.set(name, files);
      if (text === undefined) files.delete(key);
      else files.set(key, text);
      const own = join(folder, name);
      const data = `..${round++}`;
      mkdirSync(join(own, data), { recursive: true });
      for (const [file, content] of files) writeFileSync(join(own, data, file), content);
      symlinkSync(data, join(own, "..data_tmp"));
      renameSync(join(own, "..data_tmp"), join(own, "..data"));
      rmSync(join(own, key), { force: true });
      if (text !== undefined) symlinkSync(`..data/${key}`, join(own, key));
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

secretFilesContract("as Kubernetes mounts them", mounted);
secretFilesContract("in memory", () => {
  const files = new SimSecretFiles();
  return { files, write: (path, text) => files.write(path, text), close: () => {} };
});

describe("secret files", () => {
  it("are read no further than any key is long, and folders are no files", () => {
    const { files, write, close } = mounted();
    write("bgp/tor", "x".repeat(1 << 20));
    assert.ok(files.read("bgp/tor")!.length < 100);
    assert.equal(files.read("bgp/..data"), undefined);
    close();
  });
});
