import type { Outcome } from "./port.ts";

const longestWhy = 240;

/**
 * What a restore program's last words mean. Its line numbers are left out: they count from the start of the process, and often name
 * the next line (1.8.9).
 */
export function outcomeOf(complaint: string): Exclude<Outcome, { readonly kind: "committed" }> {
  const why = complaint
    .split("\n")
    .map((line) => line.replace(/^ip6?tables(?:-nft|-legacy)?-restore(?: v\S+ \([a-z_]+\))?: ?/, "").trim())
    .map((line) => line.replace(/^line \d+(?: failed)?:? ?/, ""))
    .filter((line) => line !== "" && !/^(Try `|Error occurred at line|# Warning|Another app is currently)/.test(line))
    .join("; ")
    .slice(0, longestWhy);
  if (/xtables lock|temporarily unavailable|Interrupted system call/i.test(complaint)) {
    return { kind: "busy", why: why || "another program holds the xtables lock" };
  }
  if (complaint.trim() === "") return { kind: "unknown", why: "the program ended without a word" };
  return { kind: "refused", why: why || "the kernel refused the transaction" };
}
