import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { ensurePackages, testPackages } from "./debian.ts";
import { fingerprint } from "./fingerprint.ts";
import { mocha, root } from "./suites.ts";
import { closingLine, mochaTally, sum, type Tally } from "./tally.ts";

/** Long tests one file at a time; a file that passed on this very tree is not run again unless `--again` is given. */
process.chdir(root);
const [again, only] = [process.argv.includes("--again"), process.argv.slice(2).filter((a) => !a.startsWith("--"))];
const memory = ".cache/test-long.json";
const passed = readPassed();
const tree = fingerprint(root);
const files = globSync("**/*.long.test.ts", { exclude: (name) => name === "node_modules" }).sort();
const chosen = files.filter((file) => only.length === 0 || only.some((part) => file.includes(part)));

const trouble = await ensurePackages(testPackages);
const tallies: Tally[] = trouble === "" ? [] : [{ passed: 0, failed: 1 }];
if (trouble !== "") console.log(trouble);
for (const file of trouble === "" ? chosen : []) {
  if (passed[file] === tree && !again) {
    console.log(`${file}: passed before on this tree; --again runs it again`);
    continue;
  }
  console.log(`\n== ${file}`);
  const tally = mochaTally(await mocha([file, "--reporter", "spec"], true, 3600));
  tallies.push(tally);
  if (tally.failed === 0) passed[file] = tree;
  mkdirSync(".cache", { recursive: true });
  writeFileSync(memory, JSON.stringify(passed));
}
const tally = sum(tallies);
console.log(closingLine(tally));
process.exitCode = tally.failed === 0 ? 0 : 1;

/** Which file passed on which tree. */
function readPassed(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(memory, "utf8")) as Record<string, string>;
  } catch {
    return {};
  }
}
