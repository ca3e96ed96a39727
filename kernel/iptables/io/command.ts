import type { Family } from "../../../net/family.ts";
import type { IptablesVariant } from "../variant.ts";

/** How a program of iptables is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** What programs of ours are told of the world: where to find others, and to speak English. */
export const environment: NodeJS.ProcessEnv = {
  PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C",
};

/** `iptables-nft-restore` and its kind, in the network namespace at the path or in ours. */
export function iptablesCommand(
  family: Family,
  variant: IptablesVariant,
  program: "restore" | "save",
  args: readonly string[],
  netns?: string,
): Command {
  const file = `${family === "ipv4" ? "iptables" : "ip6tables"}-${variant}-${program}`;
  return netns === undefined ? { file, args } : { file: "nsenter", args: [`--net=${netns}`, "--", file, ...args] };
}
