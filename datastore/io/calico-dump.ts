import { readFileSync } from "node:fs";

/** Every key and value that Calico 3.31 wrote in a small lab, from `testdata/calico-3.31-etcd-dump.txt`. */
export function calicoDump(): readonly { readonly key: string; readonly value: string }[] {
  const file = new URL("../testdata/calico-3.31-etcd-dump.txt", import.meta.url);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.flatMap((key, i) => (i % 2 === 0 ? [{ key, value: lines[i + 1]! }] : []));
}
