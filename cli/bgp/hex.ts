/** Octets in a line. */
const perLine = 16;

/**
 * Octets in hexadecimal, 16 a line with their offsets; the line that holds octet `mark` has `^^` below it. `hex` are two digits
 * an octet.
 */
export function annotatedHex(hex: string, mark: number, label: string): string {
  const lines: string[] = [];
  for (let at = 0; at * 2 < hex.length; at += perLine) {
    const octets = hex.slice(at * 2, (at + perLine) * 2).match(/../g) ?? [];
    lines.push(`${at.toString(16).padStart(4, "0")}  ${octets.join(" ")}\n`);
    if (mark >= at && mark < at + perLine) lines.push(`${" ".repeat(6 + (mark - at) * 3)}^^ ${label}\n`);
  }
  return lines.join("");
}
