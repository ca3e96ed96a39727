/** How a text looks; without colours every style leaves it as it is. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

/** Colours for terminals, none for files and pipes. */
export function styleFor(hasColours: boolean): Style {
  const paint = (code: number) => (text: string) => (hasColours ? `\x1b[${code}m${text}\x1b[0m` : text);
  return { bold: paint(1), dim: paint(2), good: paint(32), bad: paint(31) };
}
