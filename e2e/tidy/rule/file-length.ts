import type { Finding } from "../finding.ts";
import { lineCount, type Source } from "../source.ts";

/** At most this many lines in a file, and in a file of tests. */
const limit = { source: 400, test: 800 };

/** One concept a file: a long file holds two. */
export function fileLength(source: Source): Finding[] {
  const lines = lineCount(source.text);
  const most = source.isTest ? limit.test : limit.source;
  if (lines <= most) return [];
  const right = `at most ${most}: split it by concept`;
  return [{ path: source.path, line: most + 1, wrong: `the file has ${lines} lines`, right }];
}
