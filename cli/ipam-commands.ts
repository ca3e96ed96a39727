import type { Command } from "commander";
import { collect, type On, withConfig } from "./command-options.ts";

const forms = "ps, json or yaml";

function showCommand(ipam: Command, on: On): void {
  const show = withConfig(ipam.command("show").description("how full pools are, who has an address"))
    .option("--ip <address>", "who has this address")
    .option("--show-blocks", "blocks as well as pools")
    .option("--show-borrowed", "addresses that nodes have from others' blocks")
    .option("--show-configuration", "the settings of IPAM")
    .option("--output <form>", forms, "ps");
  on(show, async (shell, _, options) => (await import("./ipam-show.ts")).ipamShow(shell, options));
}

function checkCommands(ipam: Command, on: On): void {
  const check = withConfig(
    ipam.command("check").description("what does not fit between blocks, handles, endpoints and nodes"),
  )
    .option(
      "-o, --output <file>",
      "write a report for `ipam release --from-report`; or ps, json, yaml for standard output",
    )
    .option("--show-all-ips", "print every address that was looked at")
    .option("--show-problem-ips", "accepted for calicoctl's sake: they are always printed")
    .option("--fix", "repair what is proved dead by two sources; prints every step");
  on(check, async (shell, _, options) => (await import("./ipam-check.ts")).ipamCheck(shell, options));
  const release = withConfig(ipam.command("release").description("make addresses free again"))
    .option("--ip <address>", "this address")
    .option("--from-report <file>", "what all these reports of `ipam check -o` call leaked; may be repeated", collect)
    .option("--force", "with reports that are old, or a datastore that is not locked")
    .option("--output <form>", forms, "ps");
  on(release, async (shell, _, options) => (await import("./ipam-release.ts")).ipamRelease(shell, options));
}

/** The commands of `manxctl ipam`. */
export function ipamCommands(program: Command, on: On): void {
  const ipam = program.command("ipam").description("IP address management");
  showCommand(ipam, on);
  checkCommands(ipam, on);
  const configure = withConfig(ipam.command("configure").description("change the settings of IPAM"))
    .option("--strictaffinity <bool>", "true forbids to borrow addresses")
    .option("--max-blocks-per-host <number>", "0 means 20")
    .option("--kubevirt-ip-persistence <word>", "Enabled or Disabled")
    .option("--ip-cooldown-seconds <number>", "how long a released address rests, 0 to 1200")
    .option("--output <form>", forms, "ps");
  on(configure, async (shell, _, options) => (await import("./ipam-configure.ts")).ipamConfigure(shell, options));
  const split = withConfig(
    ipam.command("split <number>").description("split a pool into so many; the datastore is locked"),
  )
    .option("--cidr <cidr>", "the pool with this CIDR")
    .option("--name <name>", "the pool with this name")
    .option("--output <form>", forms, "ps");
  on(split, async (shell, words, options) => (await import("./ipam-split.ts")).ipamSplit(shell, words[0]!, options));
}
