import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePackages } from "../e2e/task/debian.ts";
import { type Figures, once } from "./bgp/once.ts";
import { rivalPackages, type SpeakerName, speakerNames } from "./bgp/speakers.ts";
import { type Workload, workloads } from "./bgp/workload.ts";

const root = new URL("..", import.meta.url).pathname;

/**
 * Times our speaker beside BIRD and FRR, in turns, each in a namespace of its own, and prints a JSON line for every run
 * and one with the ratios of the medians. `--rounds N` (3), `--workload NAME` for one of them, `--all` for those without
 * goals too, `--rivals bird` for fewer of them.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const trouble = await ensurePackages(["iproute2", ...rivalPackages]);
  if (trouble !== "") throw new Error(trouble);
  const option = (name: string): string | undefined => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : undefined);
  const rounds = Number(option("--rounds") ?? 3);
  const rivals = option("--rivals")?.split(",") ?? speakerNames;
  const wanted = option("--workload");
  const folder = mkdtempSync(join(tmpdir(), "manx-bench-"));
  try {
    execFileSync("cc", ["-O2", "-w", "-o", join(folder, "bgpload"), join(root, "bench/native/bgpload.c")]);
    for (const workload of workloads) {
      if (wanted === undefined ? workload.isExtra && !argv.includes("--all") : workload.name !== wanted) continue;
      const taking = speakerNames.filter((name) => name === "manx" || rivals.includes(name));
      await compare(workload, taking, rounds, folder);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(
  workload: Workload,
  speakers: readonly SpeakerName[],
  rounds: number,
  folder: string,
): Promise<void> {
  const runs = new Map<SpeakerName, Figures[]>(speakers.map((speaker) => [speaker, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [speaker, figures] of runs) {
      figures.push(await once(speaker, workload, folder));
      console.log(JSON.stringify({ bench: `bgp ${workload.name}`, speaker, round, ...figures.at(-1) }));
    }
  }
  const manx = runs.get("manx") ?? [];
  for (const [rival, figures] of runs) {
    if (rival === "manx") continue;
    const ratio = (pick: (one: Figures) => number): number =>
      rounded(median(manx.map(pick)) / median(figures.map(pick)));
    console.log(
      JSON.stringify({
        bench: `bgp ${workload.name}`,
        beside: rival,
        announce_ratio: ratio(({ announce_s }) => announce_s),
        withdraw_ratio: ratio(({ withdraw_s }) => withdraw_s),
        rss_mb: median(manx.map(({ rss_mb }) => rss_mb)),
        ...(rival === "bird" && workload.goals && { goals: workload.goals }),
      }),
    );
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function median(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[values.length >> 1] ?? Number.NaN;
}
