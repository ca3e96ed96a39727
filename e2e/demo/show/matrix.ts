import { families } from "../../../net/family.ts";
import type { ReachSeen } from "../../scenario/driver.ts";
import type { Style } from "./style.ts";

/** What the letters of a matrix mean; stands below each. */
export const legend =
  "row reaches column, IPv4 and IPv6 alike: PT ping and TCP 8080 · P only ping · T only TCP · - neither · ! source changed · 4/6 families differ";

/** Who reaches whom as a table, rows and columns in the order of the tries. */
export function matrix(seen: readonly ReachSeen[], style: Style): string[] {
  const names = [...new Set(seen.map((each) => each.from))];
  const width = Math.max(...names.map((name) => name.length), 4);
  const head = names.map((_, column) => String(column + 1).padEnd(4)).join("");
  const rows = names.map((from, row) => {
    const cells = names.map((to) => {
      const text = from === to ? "" : cell(seen.filter((each) => each.from === from && each.to === to));
      const padded = text.padEnd(4);
      return text.includes("!") || text.includes("/") ? style.bad(padded) : text === "-" ? style.dim(padded) : padded;
    });
    return `${String(row + 1).padStart(3)} ${from.padEnd(width)}  ${cells.join("")}`.trimEnd();
  });
  return [`${" ".repeat(width + 6)}${head}`.trimEnd(), ...rows, style.dim(`    ${legend}`)];
}

/** One cell, from the tries of one ordered pair. */
function cell(tries: readonly ReachSeen[]): string {
  if (tries.some((each) => each.passed && !each.sourceKept)) return "!";
  const [four, six] = families.map((family) => {
    const passed = (probe: string): boolean => tries.some((t) => t.family === family && t.probe === probe && t.passed);
    return `${passed("ping") ? "P" : ""}${passed("tcp") ? "T" : ""}` || "-";
  });
  return four === six ? four! : "4/6";
}
