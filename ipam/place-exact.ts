import { ipamConfigPath } from "../datastore/ipam-key.ts";
import type { IPAMBlock } from "../datastore/model/ipam-block.ts";
import type { Address } from "../net/address.ts";
import { formatAddress } from "../net/address-text.ts";
import { ordinalOf, type Prefix, prefixKey } from "../net/prefix.ts";
import { affinityOf, assignAt, newBlock, ownerAt } from "./block.ts";
import { claimNew, firstSequence } from "./claim.ts";
import type { Draft } from "./draft.ts";
import { AddressOutsidePools, AddressTaken, StrictAffinity } from "./error.ts";
import { countUp } from "./place.ts";
import { blockAt, poolOver, selectsNode } from "./pool.ts";
import type { Assigned, AssignRequest } from "./request.ts";
import type { KnownPool } from "./settings.ts";
import { type NodeView, ownerText } from "./view.ts";

/**
 * Draws up that exactly this address goes to the owner; an address it has already stays its own. Reservations do not
 * bind here, as in Calico. @throws AddressOutsidePools, AddressTaken, StrictAffinity
 */
export async function placeExact(
  draft: Draft,
  view: NodeView,
  request: AssignRequest,
  address: Address,
): Promise<Assigned> {
  const use = request.use ?? "Workload";
  const enabled = view.settings.pools.filter((pool) => !pool.disabled && pool.uses.includes(use));
  const pool = poolOver(enabled, address) as KnownPool | undefined;
  if (!pool) throw new AddressOutsidePools(formatAddress(address));
  const cidr = blockAt(pool, address);
  const ordinal = ordinalOf(cidr, address);
  const hinted = await draft.block(cidr);
  // Nothing is written for an address that the handle has already, so only the store may say that it has.
  const isTaken = hinted && ownerAt(hinted, ordinal);
  const block = (isTaken ? await draft.block(cidr, "store") : hinted) ?? (await makeBlock(draft, view, pool, cidr));
  const borrowed = affinityOf(block) !== ownerText(view);
  const owner = ownerAt(block, ordinal);
  if (owner?.handle_id === request.handle) return { address, block: cidr, borrowed };
  if (owner) throw new AddressTaken(formatAddress(address), owner.handle_id ?? "");
  if (borrowed && view.settings.strict) throw strictness(view, pool, address);
  draft.setBlock(cidr, assignAt(block, ordinal, request));
  await countUp(draft, request, cidr);
  draft.restOn(pool.path, pool.revision);
  return { address, block: cidr, borrowed };
}

/** A block for an address whose block is not there: the node's own where it may have one, else nobody's. */
async function makeBlock(draft: Draft, view: NodeView, pool: KnownPool, cidr: Prefix): Promise<IPAMBlock> {
  const { settings } = view;
  draft.restOn(ipamConfigPath, settings.configRevision);
  const held = (await view.holdings.own(cidr.family)).length + draft.claims.length;
  const may = settings.autoBlocks && held < settings.maxBlocks && selectsNode(pool, settings.nodeLabels, view.selects);
  const claimed = may ? await claimNew(draft, view, cidr) : undefined;
  return claimed ?? newBlock(cidr, null, firstSequence(view.clock.wall()));
}

function strictness(view: NodeView, pool: KnownPool, address: Address): StrictAffinity {
  return new StrictAffinity({
    node: view.node,
    family: address.family,
    pools: [prefixKey(pool.cidr)],
    ownBlocks: 0,
  });
}
