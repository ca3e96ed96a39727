import { execFileSync } from "node:child_process";
import type { Dataplane, DataplaneKind } from "../agent/dataplane/dataplane.ts";
import { openDataplane } from "../agent/dataplane/io/open.ts";
import { defaultOptions } from "../agent/dataplane/options.ts";
import { PolicyGraph, type PolicyInput } from "../policy/graph/policy-graph.ts";
import { type ClusterSize, cluster, NODE } from "./policy/cluster.ts";
import { median, percentile, print } from "./policy/figure.ts";

/** About 100 rules, as many as the agent's bench has (2,600), and 10,000. iptables needs more rules for one endpoint, and all in both families. */
const sizes: Readonly<Record<"nftables" | "iptables", readonly ClusterSize[]>> = {
  nftables: [
    { endpoints: 40, policies: 4, local: 3 },
    { endpoints: 2000, policies: 200, local: 175 },
    { endpoints: 8000, policies: 800, local: 680 },
  ],
  iptables: [
    { endpoints: 40, policies: 4, local: 1 },
    { endpoints: 2000, policies: 200, local: 70 },
    { endpoints: 4000, policies: 400, local: 300 },
  ],
};

interface Foreigner {
  readonly command: string;
  /** Programs that print everything it may touch. */
  readonly listings: readonly string[];
}

const nft = ["nft --stateless list ruleset"];
const nftSave = ["iptables-nft-save", "ip6tables-nft-save"];
const legacySave = ["iptables-legacy-save"];
const foreigners: Readonly<Record<DataplaneKind, readonly Foreigner[]>> = {
  nftables: [
    { command: "nft flush ruleset", listings: nft },
    { command: "nft delete table inet manx", listings: nft },
    { command: "nft flush chain inet manx forward", listings: nft },
  ],
  "iptables-nft": [
    { command: "nft flush ruleset", listings: nftSave },
    { command: "iptables-nft -F", listings: nftSave },
    { command: "iptables-nft -D FORWARD 1", listings: nftSave },
  ],
  "iptables-legacy": [
    { command: "iptables-legacy -F", listings: legacySave },
    { command: "iptables-legacy -t raw -F", listings: legacySave },
    { command: "iptables-legacy -D FORWARD 1", listings: legacySave },
  ],
};

/**
 * Milliseconds from the end of somebody else's command until our rules are whole again, in a namespace: by dataplane, by command and by
 * size. What is whole is looked at from outside too. `cpu` is this process's own time, its part of the
 * kernel's included, which a machine at work does not change. `--rounds N`, `--dataplane KIND`. Needs root.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const option = (name: string): string | undefined => {
    const at = argv.indexOf(name);
    return at < 0 ? undefined : argv[at + 1];
  };
  const rounds = Number(option("--rounds") ?? 10);
  const chosen = option("--dataplane");
  for (const kind of Object.keys(foreigners) as DataplaneKind[]) {
    if (chosen !== undefined && chosen !== kind) continue;
    for (const size of sizes[kind === "nftables" ? kind : "iptables"]) await repairs(kind, size, rounds);
  }
}

async function repairs(kind: DataplaneKind, size: ClusterSize, rounds: number): Promise<void> {
  const netns = `manx-bench-${process.pid}-rep`;
  const inside = (command: string): string =>
    execFileSync("ip", ["netns", "exec", netns, ...command.split(" ")], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "ignore"],
    });
  execFileSync("ip", ["netns", "add", netns]);
  const heard = new Heard();
  const dataplane = openDataplane({ kind, options: defaultOptions, tell: heard.tell, netns: `/run/netns/${netns}` });
  try {
    const graph = new PolicyGraph(NODE);
    for (const text of cluster(size)) graph.on(JSON.parse(text) as PolicyInput);
    dataplane.allowDeletes();
    dataplane.apply(graph.flush());
    await dataplane.commit();
    for (const foreigner of foreigners[kind]) await figure(dataplane, foreigner, { rounds, heard, inside });
  } finally {
    dataplane.close();
    execFileSync("ip", ["netns", "del", netns]);
  }
}

interface Round {
  readonly rounds: number;
  readonly heard: Heard;
  readonly inside: (command: string) => string;
}

async function figure(dataplane: Dataplane, { command, listings }: Foreigner, { rounds, heard, inside }: Round) {
  const { kind, size } = dataplane;
  const rules = (): string => wholeOf(listings.map(inside));
  const whole = rules();
  const times: number[] = [];
  const busy: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // An iptables that is disturbed again and again looks more rarely: each time is to be the first. Legacy tables are looked at four
    // times a second: the moments lie all over that time.
    await new Promise((resolve) => setTimeout(resolve, kind === "nftables" ? 200 : 2200 + ((round * 97) % 250)));
    const disturbed = heard.next();
    inside(command);
    const [began, used] = [performance.now(), process.cpuUsage()];
    await disturbed;
    await dataplane.commit();
    times.push(performance.now() - began);
    const { user, system } = process.cpuUsage(used);
    busy.push((user + system) / 1000);
    if (rules() !== whole) throw new Error(`${kind}: the rules are others after ${command}`);
  }
  const budget = kind === "nftables" ? 100 : 1000;
  const p95 = percentile(times, 0.95);
  const more = { p95, cpu: median(busy), budget, ok: p95 <= budget };
  print("repair_ms", median(times), { kind, command, rules: size.rules, ...more });
}

/** What is ours in listings, whatever the order of tables: of iptables' own chains only rules, since empty ones come and go. */
function wholeOf(listings: readonly string[]): string {
  const tables = listings.flatMap((listing) => listing.split(/^(?=[*]|table )/m));
  const ours = tables.map((table) => table.replace(/^(?:#|:[A-Z]|COMMIT).*\n/gm, "").replace(/\[\d+:\d+\]/g, ""));
  return ours
    .filter((table) => !/^\*\w+\n$/.test(table))
    .sort()
    .join("");
}

/** Waits for the fact that somebody disturbed us; what goes wrong is printed. */
class Heard {
  #resolve: () => void = () => {};

  readonly tell = (fact: { readonly fact: string }): void => {
    if (fact.fact.endsWith(".disturbed")) this.#resolve();
    else if (!fact.fact.endsWith(".adopted")) console.error(fact);
  };

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}
