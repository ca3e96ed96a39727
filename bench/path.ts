import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFirewall } from "./path/firewall.ts";
import { makeNode, type PathNode, podAddresses, removeNode } from "./path/nodes.ts";
import { manyRules } from "./path/rules.ts";

const kinds = ["throughput", "connections"] as const;
const budgets = { throughput: 0.95, connections: 0.9 } as const;
const here = new URL(".", import.meta.url).pathname;

/**
 * What policy costs a packet: pod to pod over a node with 10,000 rules, fifty of them on the called pod, beside the same path over
 * a node with conntrack and one rule that allows. Pairs are interleaved, whoever comes first changes; the median of their ratios
 * counts, with the interval in which it lies at 95 %. Arguments: `--rules N`, `--pairs N`, `--seconds S`,
 * `--dataplane nftables|iptables-nft|iptables-legacy`. Needs root and a C compiler.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const option = (name: string, fallback: string): string => {
    const at = argv.indexOf(name);
    return at < 0 ? fallback : argv[at + 1]!;
  };
  const [rules, pairs] = [Number(option("--rules", "10000")), Number(option("--pairs", "30"))];
  const dataplane = option("--dataplane", "nftables");
  const scratch = mkdtempSync(join(tmpdir(), "manx-path-"));
  const nodes: PathNode[] = [];
  let close = (): void => {};
  try {
    const program = join(scratch, "flowload");
    execFileSync("cc", ["-O2", "-Wall", "-o", program, `${here}native/flowload.c`]);
    nodes.push(makeNode("ours"), makeNode("plain"));
    const [ours, plain] = nodes as [PathNode, PathNode];
    close = await openFirewall(dataplane, ours, manyRules(rules));
    allowAll(dataplane, plain);
    for (const kind of kinds) {
      const measure = (node: PathNode): number => load(program, node, kind, option("--seconds", "0.5"));
      measure(ours);
      measure(plain);
      const ratios = Array.from({ length: pairs }, (_, pair) => {
        const first = measure(pair % 2 === 0 ? ours : plain);
        const second = measure(pair % 2 === 0 ? plain : ours);
        return pair % 2 === 0 ? first / second : second / first;
      });
      report(kind, dataplane, rules, ratios, measure(plain));
    }
  } finally {
    close();
    for (const node of nodes) removeNode(node);
    rmSync(scratch, { recursive: true });
  }
}

function load(program: string, node: PathNode, kind: string, seconds: string): number {
  const args = [node.pods[1], node.pods[0], podAddresses[1], "5001", kind, seconds];
  const { perSecond } = JSON.parse(execFileSync(program, args, { encoding: "utf8" })) as { perSecond: number };
  return perSecond;
}

/** Conntrack and one rule, by the program that the dataplane's own rules are written with. */
function allowAll(dataplane: string, { name }: PathNode): void {
  const exec = (command: readonly string[], input?: string): void => {
    execFileSync("ip", ["netns", "exec", name, ...command], { ...(input && { input }) });
  };
  if (dataplane === "nftables") {
    const hook = "type filter hook forward priority 0; policy drop;";
    exec(
      ["nft", "-f", "-"],
      `table inet plain { chain forward { ${hook} ct state established,related accept\naccept\n}\n}\n`,
    );
    return;
  }
  const rules = ["-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", "-j ACCEPT"];
  const text = ["*filter", ...rules.map((rule) => `-A FORWARD ${rule}`), "COMMIT", ""].join("\n");
  exec([`${dataplane}-restore`], text);
}

/** The interval holds the true median at 95 %: order statistics of the binomial distribution. */
function report(kind: keyof typeof budgets, dataplane: string, rules: number, ratios: number[], plain: number): void {
  const sorted = [...ratios].sort((x, y) => x - y);
  const spread = Math.ceil(0.98 * Math.sqrt(sorted.length));
  const middle = sorted.length >> 1;
  const at = (index: number): number => Number(sorted[Math.min(Math.max(index, 0), sorted.length - 1)]!.toFixed(3));
  const line = { bench: "path", figure: kind, dataplane, rules, pairs: ratios.length, ratio: at(middle) };
  const interval = [at(middle - spread), at(middle + spread)];
  const perSecond = Math.round(plain);
  console.log(
    JSON.stringify({
      ...line,
      interval,
      plainPerSecond: perSecond,
      budget: budgets[kind],
      ok: at(middle) >= budgets[kind],
    }),
  );
}
