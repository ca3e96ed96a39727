import type { Command } from "commander";
import { collect, type On, withConfig } from "./command-options.ts";

function nodeCommands(program: Command, on: On): void {
  const node = program.command("node").description("this node's agent");
  const status = withConfig(node.command("status").description("sessions and readiness of a node"))
    .option("--node <name>", "another node, which is asked through the datastore")
    .option("--wait <seconds>", "how long to wait for another node's answer", "30")
    .option("--routes", "the routes of another node too")
    .option("-o, --output <form>", "ps, json or yaml", "ps");
  on(status, async (shell, _, options) => {
    if (options["node"] === undefined) await (await import("./node-status.ts")).nodeStatus(shell, options);
    else await (await import("./remote-status.ts")).remoteStatus(shell, options as { readonly node: string });
  });
  const drain = node.command("drain").description("let BGP peers turn to other ways, then end the sessions");
  drain
    .option("--wait <seconds>", "how long routes stay, tagged GRACEFUL_SHUTDOWN, before sessions end", "60")
    .option("--text <text>", "for the operators of the peers (RFC 9003), at most 255 octets")
    .option("--detach", "return at once instead of waiting for the end");
  on(drain, async (shell, _, options) => (await import("./node-drain.ts")).nodeDrain(shell, options));
  const resume = node.command("resume").description("take a drain back, or open the sessions again");
  on(resume, async (shell) => (await import("./node-drain.ts")).nodeResume(shell));
  const cleanup = node.command("cleanup").description("take away what a stopped agent left in this machine's kernel");
  cleanup.option("--yes", "do not ask").option("--dry-run", "only list what there is");
  on(cleanup, async (shell, _, options) => (await import("./node-cleanup.ts")).nodeCleanup(shell, options));
}

/** The commands of `manxctl node` and `manxctl workload`. */
export function agentCommands(program: Command, on: On): void {
  nodeCommands(program, on);
  const workload = program.command("workload").description("attach and detach network namespaces without a runtime");
  const add = workload.command("add <name>").description("attach a network namespace, as CNI ADD does");
  add
    .option("-n, --namespace <name>", "namespace of the workload", "default")
    .option("--netns <path>", "path of the network namespace")
    .option("--container-id <id>", "sandbox id (default: the name)")
    .option("--ifname <name>", "name of the interface inside (default: eth0)")
    .option("--pool <pool>", "pool to take addresses from, name or CIDR; may be repeated", collect)
    .option("--label <key=value>", "label of the endpoint; may be repeated", collect)
    .option("--ip <address>", "exactly this address; may be repeated", collect)
    .option("-o, --output <form>", "ps or json", "ps");
  on(add, async (shell, words, options) => (await import("./workload.ts")).workloadAdd(shell, words[0]!, options));
  const del = workload.command("del <name>").description("detach it, as CNI DEL does");
  del
    .option("-n, --namespace <name>", "namespace of the workload", "default")
    .option("--netns <path>", "path of the network namespace; it may be gone")
    .option("--container-id <id>", "sandbox id (default: the name)")
    .option("--ifname <name>", "name of the interface inside (default: eth0)");
  on(del, async (shell, words, options) => (await import("./workload.ts")).workloadDel(shell, words[0]!, options));
}
