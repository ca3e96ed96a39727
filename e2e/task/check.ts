import { checks } from "./checks.ts";
import { root, runPiece } from "./suites.ts";
import { closingLine, sum } from "./tally.ts";

process.chdir(root);
const tally = sum(await Promise.all(checks.map((piece) => runPiece(piece, false))));
console.log(closingLine(tally));
process.exitCode = tally.failed === 0 ? 0 : 1;
