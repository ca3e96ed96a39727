import { spawn } from "node:child_process";
import { ensurePackages } from "../e2e/task/debian.ts";

const root = new URL("..", import.meta.url).pathname;

/** The size of the acceptance run; larger ones are asked for by arguments. */
const small = ["--endpoints", "2000", "--policies", "200", "--nodes", "100", "--local", "20"];

/**
 * Times a node agent from outside, by packets: `agent-bench.py` loads an etcd with a cluster in Calico's data model, starts the
 * agent and measures from the acknowledged write to the first packet that shows it. Arguments go to the script; with
 * `--command 'PROGRAM …'` another agent is measured.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const trouble = await ensurePackages(["iproute2", "nftables", "etcd-server"]);
  if (trouble !== "") throw new Error(trouble);
  const at = argv.indexOf("--command");
  const command = at < 0 ? `${root}bin/manx agent` : argv[at + 1]!;
  const rest = at < 0 ? argv : argv.filter((_, i) => i !== at && i !== at + 1);
  const args = [`${root}bench/agent-bench.py`, command, ...(rest.includes("--endpoints") ? [] : small), ...rest];
  const output = await new Promise<string>((resolve, reject) => {
    const child = spawn("python3", args, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`agent-bench.py: ${text.trim()}`))));
  });
  process.stdout.write(output);
}
