import { blocksPrefix, ipamConfigPath } from "../datastore/ipam-key.ts";
import type { IPAMConfiguration } from "../datastore/model/ipam-configuration.ts";
import { poolOf } from "../ipam/pool.ts";
import { allocationOf, blocksIn, borrowedIn, type PlacedBlock, type Usage, usageOf } from "../ipam/show.ts";
import { formatAddress, parseAddress } from "../net/address-text.ts";
import { formatPrefix, parsePrefix } from "../net/prefix.ts";
import { boxTable } from "./box-table.ts";
import { CliError } from "./error.ts";
import { fiveDigits, share } from "./go-format.ts";
import { type Session, type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";

/** What `ipam show` can be told. */
export interface IpamShowOptions extends StoreOptions {
  readonly ip?: string;
  readonly showBlocks?: boolean;
  readonly showBorrowed?: boolean;
  readonly showConfiguration?: boolean;
}

/** `manxctl ipam show`: how full pools and blocks are, who borrowed what, who has an address. */
export async function ipamShow(shell: Shell, options: IpamShowOptions): Promise<void> {
  await withStore(shell, options, async (session) => {
    if (options.showConfiguration) return shell.print(await configurationTable(session));
    const { entries } = await session.store.list(blocksPrefix);
    const blocks = blocksIn(entries);
    const unreadable = entries.length - blocks.length;
    if (unreadable > 0) shell.complain(`${unreadable} block(s) cannot be read; 'manxctl ipam check' names them\n`);
    if (options.ip !== undefined) return shell.print(addressText(blocks, options.ip));
    if (options.showBorrowed) return shell.print(borrowedText(blocks));
    shell.print(await usageTable(session, blocks, options.showBlocks ?? false));
  });
}

/** One address as people write it. @throws CliError */
export function addressGiven(text: string) {
  const address = parseAddress(text);
  if (!address)
    throw new CliError(`invalid IP address: --ip = '${text}'; an address such as 10.0.0.1 or fd00::1 would be right`);
  return address;
}

function addressText(blocks: readonly PlacedBlock[], text: string): string {
  const address = addressGiven(text);
  const found = allocationOf(blocks, address);
  const shown = formatAddress(address);
  if (!found) return `${shown} is not assigned\n`;
  const attributes = Object.entries(found.attributes).sort(([x], [y]) => (x < y ? -1 : 1));
  const lines = attributes.map(([key, value]) => `  ${key}: ${value}\n`);
  const owner =
    lines.length > 0 ? `Active Owner Attributes:\n${lines.join("")}` : "No Active Owner attributes defined\n";
  return `IP ${shown} is in use\nHandle ID: ${found.handle || "<none>"}\n${owner}`;
}

function borrowedText(blocks: readonly PlacedBlock[]): string {
  const rows = borrowedIn(blocks).map((one) => {
    return [formatAddress(one.address), one.node, formatPrefix(one.block), one.blockOwner, one.type, one.allocatedTo];
  });
  return boxTable(["IP", "BORROWING-NODE", "BLOCK", "BLOCK OWNER", "TYPE", "ALLOCATED-TO"], rows);
}

function usageRow(usage: Usage): readonly string[] {
  const { grouping, cidr, total, inUse, reserved, free } = usage;
  const counts = [inUse, reserved, free].map((count) => share(count, total));
  return [grouping, formatPrefix(cidr), fiveDigits(total), ...counts];
}

async function usageTable({ client }: Session, blocks: readonly PlacedBlock[], withBlocks: boolean): Promise<string> {
  const pools = (await client.list("IPPool")).resources.flatMap((resource) => poolOf(resource) ?? []);
  const reservations = (await client.list("IPReservation")).resources.flatMap(({ spec }) => spec.reservedCIDRs ?? []);
  const reserved = reservations.flatMap((text) => parsePrefix(text) ?? []);
  const rows = usageOf(pools, blocks, reserved, withBlocks).map(usageRow);
  return boxTable(["GROUPING", "CIDR", "IPS TOTAL", "IPS IN USE", "IPS RESERVED", "IPS FREE"], rows);
}

async function configurationTable({ client, store }: Session): Promise<string> {
  const there = (await store.get(ipamConfigPath)) !== undefined;
  const spec: IPAMConfiguration["spec"] = there
    ? (await client.get({ kind: "IPAMConfiguration", name: "default" })).spec
    : {};
  const rows = [
    ["StrictAffinity", String(spec.strictAffinity ?? false)],
    ["AutoAllocateBlocks", String(spec.autoAllocateBlocks ?? true)],
    ["MaxBlocksPerHost", String(spec.maxBlocksPerHost ?? 0)],
  ];
  return boxTable(["PROPERTY", "VALUE"], rows);
}
