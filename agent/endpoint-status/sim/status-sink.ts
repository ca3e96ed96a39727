import type { Change } from "../../../lib/change.ts";
import type { StatusSink } from "../sink.ts";

/** A sink in memory that can be made to fail, and that others may write to. */
export class SimStatusSink implements StatusSink {
  readonly name = "sim";
  readonly texts = new Map<string, string>();
  readonly writes: (readonly Change<string, string>[])[] = [];
  looks = 0;
  /** The next so many calls fail. */
  failures = 0;

  async list(): Promise<ReadonlyMap<string, string>> {
    this.#mayFail();
    this.looks++;
    return new Map(this.texts);
  }

  async write(changes: readonly Change<string, string>[]): Promise<void> {
    this.#mayFail();
    this.writes.push(changes);
    for (const change of changes) {
      if (change.kind === "set") this.texts.set(change.key, change.value);
      else this.texts.delete(change.key);
    }
  }

  #mayFail(): void {
    if (this.failures === 0) return;
    this.failures--;
    throw new Error("the sink is out of reach");
  }
}
