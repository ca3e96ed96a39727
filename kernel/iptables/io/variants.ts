import { readFileSync } from "node:fs";
import { type Family, families } from "../../../net/family.ts";
import { countSaved, probeText } from "../probe.ts";
import type { IptablesVariant, VariantState } from "../variant.ts";
import { iptablesCommand } from "./command.ts";
import { run } from "./run.ts";

const withinMs = 10_000;
const names = { ipv4: "ip_tables_names", ipv6: "ip6_tables_names" } as const;

/**
 * What each variant of iptables is to each family here: nft first, IPv4 first. Whether one works is tried in a network namespace of its
 * own (`unshare`), so that asking makes no table; where a namespace cannot be had, with `--test` in ours. Whose rules are there is
 * read in the namespace at the path, or in ours.
 */
export async function iptablesVariants(netns?: string): Promise<readonly VariantState[]> {
  const asked: Promise<VariantState>[] = [];
  for (const variant of ["nft", "legacy"] as const) {
    for (const family of families) asked.push(stateOf(variant, family, netns));
  }
  return Promise.all(asked);
}

async function stateOf(variant: IptablesVariant, family: Family, netns: string | undefined): Promise<VariantState> {
  const why = await probe(variant, family);
  if (why !== undefined) return { variant, family, works: false, why, kubernetes: false, rules: 0 };
  // To list legacy tables that nobody has made would make them.
  const there = variant === "nft" || netns !== undefined || tableNames(family) !== "";
  const { output } = there
    ? await run(iptablesCommand(family, variant, "save", [], netns), "", withinMs)
    : { output: "" };
  return { variant, family, works: true, ...countSaved(output ?? "") };
}

/** Why the variant does not work, or undefined when it does. */
async function probe(variant: IptablesVariant, family: Family): Promise<string | undefined> {
  const { file, args } = iptablesCommand(family, variant, "restore", ["--noflush"]);
  const apart = await run({ file: "unshare", args: ["--net", "--", file, ...args] }, probeText, withinMs);
  if (apart.status === 0) return undefined;
  if (!apart.complaint.includes("unshare")) return sentence(apart.complaint);
  const here = await run({ file, args: [...args, "--test"] }, probeText, withinMs);
  return here.status === 0 ? undefined : sentence(here.complaint);
}

function sentence(complaint: string): string {
  return complaint.trim().split("\n")[0]?.slice(0, 240) || "it ended without a word";
}

/** The legacy tables that somebody has made in our namespace. */
function tableNames(family: Family): string {
  try {
    return readFileSync(`/proc/self/net/${names[family]}`, "latin1").trim();
  } catch {
    return "";
  }
}
