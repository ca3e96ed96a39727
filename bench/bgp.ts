import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePackages } from "../e2e/task/debian.ts";

const root = new URL("..", import.meta.url).pathname;

/** One workload: what `native/bgpload.c` is told, and what the speakers are told of its sessions. */
interface Workload {
  readonly name: string;
  readonly load: readonly string[];
  readonly isReflector: boolean;
}

const workloads: readonly Workload[] = [
  { name: "announce-1m", load: ["-n", "2", "-S", "1", "-P", "1000000", "-a", "5", "-m"], isReflector: false },
  { name: "reflect-300x30", load: ["-n", "300", "-S", "300", "-P", "30", "-a", "5", "-i"], isReflector: true },
];

/** What the load tool prints. */
interface Figures {
  readonly ok: boolean;
  readonly announce_s: number;
  readonly withdraw_s: number;
  readonly rss_mb: number;
  readonly peak_mb: number;
}

type SpeakerName = "manx" | "bird";

/**
 * Times our speaker and BIRD side by side, in turns, each in a namespace of its own, and prints a JSON line for every run
 * and one with the ratios of the medians. `--rounds N` (3), `--workload NAME` for one of them.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const trouble = await ensurePackages(["iproute2", "bird2"]);
  if (trouble !== "") throw new Error(trouble);
  const option = (name: string): string | undefined => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : undefined);
  const rounds = Number(option("--rounds") ?? 3);
  const folder = mkdtempSync(join(tmpdir(), "manx-bench-"));
  try {
    execFileSync("cc", ["-O2", "-w", "-o", join(folder, "bgpload"), join(root, "bench/native/bgpload.c")]);
    for (const workload of workloads) {
      if (option("--workload") !== undefined && option("--workload") !== workload.name) continue;
      await compare(workload, rounds, folder);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(workload: Workload, rounds: number, folder: string): Promise<void> {
  const runs: { readonly [S in SpeakerName]: Figures[] } = { bird: [], manx: [] };
  for (let round = 0; round < rounds; round++) {
    for (const speaker of ["bird", "manx"] as const) {
      const figures = await once(speaker, workload, folder);
      runs[speaker].push(figures);
      console.log(JSON.stringify({ bench: `bgp ${workload.name}`, speaker, round, ...figures }));
    }
  }
  const ratio = (pick: (figures: Figures) => number): number =>
    Math.round((median(runs.manx.map(pick)) / median(runs.bird.map(pick))) * 100) / 100;
  console.log(
    JSON.stringify({
      bench: `bgp ${workload.name}`,
      announce_ratio: ratio(({ announce_s }) => announce_s),
      withdraw_ratio: ratio(({ withdraw_s }) => withdraw_s),
      rss_mb: median(runs.manx.map(({ rss_mb }) => rss_mb)),
    }),
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[values.length >> 1] ?? Number.NaN;
}

/** One run of one speaker, alone in a namespace where all of 10.10.0.0/16 is local. */
async function once(speaker: SpeakerName, workload: Workload, folder: string): Promise<Figures> {
  const netns = `manx-bench-${process.pid}`;
  const inside = ["netns", "exec", netns];
  execFileSync("ip", ["netns", "add", netns]);
  let child: ChildProcess | undefined;
  try {
    execFileSync("ip", ["-n", netns, "link", "set", "lo", "up"]);
    execFileSync("ip", ["-n", netns, "route", "add", "local", "10.10.0.0/16", "dev", "lo"]);
    child = spawn("ip", [...inside, ...commandOf(speaker, workload.isReflector, folder)], { stdio: "ignore" });
    const target = ["-d", "10.10.0.1", "-s", "10.10.1.1", "-A", "65001", "-D", "65000", "-t", "120"];
    const load = [join(folder, "bgpload"), ...target, "-k", String(child.pid), ...workload.load];
    return JSON.parse(await output("ip", [...inside, ...load])) as Figures;
  } finally {
    if (child) await end(child);
    execFileSync("ip", ["netns", "del", netns]);
  }
}

function commandOf(speaker: SpeakerName, isReflector: boolean, folder: string): string[] {
  const config = join(folder, `${speaker}.conf`);
  const kind = isReflector ? "internal" : "external";
  if (speaker === "bird") {
    const reflect = isReflector ? "rr client; " : "";
    const channel = `ipv4 { import all; export all; ${isReflector ? "" : "next hop self; "}};`;
    const peer = `local 10.10.0.1 as 65000; neighbor range 10.10.0.0/16 ${kind}; multihop; ${reflect}dynamic name "d";`;
    writeFileSync(config, `router id 10.10.0.1;\nprotocol device {}\nprotocol bgp dyn { ${peer} ${channel} }\n`);
    return ["bird", "-f", "-c", config, "-s", join(folder, "bird.ctl"), "-P", join(folder, "bird.pid")];
  }
  const peers = [{ range: "10.10.0.0/16", asn: kind, ...(isReflector && { routeReflectorClient: true }) }];
  const listen = { address: "10.10.0.1", port: 179 };
  const rest = { kernel: "none", ebgpRequiresPolicy: false, families: ["ipv4"], dynamicPeers: peers };
  writeFileSync(config, JSON.stringify({ asn: 65000, routerId: "10.10.0.1", clusterId: "10.10.0.1", listen, ...rest }));
  return [join(root, "bin/manx"), "speaker", "--config", config];
}

function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`bgpload: ${text.trim()}`))));
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    child.kill("SIGTERM");
  });
}
