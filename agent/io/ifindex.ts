import { readFileSync } from "node:fs";

/** The index of an interface of this machine, by name. */
export function ifindexOf(name: string): number | undefined {
  try {
    return Number(readFileSync(`/sys/class/net/${encodeURIComponent(name)}/ifindex`, "utf8"));
  } catch {
    return undefined;
  }
}
