import { readdirSync, readFileSync } from "node:fs";

/** One value as Calico writes it: where it lies, the octets, and which Calico wrote such. */
export interface GoldenValue {
  /** The kind, after which its file in `testdata/calico` is named. */
  readonly kind: string;
  readonly era: string;
  readonly note: string;
  readonly key: string;
  /** Exactly the octets of the store. */
  readonly value: string;
}

const mark = ',"value":';

/** Every value of `testdata/calico`: what a real Calico wrote, and for the rest what it would write, field for field. */
export function calicoGolden(): readonly GoldenValue[] {
  const folder = new URL("../testdata/calico/", import.meta.url);
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const lines = readFileSync(new URL(file, folder), "utf8").trimEnd().split("\n");
      return lines.map((line) => {
        const at = line.indexOf(mark);
        const head = JSON.parse(`${line.slice(0, at)}}`) as Omit<GoldenValue, "kind" | "value">;
        return { kind: file.replace(/\.jsonl$/, ""), ...head, value: line.slice(at + mark.length, -1) };
      });
    });
}
