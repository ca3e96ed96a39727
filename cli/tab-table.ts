/** Spaces between columns, and the least width of a column with them: calicoctl's tabwriter (5, 1, 3, ' '). */
const padding = 3;
const leastWidth = 5;

/**
 * Rows as calicoctl's `get` prints them: columns as wide as their widest cell, three spaces between. Like Go's tabwriter
 * with a tab after every cell, the last column is padded too.
 */
export function tabTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => {
    const widest = Math.max(...rows.map((row) => [...(row[column] ?? "")].length));
    return Math.max(leastWidth, widest + padding);
  });
  const line = (row: readonly string[]): string => row.map((cell, i) => pad(cell, widths[i]!)).join("");
  return rows.map((row) => `${line(row)}\n`).join("");
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(width - [...cell].length);
}
