import { command, type Ended } from "./command.ts";
import { mochaTally, type Tally } from "./tally.ts";

/** The root of the project. */
export const root = new URL("../..", import.meta.url).pathname;

/** What a test needs beyond Node, as its file name says it. */
export const needs = ["netns", "etcd", "interop"] as const;

const needless = ["netns", "etcd", "interop", "long"].flatMap((need) => ["--ignore", `**/*.${need}.test.ts`]);

/** The arguments with which mocha runs everything that needs nothing, in two halves for two cores. */
export const plainTests: { readonly bgp: readonly string[]; readonly others: readonly string[] } = {
  bgp: ["bgp/**/*.test.ts", "bgp/**/*.prop.ts", ...needless],
  others: ["**/*.test.ts", "**/*.prop.ts", ...needless, "--ignore", "bgp/**", "--ignore", "node_modules/**"],
};

/** Runs mocha on the pinned Node. */
export function mocha(args: readonly string[], show: boolean, deadlineSeconds: number): Promise<Ended> {
  return command(process.execPath, ["node_modules/mocha/bin/mocha.js", ...args], { show, deadlineSeconds });
}

/** One named piece of a run. */
export interface Piece {
  readonly name: string;
  readonly run: () => Promise<Ended>;
  readonly count: (ended: Ended) => Tally;
}

/** Runs a piece, prints its verdict in a line and, unless it was shown already, what it said when it failed. */
export async function runPiece(piece: Piece, shown: boolean): Promise<Tally> {
  const ended = await piece.run();
  const tally = piece.count(ended);
  const verdict = tally.failed === 0 ? "passed" : "FAILED";
  if (tally.failed > 0 && !shown) console.log(ended.output.trimEnd());
  console.log(
    `${verdict}  ${piece.name}  ${ended.seconds.toFixed(1)} s  (${tally.passed} passed, ${tally.failed} failed)`,
  );
  return tally;
}

/** mocha over some globs as a piece. */
export function mochaPiece(name: string, args: readonly string[], show: boolean, deadlineSeconds: number): Piece {
  return { name, run: () => mocha(args, show, deadlineSeconds), count: mochaTally };
}
