import type { DataplaneKind } from "../agent/dataplane/dataplane.ts";
import { graphAlone } from "./policy/graph-alone.ts";
import { toKernel } from "./policy/to-kernel.ts";

const kinds: readonly DataplaneKind[] = ["nftables", "iptables-nft"];

/**
 * Policy inside the process on the cluster that `agent-bench.py` loads: the graph alone, then from event to kernel on each
 * dataplane, and how both grow from 1,000 to 100,000 endpoints with a tenth as many policies. `[endpoints [policies]]` measures one size;
 * `--dataplane KIND` one dataplane. One JSON line a figure.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const at = argv.indexOf("--dataplane");
  const chosen = at < 0 ? kinds : [argv[at + 1] as DataplaneKind];
  const [endpoints, policies] = (at < 0 ? argv : argv.toSpliced(at, 2)).map(Number);
  const sizes = endpoints ? [endpoints] : [1000, 10_000, 100_000];
  for (const each of sizes) {
    const size = { endpoints: each, policies: policies ?? each / 10, local: 100 };
    graphAlone(size, 200);
    for (const kind of chosen) await toKernel(kind, size, 50);
  }
}
