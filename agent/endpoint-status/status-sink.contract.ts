import assert from "node:assert/strict";
import { remove, set } from "../../lib/change.ts";
import type { StatusSink } from "./sink.ts";

/** What every sink must do; `open` makes an empty one, `name` a name that it can take. */
export function statusSinkContract(open: () => Promise<StatusSink>, name: (which: string) => string): void {
  it("is empty at first, and says what was written", async () => {
    const sink = await open();
    assert.deepEqual([...(await sink.list())], []);
    await sink.write([set(name("a"), "1\n"), set(name("b"), "2\n")]);
    await sink.write([set(name("a"), "3\n"), remove(name("b")), remove(name("never"))]);
    assert.deepEqual([...(await sink.list())], [[name("a"), "3\n"]]);
  });

  it("takes many at once", async () => {
    const sink = await open();
    const names = Array.from({ length: 250 }, (_, i) => name(`n${i}`));
    await sink.write(names.map((each) => set(each, "x")));
    assert.equal((await sink.list()).size, 250);
    await sink.write(names.map((each) => remove(each)));
    assert.equal((await sink.list()).size, 0);
  });
}
