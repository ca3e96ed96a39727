/** Prints one figure as a JSON line. */
export function print(bench: string, value: number, more: object): void {
  process.stdout.write(
    `${JSON.stringify({ bench, value: round(value), ...more }, (_, x) => (typeof x === "number" ? round(x) : x))}\n`,
  );
}

/** The value below which half of them lie. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value below which this part of them lies. */
export function percentile(values: readonly number[], part: number): number {
  return [...values].sort((x, y) => x - y)[Math.floor(values.length * part)]!;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
