/** A column: its heading, and whether its cells are numbers and stand on the right. */
export interface Column {
  readonly heading: string;
  readonly isNumber?: boolean;
}

/** How wide each column must be for these rows. */
export function widthsOf(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  return columns.map(({ heading }, i) => rows.reduce((most, row) => Math.max(most, row[i]!.length), heading.length));
}

/** One row, two spaces between columns, nothing behind the last word. A cell that is too wide pushes the others on. */
export function alignedRow(columns: readonly Column[], widths: readonly number[], cells: readonly string[]): string {
  const line = cells.map((cell, i) => (columns[i]!.isNumber ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)));
  return `${line.join("  ").trimEnd()}\n`;
}

/** Rows under their headings; columns without a cell in any row are left out. */
export function aligned(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const used = columns.map((_, i) => rows.some((row) => row[i] !== ""));
  const keep = <T>(all: readonly T[]): T[] => all.filter((_, i) => used[i]);
  const shown = keep(columns);
  const cells = rows.map(keep);
  const widths = widthsOf(shown, cells);
  const heading = shown.map((column) => column.heading);
  return [heading, ...cells].map((row) => alignedRow(shown, widths, row)).join("");
}
