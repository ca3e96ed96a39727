import { type Millis, millis } from "../lib/unit.ts";
import { CliError } from "./error.ts";

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration as Go writes it, `5s` or `1m30s`; from 100 ms to a day. @throws CliError naming the option */
export function durationGiven(option: string, text: string): Millis {
  const parts = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text) ? [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)] : [];
  const sum = parts.reduce((total, [, count, unit]) => total + Number(count) * unitsMs[unit!]!, 0);
  if (sum >= 100 && sum <= 86_400_000) return millis(sum);
  throw new CliError(`${option} = '${text}'; a duration from 100ms to 24h, such as 5s, would be right`);
}
