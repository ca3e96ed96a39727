import assert from "node:assert/strict";
import type { SecretFiles } from "./port.ts";

/** A place for secrets that a test can write to, as Kubernetes would. */
export interface SecretFilesTrial {
  readonly files: SecretFiles;
  /** Another content of a file, or none. */
  write(path: string, text: string | undefined): void;
  close(): void;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What every place for secrets does. */
export function secretFilesContract(name: string, open: () => SecretFilesTrial): void {
  describe(`secret files: ${name}`, () => {
    let trial: SecretFilesTrial;
    beforeEach(() => {
      trial = open();
    });
    afterEach(() => trial.close());
    const textOf = (path: string): string | undefined => {
      const octets = trial.files.read(path);
      return octets && new TextDecoder().decode(octets);
    };

    it("reads what is there, and nothing where nothing is", () => {
      assert.equal(textOf("bgp/tor"), undefined);
      trial.write("bgp/tor", "one");
      assert.deepEqual([textOf("bgp/tor"), textOf("bgp/rack"), textOf("other/tor")], ["one", undefined, undefined]);
      assert.match(trial.files.nameOf("bgp/tor"), /^\/.*\/bgp\/tor$/);
    });

    it("tells whoever watches that something is new, other or gone, also of a Secret that was not there", async () => {
      let heard = 0;
      const cancel = trial.files.watch(new Set(["bgp"]), () => void heard++);
      for (const text of ["one", "two", undefined, "three"]) {
        const before = heard;
        trial.write("bgp/tor", text);
        await until(`${text} to be heard`, () => heard > before && textOf("bgp/tor") === text);
      }
      cancel();
      const last = heard;
      trial.write("bgp/tor", "four");
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(heard, last);
    });
  });
}
