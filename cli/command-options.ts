import type { Command } from "commander";
import type { Action } from "./program.ts";

/** Tells a command what to do once its words are understood. */
export type On = (command: Command, action: Action) => void;

/** Gathers the values of an option that may be repeated. */
export const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

/** The options of every command that needs the store. */
export function withConfig(command: Command): Command {
  return command
    .option(
      "-c, --config <path>",
      "CalicoAPIConfig of the datastore (default /etc/calico/calicoctl.cfg, then environment)",
    )
    .option("--context <name>", "accepted for calicoctl's sake, has no effect")
    .option("-l, --log-level <level>", "accepted for calicoctl's sake, has no effect")
    .option("--allow-version-mismatch", "say nothing of a cluster whose version is not known here");
}

/** The options of every command that reads objects from files. */
export function withFile(command: Command): Command {
  return withConfig(command)
    .option("-f, --filename <path>", "file or folder of YAML or JSON, - for standard input")
    .option("-R, --recursive", "folders in folders too")
    .option("--skip-empty", "no error when there is nothing in the input")
    .option("-n, --namespace <name>", "namespace of objects that name none");
}
