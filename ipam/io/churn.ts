import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openStore } from "../../datastore/io/open-store.ts";
import { ipamPrefix } from "../../datastore/ipam-key.ts";
import { kindPrefix } from "../../datastore/resource-key.ts";
import type { Store } from "../../datastore/store.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix, hostPrefix } from "../../net/prefix.ts";
import { allocationsIn } from "../allocation.ts";
import { checkIpam } from "../check.ts";
import { blocksIn } from "../show.ts";
import { putPool } from "../sim/node.ts";

const worker = new URL("churn-worker.ts", import.meta.url).pathname;
const nodes = ["n0", "n1", "n2", "n3"] as const;

/** What a churn did, and what did not fit afterwards. */
export interface Churned {
  readonly kills: number;
  /** Attachments and detachments that were finished. */
  readonly operations: number;
  /** Pods that lived at the end. */
  readonly pods: number;
  readonly problems: readonly string[];
}

/**
 * Nodes as processes that attach and detach pods of two small pools, one of them killed with SIGKILL at a random moment again and again; a
 * new process takes its place. Then all end well, and what the store says is checked: IPAM with itself, and with the endpoints.
 */
export async function churn(variables: Readonly<Record<string, string>>, seconds: number): Promise<Churned> {
  const folder = mkdtempSync(join(tmpdir(), "manx-churn-"));
  const store = await openStore(variables, systemClock, systemRandom);
  const children = new Map<string, ChildProcess>();
  const ready = new Map<ChildProcess, Promise<unknown>>();
  const start = (node: string): void => {
    const args = [worker, node, join(folder, node)];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...variables },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.set(node, child);
    // It has detached what was unfinished, and heeds SIGTERM from then on.
    ready.set(child, Promise.race([once(child.stdout, "data"), once(child, "exit")]));
  };
  let kills = 0;
  const failed: string[] = [];
  try {
    await putPool(store, "four", { cidr: "10.65.0.0/25", blockSize: 28 });
    await putPool(store, "six", { cidr: "fd00:65::/121", blockSize: 124 });
    for (const node of nodes) start(node);
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
      await pause(150 + systemRandom() * 500);
      const node = nodes[Math.floor(systemRandom() * nodes.length)]!;
      const child = children.get(node)!;
      if (child.exitCode !== null) failed.push(`${node} ended by itself with ${child.exitCode}`);
      else kills++;
      await ended(child, "SIGKILL");
      start(node);
    }
    await Promise.all(
      [...children.values()].map(async (child) => {
        await ready.get(child);
        await ended(child, "SIGTERM");
      }),
    );
    for (const [node, { exitCode }] of children) if (exitCode !== 0) failed.push(`${node} ended with ${exitCode}`);
    const lines = nodes.flatMap((node) => readFileSync(join(folder, node), "utf8").split("\n"));
    const operations = lines.filter((line) => /^(up|gone) /.test(line)).length;
    const { pods, problems } = await verdict(store);
    return { kills, operations, pods, problems: [...failed, ...problems] };
  } finally {
    for (const child of children.values()) child.kill("SIGKILL");
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sends a signal and waits for the end; whoever does not heed SIGTERM in 20 s is killed, which its exit code tells. */
async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await exit;
  clearTimeout(timer);
}

/** What `ipam check` finds, and where addresses and endpoints disagree. */
async function verdict(store: Store): Promise<{ readonly pods: number; readonly problems: readonly string[] }> {
  const { entries } = await store.list(ipamPrefix);
  const problems = checkIpam(entries).map(({ kind, about, why }) => `${kind} ${about}: ${why}`);
  const endpoints = (await store.list(kindPrefix("WorkloadEndpoint"))).entries;
  const used = new Map<string, string>();
  for (const { value } of endpoints) {
    const { spec } = JSON.parse(value) as {
      readonly spec: { readonly pod: string; readonly ipNetworks: readonly string[] };
    };
    for (const network of spec.ipNetworks) {
      const other = used.get(network);
      if (other !== undefined) problems.push(`${network} is of ${other} and of ${spec.pod}`);
      used.set(network, spec.pod);
    }
  }
  for (const { address, handle } of allocationsIn(blocksIn(entries))) {
    const key = formatPrefix(hostPrefix(address));
    if (handle !== `net.${used.get(key)}`)
      problems.push(`${formatAddress(address)} is held by ${handle}, used by ${used.get(key) ?? "nobody"}`);
    used.delete(key);
  }
  for (const [network, pod] of used) problems.push(`${pod} uses ${network}, which nobody gave it`);
  return { pods: endpoints.length, problems };
}
