import type { PlanStep } from "./plan.ts";

/** What each action means to whoever reads a plan. */
const meaning: { readonly [A in PlanStep["action"]]: string } = {
  restart: "only a restart of the process does this",
  add: "is new",
  remove: "its session ends (Cease/3)",
  reset: "its session ends (Cease/6) and begins anew",
  refresh: "its session stays",
  update: "its session stays",
  announce: "is announced",
  change: "is announced otherwise",
  withdraw: "is withdrawn",
};

/** A plan as a table, one line a step and one for every field that forces it; says so when there is nothing to do. */
export function planText(steps: readonly PlanStep[]): string {
  if (steps.length === 0) return "nothing changes\n";
  const rows = steps.flatMap(({ action, subject, name, fields }) => [
    [action, subject, name, meaning[action]],
    ...fields.map(({ field, effect, why }) => ["", "", field, `${effect}: ${why}`]),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string => {
    const cells = row.map((cell, column) => (column < 3 ? cell.padEnd(widths[column]!) : cell));
    return cells.join("  ").trimEnd();
  };
  return `${rows.map(line).join("\n")}\n`;
}
