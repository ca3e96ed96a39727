import type { Finding } from "../finding.ts";
import { lineAt, type Source } from "../source.ts";

/** Words of the world: a core that uses them cannot be simulated, or answers differently on another machine. */
const outsideShell: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.(now|parse)\b/g, "take the time as an argument, or from lib/clock.ts"],
  [/\bnew Date\b/g, "take the time as an argument, or from lib/clock.ts"],
  [/\bperformance\.now\b/g, "take the time as an argument, or from lib/clock.ts"],
  [/\bMath\.random\b/g, "take a Random (lib/random.ts) as an argument"],
  [/\bcrypto\.(random\w*|getRandomValues)/g, "take a Random (lib/random.ts) as an argument"],
  [/\b(setTimeout|setInterval|setImmediate)\b/g, "use Clock.after (lib/clock.ts)"],
  [/\bconsole\./g, "tell a fact (lib/fact.ts); the shell prints"],
  [/\bprocess\./g, "take what is needed as an argument; the shell reads the process"],
];

/** Words that are wrong everywhere: they depend on the machine's language. */
const anywhere: readonly (readonly [RegExp, string])[] = [
  [/\blocaleCompare\b/g, "compare with <, which is the same on every machine"],
  [/\btoLocale\w+/g, "format without the machine's language"],
];

/** Keeps clocks, chance, timers and the process inside `io/`, and the machine's language out altogether. */
export function bannedWords(source: Source): Finding[] {
  const words = source.isTest || source.isShell ? anywhere : [...outsideShell, ...anywhere];
  return words.flatMap(([word, right]) =>
    [...source.code.matchAll(word)].map((match) => ({
      path: source.path,
      line: lineAt(source.code, match.index),
      wrong: `\`${match[0]}\` does not belong here`,
      right,
    })),
  );
}
