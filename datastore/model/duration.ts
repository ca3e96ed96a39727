import * as z from "zod";

const unitMillis: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 };
const step = /([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)/y;

/**
 * Milliseconds of a span written as Go does (`90s`, `1m30s`, `1.5h`, `0`), or undefined when it is none. Negative spans
 * are none here.
 */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (text === "" || text.length > 64) return undefined;
  let millis = 0;
  for (step.lastIndex = 0; step.lastIndex < text.length; ) {
    const found = step.exec(text);
    if (!found) return undefined;
    millis += Number(found[1]) * unitMillis[found[2]!]!;
  }
  return millis;
}

/** A span of time as Go writes it. */
export const durationSchema = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, "a duration such as '90s', '1m30s' or '500ms' is wanted");
