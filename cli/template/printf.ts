import { goText } from "./value.ts";

const verb = /%([-+ 0]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g;

/** Widest padding that is made. */
const widest = 1000;

function formatted(kind: string, value: unknown, precision: number | undefined): string {
  if (kind === "d" && (typeof value === "number" || typeof value === "bigint")) return String(value);
  if (kind === "f" && typeof value === "number") return value.toFixed(Math.min(precision ?? 6, 100));
  if (kind === "x" && typeof value === "number") return value.toString(16);
  if (kind === "t" && typeof value === "boolean") return String(value);
  if (kind === "q") return JSON.stringify(goText(value));
  if (kind === "v" || kind === "s") return precision === undefined ? goText(value) : goText(value).slice(0, precision);
  return `%!${kind}(${goText(value)})`;
}

/** Text made as Go's fmt.Sprintf makes it, with %v %s %d %q %t %f %x %%, width, precision, `-` and `0`. */
export function sprintf(format: string, values: readonly unknown[]): string {
  let next = 0;
  const text = format.replace(verb, (_, flags: string, width: string, precision: string | undefined, kind: string) => {
    if (kind === "%") return "%";
    if (next >= values.length) return `%!${kind}(MISSING)`;
    const piece = formatted(kind, values[next++], precision === undefined ? undefined : Number(precision));
    const wide = Math.min(Number(width || 0), widest);
    if (flags.includes("-")) return piece.padEnd(wide);
    return piece.padStart(wide, flags.includes("0") && kind !== "s" && kind !== "v" ? "0" : " ");
  });
  const more = values.slice(next).map(goText);
  return more.length === 0 ? text : `${text}%!(EXTRA ${more.join(", ")})`;
}
