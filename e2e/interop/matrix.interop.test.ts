import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { bird } from "./daemon/bird.ts";
import { exabgp } from "./daemon/exabgp.ts";
import { frr } from "./daemon/frr.ts";
import { gobgp } from "./daemon/gobgp.ts";
import { openbgpd } from "./daemon/openbgpd.ts";
import type { DaemonName } from "./daemon.ts";
import { business } from "./experiment/business.ts";
import { collisions } from "./experiment/collisions.ts";
import type { Experiment } from "./experiment/experiment.ts";
import { forwarding } from "./experiment/forwarding.ts";
import { longLived } from "./experiment/long-lived.ts";
import { many } from "./experiment/many.ts";
import { reflection } from "./experiment/reflection.ts";
import { restart } from "./experiment/restart.ts";
import { sessions } from "./experiment/sessions.ts";
import { terms } from "./experiment/terms.ts";
import { unnumbered } from "./experiment/unnumbered.ts";
import { keptMatrix, matrixText, withMatrix } from "./matrix-text.ts";
import type { Outcome } from "./outcome.ts";
import { type RowKey, rows } from "./rows.ts";
import { beginMatrix, type Matrix } from "./run-matrix.ts";

const page = new URL("README.md", import.meta.url).pathname;
const kinds = [bird, frr, gobgp, openbgpd, exabgp].filter(({ name }) => wanted("MATRIX_DAEMON", name));
const all: Readonly<Record<string, Experiment>> = {
  restart,
  longLived,
  sessions,
  business,
  terms,
  reflection,
  forwarding,
  unnumbered,
  collisions,
  many,
};
const experiments = Object.entries(all).flatMap(([name, each]) => (wanted("MATRIX_EXPERIMENT", name) ? [each] : []));
const keys = (Object.keys(rows) as RowKey[]).filter((row) => experiments.some((each) => each.rows.includes(row)));

/** Whether an environment variable, when it is set, names this. */
function wanted(variable: string, name: string): boolean {
  const only = process.env[variable];
  return only === undefined || only.toLowerCase().split(",").includes(name.toLowerCase());
}

const isWhole = !("MATRIX_DAEMON" in process.env || "MATRIX_EXPERIMENT" in process.env);

describe("interoperability", function () {
  this.timeout(240_000);
  let matrix: Matrix;
  const seen = new Map<string, Outcome>();

  before(() => {
    matrix = beginMatrix(kinds, experiments);
  });

  for (const row of keys) {
    for (const { name } of kinds) {
      it(`${rows[row].title}: ${name}`, async () => {
        const outcome = await matrix.get(row)!.get(name)!;
        seen.set(`${row} ${name}`, outcome);
        if (outcome.is === "failed") throw outcome.error;
      });
    }
  }

  it("is what the page says", async () => {
    const columns = await Promise.all(kinds.map(async ({ name, version }) => ({ name, version: await version() })));
    const outcome = (row: RowKey, name: DaemonName): Outcome => seen.get(`${row} ${name}`)!;
    const table = matrixText(columns, keys, outcome);
    console.log(`\n${table}\n`);
    const text = readFileSync(page, "utf8");
    if (process.env["UPDATE_MATRIX"] === "1") writeFileSync(page, withMatrix(text, table));
    else if (isWhole) assert.equal(keptMatrix(text), table);
  });
});
