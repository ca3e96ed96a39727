import { affinityOf } from "../../ipam/block.ts";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix } from "../../net/prefix.ts";
import { type Findings, otherLines } from "./findings.ts";
import type { Given, Survey } from "./survey.ts";

/** How many nodes are named for their allocations. */
const topNodes = 20;

function attributesText({ handle, attributes }: Given): string {
  const extra = Object.entries(attributes).map(([key, value]) => `${key}=${value}`);
  return `attrs Main:${handle} Extra:${extra.sort((x, y) => (x < y ? -1 : 1)).join(",")}`;
}

const lines = (all: readonly string[]): string => all.map((line) => `  ${line}\n`).join("");

function blocksText({ blocks, given }: Survey, showAll: boolean): string {
  const inside = Map.groupBy(showAll ? given : [], (one) => one.block);
  const rows = blocks.map(({ cidr, block }) => {
    const addresses = (inside.get(cidr) ?? []).map((one) => `  ${one.ip} allocated; ${attributesText(one)}\n`);
    return ` IPAM block ${formatPrefix(cidr)} affinity=${affinityOf(block) ?? "<none>"}:\n${addresses.join("")}`;
  });
  const head = `Loading all IPAM blocks...\nFound ${blocks.length} IPAM blocks.\n${rows.join("")}`;
  return `${head}IPAM blocks record ${given.length} allocations.\n`;
}

function usersText({ pools, uses }: Survey, showAll: boolean): string {
  const of = (kind: "tunnel" | "workload") => uses.filter((use) => use.kind === kind);
  const shown = (kind: "tunnel" | "workload"): string => {
    return showAll ? lines(of(kind).map(({ address, owner }) => `${formatAddress(address)} belongs to ${owner}`)) : "";
  };
  return [
    `Loading all IPAM pools...\n${lines(pools.map(({ cidr }) => formatPrefix(cidr)))}Found ${pools.length} active IP pools.\n`,
    `Loading all nodes.\n${shown("tunnel")}Found ${of("tunnel").length} node tunnel IPs.\n`,
    `Loading all workload endpoints.\n${shown("workload")}Found ${of("workload").length} workload IPs.\n` +
      `Workloads and nodes are using ${uses.length} IPs.\n`,
  ].join("\n");
}

function topText({ given }: Survey): string {
  const counts = new Map<string, number>();
  for (const { node } of given) if (node !== "") counts.set(node, (counts.get(node) ?? 0) + 1);
  const sorted = [...counts].sort(([x, some], [y, others]) => others - some || (x < y ? -1 : 1));
  const top = sorted.slice(0, topNodes).map(([node, count]) => `${node} has ${count} allocations`);
  const median = sorted[Math.floor(sorted.length / 2)]?.[1] ?? 0;
  const most = sorted.length === 0 ? "" : `Node with most allocations has ${sorted[0]![1]}; median is ${median}\n`;
  return `Looking for top (up to ${topNodes}) nodes by allocations...\n${lines(top)}${most}`;
}

function addressesText(findings: Findings): string {
  const { leaked, unjudged, outsidePools, unbooked } = findings;
  const named = leaked.map((one) => `${one.ip} leaked; ${attributesText(one)}`);
  const outside = outsidePools.map(
    ({ address, owner }) => `${formatAddress(address)} in use by ${owner}; not in any active IP pool`,
  );
  const free = unbooked.map(
    ({ address, owner }) => `${formatAddress(address)} in use by ${owner}; not allocated in IPAM`,
  );
  const other =
    unjudged.length === 0 ? "" : `(${unjudged.length} more belong to services or Windows, which is not asked here.)\n`;
  return [
    `Scanning for IPs that are allocated but not actually in use...\n${lines(named)}` +
      `Found ${leaked.length} IPs that are allocated in IPAM but not actually in use.\n${other}`,
    "Scanning for IPs that are in use by a workload or node but not allocated in IPAM...\n" +
      `${lines([...outside, ...free])}Found ${outside.length} in-use IPs that are not in active IP pools.\n` +
      `Found ${free.length} in-use IPs that are in active IP pools but have no corresponding IPAM allocation.\n`,
  ].join("");
}

function handlesText({ orphanHandles, soundHandles, missingHandles }: Findings): string {
  return (
    `Scanning for IPAM handles with no matching IPs...\n${lines(orphanHandles.map(({ id }) => id))}` +
    `Found ${orphanHandles.length} handles with no matching IPs (and ${soundHandles} handles with matches).\n` +
    `Scanning for IPs with missing handle...\n${lines(missingHandles)}` +
    `Found ${missingHandles.length} handles mentioned in blocks with no matching handle resource.\n`
  );
}

/** What `ipam check` says before its last line, as calicoctl does; every problem is named. */
export function checkText(survey: Survey, findings: Findings, showAll: boolean): string {
  const others = otherLines(findings);
  const rest = `Scanning for what else does not fit...\n${lines(others)}Found ${others.length} other problems.\n`;
  const parts = [
    "Checking IPAM for inconsistencies...\n",
    blocksText(survey, showAll),
    usersText(survey, showAll),
    topText(survey),
    addressesText(findings) + handlesText(findings) + rest,
  ];
  return parts.join("\n");
}
