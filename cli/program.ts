import { Command, CommanderError, type OptionValues } from "commander";
import { ManxError } from "../lib/error.ts";
import { agentCommands } from "./agent-commands.ts";
import { bgpCommands } from "./bgp/commands.ts";
import { type On, withConfig, withFile } from "./command-options.ts";
import { datastoreCommands } from "./datastore-commands.ts";
import { ipamCommands } from "./ipam-commands.ts";
import type { Shell } from "./shell.ts";
import { traceCommands } from "./trace/commands.ts";

/**
 * What a command's file is asked to do, once its words are understood; answers the exit code where it is one that says
 * something. Files are loaded only when their command runs.
 */
export type Action = (shell: Shell, words: readonly string[], options: OptionValues) => Promise<unknown>;

function resourceCommands(program: Command, on: On): void {
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
  const validate = file("validate", "check objects without storing them");
  on(validate.option("-o, --output <form>", "ps, json or yaml", "ps"), async (shell, _, options) =>
    (await import("./validate.ts")).validateInput(shell, options),
  );
  const remove = file("delete", "delete objects").arguments("[kind] [names...]");
  remove.option("-s, --skip-not-exists", "no error for what is not there");
  on(remove, async (shell, words, options) =>
    (await import("./delete.ts")).deleteResources(shell, words[0], words.slice(1), options),
  );
  const get = file("get", "print objects").arguments("[kind] [names...]");
  get
    .option(
      "-o, --output <form>",
      "ps, wide, yaml, json, name, custom-columns=…, go-template=… or go-template-file=…",
      "ps",
    )
    .option("-A, --all-namespaces", "objects of all namespaces")
    .option("--export", "leave out what only this cluster gave an object");
  on(get, async (shell, words, options) => (await import("./get.ts")).get(shell, words[0], words.slice(1), options));
}

function changeCommands(program: Command, on: On): void {
  const patch = withConfig(program.command("patch <kind> <name>").description("merge a piece into an object"))
    .option("-n, --namespace <name>", "namespace of the object")
    .option("-p, --patch <spec>", "YAML or JSON to merge in")
    .option("-t, --type <type>", "strategic, merge or json (RFC 6902)", "strategic");
  on(patch, async (shell, words, options) => (await import("./patch.ts")).patch(shell, words[0]!, words[1]!, options));
  const label = withConfig(program.command("label <kind> <name> <label>").description("set or remove a label"))
    .option("-n, --namespace <name>", "namespace of the object")
    .option("--overwrite", "change a label that is there")
    .option("--remove", "remove the label with this key");
  on(label, async (shell, words, options) =>
    (await import("./label.ts")).label(shell, words[0]!, words[1]!, words[2]!, options),
  );
  const version = withConfig(program.command("version").description("print versions"));
  version.option("--client", "only ours");
  version.option("--poll <duration>", "print again whenever the cluster's version changes, asking this often, e.g. 5s");
  on(version, async (shell, _, options) => (await import("./version.ts")).version(shell, options));
  const schema = program.command("schema [kind]").description("print the form of a kind, every field with a sentence");
  schema.option("--all", "of every kind").option("-o, --output <form>", "json (JSON Schema), yaml or crd", "json");
  on(schema, async (shell, words, options) =>
    (await import("./schema.ts")).schema(shell, words[0], { ...options, output: String(options["output"]) }),
  );
}

/** The commands of manxctl; each `action` is told to `on` with the command it belongs to. */
function build(shell: Shell, ended: (code: number) => void): Command {
  const program = new Command("manxctl").description("Manages Calico resources, addresses and the agent of this node.");
  program.exitOverride().configureOutput({ writeOut: shell.print, writeErr: shell.complain });
  program.showHelpAfterError("(--help lists what there is)");
  const on = (command: Command, action: Action): void => {
    command.copyInheritedSettings(program);
    command.action(async () => {
      const code = await action(shell, command.args, command.opts());
      ended(typeof code === "number" ? code : 0);
    });
  };
  const rooms = [
    resourceCommands,
    changeCommands,
    ipamCommands,
    datastoreCommands,
    agentCommands,
    bgpCommands,
    traceCommands,
  ];
  for (const add of rooms) add(program, on);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/**
 * Runs one command line (without the program's name) and answers the exit code: 0, or 1 when it was not done. Commands that
 * answer a question answer with their codes (`trace`, `policy diff`), and then 2 is for not done.
 */
export async function run(shell: Shell, words: readonly string[]): Promise<number> {
  try {
    let code = 0;
    await build(shell, (ended) => (code = ended)).parseAsync([...words], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    if (!(error instanceof ManxError)) throw error;
    shell.complain(`${error.message}\n`);
    return 1;
  }
}
