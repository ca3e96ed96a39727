import { blocksPrefix, ipamPrefix } from "../datastore/ipam-key.ts";
import { checkIpam } from "../ipam/check.ts";
import { poolOf } from "../ipam/pool.ts";
import { allocationOf, blocksIn } from "../ipam/show.ts";
import { covers, formatPrefix, parsePrefix } from "../net/prefix.ts";
import { CliError } from "./error.ts";
import { type Session, type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";

/** `manxctl ipam check`: what does not fit between blocks, handles, affinities, pools and endpoints. Changes nothing. */
export async function ipamCheck(shell: Shell, options: StoreOptions): Promise<void> {
  await withStore(shell, options, async (session) => {
    const { entries } = await session.store.list(ipamPrefix);
    const problems = checkIpam(entries).map(({ kind, about, why }) => `${kind}: ${about}: ${why}`);
    const blocks = blocksIn(entries.filter((entry) => entry.key.startsWith(blocksPrefix)));
    const all = [...problems, ...(await outsidePools(session, blocks)), ...(await unbooked(session, blocks))];
    for (const problem of all) shell.print(`  ${problem}\n`);
    const text = `Check complete; found ${all.length} problems.`;
    if (all.length > 0) throw new CliError(text);
    shell.print(`${text}\n`);
  });
}

async function outsidePools({ client }: Session, blocks: ReturnType<typeof blocksIn>): Promise<readonly string[]> {
  const pools = (await client.list("IPPool")).resources.flatMap((resource) => poolOf(resource) ?? []);
  const outside = blocks.filter(({ cidr }) => !pools.some((pool) => covers(pool.cidr, cidr)));
  return outside.map(({ cidr }) => `block-outside-pools: ${formatPrefix(cidr)}: no IPPool holds it`);
}

/** Addresses of endpoints that lie in a block and that the block does not know. */
async function unbooked({ client }: Session, blocks: ReturnType<typeof blocksIn>): Promise<readonly string[]> {
  const { resources } = await client.list("WorkloadEndpoint");
  return resources.flatMap(({ metadata, spec }) => {
    const missing = (spec.ipNetworks ?? []).filter((text) => {
      const address = parsePrefix(text);
      const inBlock = address && blocks.some(({ cidr }) => covers(cidr, address));
      return inBlock && !allocationOf(blocks, address);
    });
    const object = `WorkloadEndpoint(${metadata.namespace}/${metadata.name})`;
    return missing.map((text) => `address-not-booked: ${text}: ${object} uses it, but its block calls it free`);
  });
}
