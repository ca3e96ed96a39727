import { blocksPrefix, ipamConfigPath } from "../datastore/ipam-key.ts";
import type { IPAMConfiguration } from "../datastore/model/ipam-configuration.ts";
import { poolOf } from "../ipam/pool.ts";
import {
  type Allocation,
  allocationOf,
  type Borrowed,
  blocksIn,
  borrowedIn,
  type PlacedBlock,
  type Usage,
  usageOf,
} from "../ipam/show.ts";
import { formatAddress, parseAddress } from "../net/address-text.ts";
import { formatPrefix, parsePrefix } from "../net/prefix.ts";
import { boxTable } from "./box-table.ts";
import { CliError } from "./error.ts";
import { fiveDigits, share } from "./go-format.ts";
import { type SaidOptions, saidForm, say } from "./said.ts";
import { type Session, type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";

/** What `ipam show` can be told. */
export interface IpamShowOptions extends StoreOptions, SaidOptions {
  readonly ip?: string;
  readonly showBlocks?: boolean;
  readonly showBorrowed?: boolean;
  readonly showConfiguration?: boolean;
}

/** `manxctl ipam show`: how full pools and blocks are, who borrowed what, who has an address. */
export async function ipamShow(shell: Shell, options: IpamShowOptions): Promise<void> {
  const form = saidForm(options);
  await withStore(shell, options, async (session) => {
    if (options.showConfiguration) {
      const spec = await configuration(session);
      return say(shell, form, spec, () => configurationTable(spec));
    }
    const { entries } = await session.store.list(blocksPrefix);
    const blocks = blocksIn(entries);
    const unreadable = entries.length - blocks.length;
    if (unreadable > 0) shell.complain(`${unreadable} block(s) cannot be read; 'manxctl ipam check' names them\n`);
    if (options.ip !== undefined) {
      const address = addressGiven(options.ip);
      const found = allocationOf(blocks, address);
      const value = { ip: formatAddress(address), inUse: found !== undefined, ...(found && heldValue(found)) };
      return say(shell, form, value, () => addressText(value.ip, found));
    }
    if (options.showBorrowed)
      return say(shell, form, borrowedIn(blocks).map(borrowedValue), () => borrowedText(blocks));
    const usage = await usageNow(session, blocks, options.showBlocks ?? false);
    say(shell, form, usage.map(usageValue), () => usageTable(usage));
  });
}

function heldValue({ handle, attributes }: Allocation): object {
  return { handle, attributes };
}

function borrowedValue({ address, block, ...rest }: Borrowed): object {
  return { ip: formatAddress(address), block: formatPrefix(block), ...rest };
}

/** Exact up to 2^53; beyond that, as IPv6 pools are, the nearest number there is. */
function usageValue({ cidr, ...rest }: Usage): object {
  return { cidr: formatPrefix(cidr), ...rest };
}

/** One address as people write it. @throws CliError */
export function addressGiven(text: string) {
  const address = parseAddress(text);
  if (!address)
    throw new CliError(`invalid IP address: --ip = '${text}'; an address such as 10.0.0.1 or fd00::1 would be right`);
  return address;
}

function addressText(shown: string, found: Allocation | undefined): string {
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

async function usageNow(
  { client }: Session,
  blocks: readonly PlacedBlock[],
  withBlocks: boolean,
): Promise<readonly Usage[]> {
  const pools = (await client.list("IPPool")).resources.flatMap((resource) => poolOf(resource) ?? []);
  const reservations = (await client.list("IPReservation")).resources.flatMap(({ spec }) => spec.reservedCIDRs ?? []);
  const reserved = reservations.flatMap((text) => parsePrefix(text) ?? []);
  return usageOf(pools, blocks, reserved, withBlocks);
}

function usageTable(usage: readonly Usage[]): string {
  const rows = usage.map(usageRow);
  return boxTable(["GROUPING", "CIDR", "IPS TOTAL", "IPS IN USE", "IPS RESERVED", "IPS FREE"], rows);
}

/** The settings of IPAM, with what holds where the store says nothing. */
async function configuration({ client, store }: Session): Promise<IPAMConfiguration["spec"]> {
  const there = (await store.get(ipamConfigPath)) !== undefined;
  const spec: IPAMConfiguration["spec"] = there
    ? (await client.get({ kind: "IPAMConfiguration", name: "default" })).spec
    : {};
  return { strictAffinity: false, autoAllocateBlocks: true, maxBlocksPerHost: 0, ...spec };
}

function configurationTable(spec: IPAMConfiguration["spec"]): string {
  const rows = [
    ["StrictAffinity", String(spec.strictAffinity)],
    ["AutoAllocateBlocks", String(spec.autoAllocateBlocks)],
    ["MaxBlocksPerHost", String(spec.maxBlocksPerHost)],
    ...(spec.kubeVirtVMAddressPersistence ? [["KubeVirtVMAddressPersistence", spec.kubeVirtVMAddressPersistence]] : []),
    ...(spec.ipCooldownSeconds ? [["IPCooldownSeconds", String(spec.ipCooldownSeconds)]] : []),
  ];
  return boxTable(["PROPERTY", "VALUE"], rows);
}
