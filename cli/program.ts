import { Command, CommanderError, type OptionValues } from "commander";
import { ManxError } from "../lib/error.ts";
import { bgpCommands } from "./bgp/commands.ts";
import type { Shell } from "./shell.ts";

/** What a command's file is asked to do, once its words are understood. Files are loaded only when their command runs. */
export type Action = (shell: Shell, words: readonly string[], options: OptionValues) => Promise<void>;

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

function withConfig(command: Command): Command {
  return command
    .option(
      "-c, --config <path>",
      "CalicoAPIConfig of the datastore (default /etc/calico/calicoctl.cfg, then environment)",
    )
    .option("--context <name>", "accepted for calicoctl's sake, has no effect")
    .option("-l, --log-level <level>", "accepted for calicoctl's sake, has no effect")
    .option("--allow-version-mismatch", "accepted for calicoctl's sake: versions are never locked");
}

function withFile(command: Command): Command {
  return withConfig(command)
    .option("-f, --filename <path>", "file or folder of YAML or JSON, - for standard input")
    .option("-R, --recursive", "folders in folders too")
    .option("--skip-empty", "no error when there is nothing in the input")
    .option("-n, --namespace <name>", "namespace of objects that name none");
}

function resourceCommands(program: Command, on: (command: Command, action: Action) => void): void {
  const file = (name: string, says: string): Command => withFile(program.command(name).description(says));
  on(
    file("create", "create objects").option("--skip-exists", "no error for what is there already"),
    async (shell, _, options) => (await import("./create.ts")).create(shell, options),
  );
  on(file("apply", "create objects, or replace them where they are there"), async (shell, _, options) =>
    (await import("./apply.ts")).apply(shell, options),
  );
  on(file("replace", "replace objects"), async (shell, _, options) =>
    (await import("./replace.ts")).replace(shell, options),
  );
  on(file("validate", "check objects without storing them"), async (shell, _, options) =>
    (await import("./validate.ts")).validateInput(shell, options),
  );
  const remove = file("delete", "delete objects").arguments("[kind] [names...]");
  remove.option("-s, --skip-not-exists", "no error for what is not there");
  on(remove, async (shell, words, options) =>
    (await import("./delete.ts")).deleteResources(shell, words[0], words.slice(1), options),
  );
  const get = file("get", "print objects").arguments("[kind] [names...]");
  get
    .option("-o, --output <form>", "ps, wide, yaml, json or name", "ps")
    .option("-A, --all-namespaces", "objects of all namespaces")
    .option("--export", "leave out what only this cluster gave an object");
  on(get, async (shell, words, options) => (await import("./get.ts")).get(shell, words[0], words.slice(1), options));
}

function changeCommands(program: Command, on: (command: Command, action: Action) => void): void {
  const patch = withConfig(program.command("patch <kind> <name>").description("merge a piece into an object"))
    .option("-n, --namespace <name>", "namespace of the object")
    .option("-p, --patch <spec>", "YAML or JSON to merge in")
    .option("-t, --type <type>", "strategic or merge", "strategic");
  on(patch, async (shell, words, options) => (await import("./patch.ts")).patch(shell, words[0]!, words[1]!, options));
  const label = withConfig(program.command("label <kind> <name> <label>").description("set or remove a label"))
    .option("-n, --namespace <name>", "namespace of the object")
    .option("--overwrite", "change a label that is there")
    .option("--remove", "remove the label with this key");
  on(label, async (shell, words, options) =>
    (await import("./label.ts")).label(shell, words[0]!, words[1]!, words[2]!, options),
  );
  const version = withConfig(program.command("version").description("print versions"));
  on(version.option("--client", "only ours"), async (shell, _, options) =>
    (await import("./version.ts")).version(shell, options),
  );
}

function ipamCommands(program: Command, on: (command: Command, action: Action) => void): void {
  const ipam = program.command("ipam").description("IP address management");
  const show = withConfig(ipam.command("show").description("how full pools are, who has an address"))
    .option("--ip <address>", "who has this address")
    .option("--show-blocks", "blocks as well as pools")
    .option("--show-borrowed", "addresses that nodes have from others' blocks")
    .option("--show-configuration", "the settings of IPAM");
  on(show, async (shell, _, options) => (await import("./ipam-show.ts")).ipamShow(shell, options));
  const release = withConfig(ipam.command("release").description("make an address free again"));
  on(release.option("--ip <address>", "the address"), async (shell, _, options) =>
    (await import("./ipam-release.ts")).ipamRelease(shell, options),
  );
  const check = withConfig(
    ipam.command("check").description("what does not fit between blocks, handles and endpoints"),
  );
  on(check, async (shell, _, options) => (await import("./ipam-check.ts")).ipamCheck(shell, options));
  const configure = withConfig(ipam.command("configure").description("change the settings of IPAM"))
    .option("--strictaffinity <bool>", "true forbids to borrow addresses")
    .option("--max-blocks-per-host <number>", "0 means 20");
  on(configure, async (shell, _, options) => (await import("./ipam-configure.ts")).ipamConfigure(shell, options));
}

function agentCommands(program: Command, on: (command: Command, action: Action) => void): void {
  const node = program.command("node").description("this node's agent");
  const status = node.command("status").description("sessions and readiness of this node");
  on(status.option("-o, --output <form>", "ps, json or yaml", "ps"), async (shell, _, options) =>
    (await import("./node-status.ts")).nodeStatus(shell, options),
  );
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

/** The commands of manxctl; each `action` is told to `on` with the command it belongs to. */
function build(shell: Shell): Command {
  const program = new Command("manxctl").description("Manages Calico resources, addresses and the agent of this node.");
  program.exitOverride().configureOutput({ writeOut: shell.print, writeErr: shell.complain });
  program.showHelpAfterError("(--help lists what there is)");
  const on = (command: Command, action: Action): void => {
    command.copyInheritedSettings(program);
    command.action(() => action(shell, command.args, command.opts()));
  };
  for (const add of [resourceCommands, changeCommands, ipamCommands, agentCommands, bgpCommands]) add(program, on);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/** Runs one command line (without the program's name) and answers the exit code: 0, or 1 when it was not done. */
export async function run(shell: Shell, words: readonly string[]): Promise<number> {
  try {
    await build(shell).parseAsync([...words], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    if (!(error instanceof ManxError)) throw error;
    shell.complain(`${error.message}\n`);
    return 1;
  }
}
