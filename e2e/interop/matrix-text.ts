import type { DaemonName } from "./daemon.ts";
import type { Outcome } from "./outcome.ts";
import { type RowKey, rows } from "./rows.ts";

/** A column: the daemon and its version. */
export interface Column {
  readonly name: DaemonName;
  readonly version: string;
}

/** The matrix as a table of Markdown, and below it why cells are n/a. */
export function matrixText(
  columns: readonly Column[],
  keys: readonly RowKey[],
  outcome: (row: RowKey, daemon: DaemonName) => Outcome,
): string {
  const heads = columns.map(({ name, version }) => `${name} ${version}`);
  const reasons: string[] = [];
  const lines = keys.map((row) => {
    const cells = columns.map(({ name }) => cellText(outcome(row, name), name, reasons));
    return `| ${[rows[row].title, ...cells].join(" | ")} |`;
  });
  const notes = reasons.map((reason, i) => `${i + 1}. ${reason}`);
  return [`| | ${heads.join(" | ")} |`, `|${" --- |".repeat(heads.length + 1)}`, ...lines, "", ...notes]
    .join("\n")
    .trim();
}

function cellText(outcome: Outcome, daemon: DaemonName, reasons: string[]): string {
  if (outcome.is === "failed") return "FAILED";
  if (outcome.is === "ok") return outcome.note === "" ? "ok" : outcome.note;
  const reason = `${daemon} ${outcome.why}`;
  if (!reasons.includes(reason)) reasons.push(reason);
  return `n/a ${reasons.indexOf(reason) + 1}`;
}

const [begin, end] = ["<!-- matrix -->", "<!-- end of matrix -->"];

/** The table that a page keeps between its markers, or undefined when it has none. */
export function keptMatrix(page: string): string | undefined {
  const [, rest] = page.split(begin);
  return rest?.includes(end) ? rest.split(end)[0]!.trim() : undefined;
}

/** The page with another table between its markers. */
export function withMatrix(page: string, table: string): string {
  const [before, rest = ""] = page.split(begin);
  return `${before}${begin}\n${table}\n${end}${rest.split(end)[1] ?? "\n"}`;
}
