/** A cell that is a number, and therefore stands on the right. */
const numeric = /^-*\d*\.?\d*%?$/;

function centred(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2);
  return " ".repeat(left) + text + " ".repeat(width - text.length - left);
}

/**
 * Rows in a box of `+`, `-` and `|`, as calicoctl prints node status and ipam: headings in capitals and centred, numbers on
 * the right, all else on the left.
 */
export function boxTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const tops = headings.map((heading) => heading.toUpperCase());
  const widths = tops.map((top, i) => Math.max(top.length, ...rows.map((row) => (row[i] ?? "").length)));
  const rule = `+${widths.map((width) => "-".repeat(width + 2)).join("+")}+\n`;
  const line = (cells: readonly string[]): string => `|${cells.map((cell) => ` ${cell} `).join("|")}|\n`;
  const body = rows.map((row) => {
    const cells = row.map((cell, i) =>
      cell && numeric.test(cell) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
    );
    return line(cells);
  });
  return rule + line(tops.map((top, i) => centred(top, widths[i]!))) + rule + body.join("") + (rows.length ? rule : "");
}
