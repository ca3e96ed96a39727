import type { Command } from "commander";
import { ManxError } from "../../lib/error.ts";
import { collect, type On, withConfig } from "../command-options.ts";
import type { Action } from "../program.ts";

/** As an action whose exit codes 0 and 1 are answers, so that a failure must be another: 2. */
function answering(action: Action): Action {
  return async (shell, words, options) => {
    try {
      return await action(shell, words, options);
    } catch (error) {
      if (!(error instanceof ManxError)) throw error;
      shell.complain(`${error.message}\n`);
      return 2;
    }
  };
}

function traceCommand(program: Command, on: On): void {
  const trace = program.command("trace").description("which policy and rule decides about a packet, node by node");
  withConfig(trace)
    .option("--from <where>", "namespace/pod, an address, host:NODE or host:NODE/INTERFACE")
    .option("--to <where>", "the same")
    .option("-n, --namespace <name>", "namespace of pods that name none", "default")
    .option("--proto <name>", "tcp, udp, sctp, icmp, icmpv6 or a number", "tcp")
    .option("--port <number>", "destination port")
    .option("--from-port <number>", "source port (default: 50000)")
    .option("--icmp-type <type>", "TYPE or TYPE/CODE (default: 8, of icmpv6 128)")
    .option("--family <family>", "ipv4 or ipv6, where there is a choice")
    .option("--uplink <interface>", "interface between the nodes, where HostEndpoints do not name it")
    .option("-o, --output <form>", "text, json or yaml", "text")
    .option("--live", "drops of this node as they happen, instead")
    .option("--endpoint <name>", "with --live: only drops to or from namespace/pod")
    .option("--once <number>", "with --live: end after so many drops")
    .option("--for <seconds>", "with --live: end after so long");
  on(
    trace,
    answering(async (shell, _, options) => {
      if (options["live"]) return (await import("./live.ts")).traceLive(shell, options);
      return (await import("./trace.ts")).trace(shell, options);
    }),
  );
}

/** The commands `manxctl trace` and `manxctl policy`. */
export function traceCommands(program: Command, on: On): void {
  traceCommand(program, on);
  const policy = program.command("policy").description("what policies do, did, and would do");
  const diff = withConfig(
    policy.command("diff").description("which flows a change would allow or deny, before it is made"),
  );
  diff
    .option("-f, --filename <path>", "file or folder of the objects as they would be, - for standard input")
    .option("-R, --recursive", "folders in folders too")
    .option("-n, --namespace <name>", "namespace of objects that name none")
    .option("--delete", "as if the objects of the file were deleted")
    .option("--remove <object>", "as if KIND/NAME or KIND/NAMESPACE/NAME were deleted; may be repeated", collect)
    .option("--max <number>", "lines that are printed at most", "50")
    .option("-o, --output <form>", "text, json or yaml", "text");
  on(
    diff,
    answering(async (shell, _, options) => (await import("./diff.ts")).policyDiff(shell, options)),
  );
  const unused = withConfig(
    policy.command("unused").description("rules that were never met, and rules that never can be"),
  );
  unused.option("-o, --output <form>", "text, json or yaml", "text");
  on(unused, async (shell, _, options) => (await import("./unused.ts")).policyUnused(shell, options));
  const counters = policy.command("counters [name]").description("how often this node's rules were met");
  counters
    .option("--endpoint <name>", "only rules that namespace/name is asked by")
    .option("-o, --output <form>", "text, json or yaml", "text");
  on(counters, async (shell, words, options) =>
    (await import("./counters.ts")).policyCounters(shell, words[0], options),
  );
}
