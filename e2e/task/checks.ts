import { command } from "./command.ts";
import { mochaPiece, type Piece, plainTests } from "./suites.ts";
import { single } from "./tally.ts";

/** What `npm run check` runs, side by side: nothing of it needs root, a daemon or the network. */
export const checks: readonly Piece[] = [
  {
    name: "types",
    run: () => command("node_modules/.bin/tsc", ["-p", "."], { show: false, deadlineSeconds: 120 }),
    count: single,
  },
  {
    name: "lint and format",
    run: () => {
      const args = ["node_modules/@biomejs/biome/bin/biome", "ci", "--colors=off", "."];
      return command(process.execPath, args, { show: false, deadlineSeconds: 120 });
    },
    count: single,
  },
  mochaPiece("layering, tidy, unit and property tests", plainTests.others, false, 300),
  mochaPiece("unit and property tests of bgp", plainTests.bgp, false, 300),
];
