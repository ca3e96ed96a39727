import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandOf, type SpeakerName } from "./speakers.ts";
import type { Workload } from "./workload.ts";

const stallProbe = new URL("stall.ts", import.meta.url).href;

/** What the load tool prints. */
export interface Figures {
  readonly ok: boolean;
  readonly establish_s: number;
  readonly announce_s: number;
  readonly withdraw_s: number;
  readonly rss_mb: number;
  readonly peak_mb: number;
  /** Longest stall of the event loop while routes came in, milliseconds; only where it was asked for, and of ours. */
  readonly stall_ms?: number;
}

/** One run of one speaker, alone in a namespace where all of 10.10.0.0/16 and fd10::/64 is local. */
export async function once(speaker: SpeakerName, workload: Workload, folder: string): Promise<Figures> {
  const netns = `manx-bench-${process.pid}`;
  const inside = ["netns", "exec", netns];
  execFileSync("ip", ["netns", "add", netns]);
  let child: ChildProcess | undefined;
  try {
    execFileSync("ip", ["-n", netns, "link", "set", "lo", "up"]);
    execFileSync("ip", ["-n", netns, "route", "add", "local", "10.10.0.0/16", "dev", "lo"]);
    execFileSync("ip", ["-n", netns, "route", "add", "local", "fd10::/64", "dev", "lo"]);
    execFileSync("ip", ["-n", netns, "addr", "add", "fd10::a0a:1/128", "dev", "lo", "nodad"]);
    const stallFile = join(folder, "stall.json");
    const isMeasured = workload.measuresStall && speaker === "manx";
    const env = isMeasured
      ? { ...process.env, NODE_OPTIONS: `--import=${stallProbe}`, STALL_FILE: stallFile }
      : undefined;
    const command = commandOf(speaker, workload, folder);
    child = spawn("ip", [...inside, ...command], { stdio: "ignore", ...(env && { env }) });
    const target = ["-d", "10.10.0.1", "-s", "10.10.1.1", "-A", "65001", "-D", "65000", "-t", "300"];
    const load = [
      join(folder, "bgpload"),
      ...target,
      "-k",
      String(child.pid),
      ...workload.load,
      ...(isMeasured ? ["-u"] : []),
    ];
    const figures = JSON.parse(await output("ip", [...inside, ...load])) as Figures;
    return isMeasured ? { ...figures, ...(JSON.parse(readFileSync(stallFile, "utf8")) as object) } : figures;
  } finally {
    if (child) await end(child);
    execFileSync("ip", ["netns", "del", netns]);
  }
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
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("close", () => resolve());
    child.kill("SIGTERM");
  });
}
