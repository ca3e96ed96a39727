import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StatusSink } from "../sink.ts";

/** What a file is called until it is whole. */
const unfinished = ".new";

/** A folder with a file for each endpoint that is up. A file is there whole or not at all. */
export function statusFileSink(folder: string): StatusSink {
  return {
    name: "files",
    async list() {
      await mkdir(folder, { recursive: true });
      const found = await readdir(folder, { withFileTypes: true });
      const files = found.filter((entry) => entry.isFile());
      const texts = files.map(async ({ name }) => [name, await readFile(join(folder, name), "utf8")] as const);
      return new Map(await Promise.all(texts));
    },
    async write(changes) {
      await mkdir(folder, { recursive: true });
      for (const change of changes) {
        const path = join(folder, change.key);
        if (change.kind === "delete") await rm(path, { force: true });
        else {
          const whole = join(folder, unfinished);
          await writeFile(whole, change.value);
          await rename(whole, path);
        }
      }
    },
  };
}
