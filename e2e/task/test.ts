import { checks } from "./checks.ts";
import { command } from "./command.ts";
import { ensurePackages, testPackages } from "./debian.ts";
import { mochaPiece, needs, type Piece, root, runPiece } from "./suites.ts";
import { closingLine, single, sum, type Tally } from "./tally.ts";

process.chdir(root);
const trouble = await ensurePackages(testPackages);
const tallies: Tally[] = await Promise.all(checks.map((piece) => runPiece(piece, false)));

if (trouble === "") {
  const deadlineSeconds = 300;
  const demo: Piece = {
    name: "demo",
    run: () => command(process.execPath, ["e2e/demo/main.ts", "--once"], { show: true, deadlineSeconds }),
    count: single,
  };
  const suites = needs.map((need) =>
    mochaPiece(need, [`**/*.${need}.test.ts`, "--ignore", "node_modules/**"], true, 600),
  );
  for (const piece of [...suites, demo]) {
    console.log(`\n== ${piece.name}`);
    tallies.push(await runPiece(piece, true));
  }
} else {
  console.log(`FAILED  the rest of the tests was not run: ${trouble}`);
  tallies.push({ passed: 0, failed: 1 });
}

const tally = sum(tallies);
console.log(closingLine(tally));
process.exitCode = tally.failed === 0 ? 0 : 1;
