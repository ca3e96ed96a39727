import { ipamConfigPath } from "../datastore/ipam-key.ts";
import type { IPAMBlock } from "../datastore/model/ipam-block.ts";
import type { Entry } from "../datastore/store.ts";
import type { Family } from "../net/family.ts";
import { covers, nthAddress, type Prefix, prefixKey } from "../net/prefix.ts";
import type { PrefixTrie } from "../net/prefix-trie.ts";
import { affinityOf, assignNext, isEmpty, roomIn } from "./block.ts";
import { candidateBlocks, shuffled } from "./candidate.ts";
import { adopt, claimNew, takeOver } from "./claim.ts";
import { thawed } from "./cooldown.ts";
import type { Draft } from "./draft.ts";
import { BlockLimit, NoAutoBlocks, PoolFull, type Shortage, StrictAffinity, Unreadable } from "./error.ts";
import { releaseBlock } from "./give-back.ts";
import { handlePlus } from "./handle.ts";
import { determinePools, poolOver, selectsNode } from "./pool.ts";
import type { Assigned, AssignRequest, Owner } from "./request.ts";
import type { KnownPool } from "./settings.ts";
import { type NodeView, ownerText } from "./view.ts";

/** Blocks that are tried unseen before all blocks are read. */
const mostProbes = 8;

/** One search for one address. */
interface Search {
  readonly draft: Draft;
  readonly view: NodeView;
  readonly owner: Owner;
  readonly family: Family;
  readonly pools: readonly KnownPool[];
}

/**
 * Draws up one automatic address: from the node's own blocks, else from a new one, else from an empty one of somebody
 * else, else borrowed. @throws NoPools and its kin, PoolFull, BlockLimit, StrictAffinity, NoAutoBlocks
 */
export async function placeNext(
  draft: Draft,
  view: NodeView,
  request: AssignRequest,
  family: Family,
): Promise<Assigned> {
  const wish = {
    node: view.node,
    nodeLabels: view.settings.nodeLabels,
    namespaceLabels: request.namespaceLabels ?? {},
    family,
    use: request.use ?? "Workload",
    wanted: request.pools,
  } as const;
  const pools = determinePools(view.settings.pools, wish, view.selects) as readonly KnownPool[];
  const search: Search = { draft, view, owner: request, family, pools };
  const near = await fromOwn(search);
  if (near) return near;
  // Others may have freed addresses of ours, or claimed for us: look before going elsewhere.
  if (await view.holdings.refresh(family)) {
    draft.lookAgain();
    const again = await fromOwn(search);
    if (again) return again;
  }
  return fromElsewhere(search);
}

async function ownBlocks(search: Search): Promise<readonly Prefix[]> {
  const drafted = search.draft.claims.filter((cidr) => cidr.family === search.family);
  return [...(await search.view.holdings.own(search.family)), ...drafted];
}

/** Gives an owner the next free address of a block as drafted, or answers undefined when it is full. */
async function take(search: Search, pool: KnownPool, cidr: Prefix, block: IPAMBlock): Promise<Assigned | undefined> {
  const { draft, view, owner } = search;
  const got = assignNext(block, owner, view.reserved);
  if (!got) return undefined;
  draft.setBlock(cidr, got.block);
  await countUp(draft, owner, cidr);
  draft.restOn(pool.path, pool.revision);
  return {
    address: nthAddress(cidr, got.ordinal),
    block: cidr,
    borrowed: affinityOf(block) !== ownerText(view),
  };
}

/** Draws up that a handle holds one more address of a block. */
export async function countUp(draft: Draft, owner: Owner, cidr: Prefix): Promise<void> {
  draft.setHandle(owner.handle, handlePlus(await draft.handle(owner.handle, "absent"), prefixKey(cidr), 1));
}

/** The block, or undefined also when it cannot be read: then others serve, and a fact says so. */
async function legible(search: Search, cidr: Prefix): Promise<IPAMBlock | undefined> {
  try {
    const block = await search.draft.block(cidr);
    return block && thawed(block, search.view);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    search.view.tell({ fact: "ipam.unreadable", node: search.view.node, ...error.facts });
    return undefined;
  }
}

async function fromOwn(search: Search): Promise<Assigned | undefined> {
  const own = await ownBlocks(search);
  for (const pool of search.pools) {
    for (const cidr of own) {
      if (!covers(pool.cidr, cidr)) continue;
      const block = await legible(search, cidr);
      if (!block || affinityOf(block) !== ownerText(search.view)) continue;
      const got = await take(search, pool, cidr, block);
      if (got) return got;
    }
  }
  return undefined;
}

/** How many blocks may be held: what is virtual, a load balancer, stands for the whole cluster and has no limit. */
function blockLimit({ owner, settings }: NodeView): number {
  return owner === "virtual" ? Number.POSITIVE_INFINITY : settings.maxBlocks;
}

/** Why no new block was claimed: the pools have none left, or one was there and the rules forbade it. */
type Refusal = "none" | "limit" | "off";

async function fromElsewhere(search: Search): Promise<Assigned> {
  const { settings, node, holdings } = search.view;
  const held = (await ownBlocks(search)).length - (await shed(search));
  const probed = await fromProbes(search, held);
  if (probed) return probed;
  const all = await holdings.survey(search.family);
  const claimed = await fromNew(search, all, held);
  if (typeof claimed !== "string") return claimed;
  search.draft.restOn(ipamConfigPath, settings.configRevision);
  const borrowed = settings.strict ? undefined : await borrow(search, all);
  if (borrowed) return borrowed;
  const pools = search.pools.map((pool) => prefixKey(pool.cidr));
  const facts: Shortage = { node, family: search.family, pools, ownBlocks: held };
  if (claimed === "limit") throw new BlockLimit(facts, blockLimit(search.view));
  if (claimed === "off") throw new NoAutoBlocks(facts);
  throw settings.strict && (await roomElsewhere(search, all)) ? new StrictAffinity(facts) : new PoolFull(facts);
}

/** Claims a block and takes its first address. A block all of whose addresses are reserved is not claimed. */
async function fromNew(search: Search, all: PrefixTrie<Entry>, held: number): Promise<Assigned | Refusal> {
  const { draft, view } = search;
  const { settings } = view;
  const refusal = !settings.autoBlocks ? "off" : held >= blockLimit(view) ? "limit" : undefined;
  for (const pool of search.pools) {
    for await (const [cidr, claim] of claimable(search, pool, all)) {
      if (refusal) return refusal;
      const mark = draft.mark();
      const block = await claim();
      const got = block && (await take(search, pool, cidr, block));
      if (got) {
        draft.restOn(ipamConfigPath, settings.configRevision);
        return got;
      }
      draft.restore(mark);
    }
  }
  return "none";
}

/**
 * Gives up empty blocks of pools that no longer select the node: they count towards its limit and serve nobody (Calico
 * prepareAffinityBlocksForHost). Answers how many.
 */
async function shed(search: Search): Promise<number> {
  const { draft, view } = search;
  const { pools, nodeLabels } = view.settings;
  let count = 0;
  for (const cidr of await view.holdings.own(search.family)) {
    const pool = poolOver(pools, cidr) as KnownPool | undefined;
    if (!pool || pool.disabled || selectsNode(pool, nodeLabels, view.selects)) continue;
    const block = await legible(search, cidr);
    if (!block || affinityOf(block) !== ownerText(view) || !isEmpty(block)) continue;
    draft.restOn(pool.path, pool.revision);
    await releaseBlock(draft, view, cidr, block, "its pool no longer selects the node");
    count++;
  }
  return count;
}

/**
 * Claims one of the first blocks where the node begins to look, without a survey of all: most often nobody has it. When somebody
 * does, the commit fails and says so, and the next attempt passes over it. So 2,000 nodes that start at once read no lists.
 */
async function fromProbes(search: Search, held: number): Promise<Assigned | undefined> {
  const { draft, view } = search;
  const { settings } = view;
  const [pool] = search.pools;
  if (draft.isFresh || !pool || !settings.autoBlocks || held >= blockLimit(view)) return undefined;
  if ((await view.holdings.begun(search.family)).length > 0) return undefined;
  let probes = 0;
  for (const cidr of candidateBlocks(pool, view.node, view.random)) {
    if (++probes > mostProbes) return undefined;
    if (await draft.block(cidr, "absent")) continue;
    const mark = draft.mark();
    const block = await claimNew(draft, view, cidr);
    const got = block && (await take(search, pool, cidr, block));
    if (got) {
      draft.restOn(ipamConfigPath, settings.configRevision);
      return got;
    }
    draft.restore(mark);
  }
  return undefined;
}

type Claim = () => Promise<IPAMBlock | undefined>;

/** What the node could claim in a pool: claims begun, blocks nobody has, then empty blocks to take over. */
async function* claimable(
  search: Search,
  pool: KnownPool,
  all: PrefixTrie<Entry>,
): AsyncGenerator<readonly [Prefix, Claim]> {
  const { draft, view } = search;
  const begun = (await view.holdings.begun(search.family)).filter((cidr) => covers(pool.cidr, cidr));
  const fitting = begun.filter((cidr) => cidr.length === pool.blockSize);
  for (const candidates of [fitting, candidateBlocks(pool, view.node, view.random)]) {
    for (const cidr of candidates) {
      if (all.lookup(cidr) || !all.coveredBy(cidr).next().done) continue;
      if (await draft.block(cidr, "absent")) continue;
      yield [cidr, () => claimNew(draft, view, cidr)];
    }
  }
  for (const [cidr, entry] of all.coveredBy(pool.cidr)) {
    if (!looksEmpty(entry) || heldByUs(view, entry)) continue;
    const block = await surveyed(search, cidr, entry);
    if (!block) continue;
    const mark = draft.mark();
    const possible = (await takeOver(draft, view, cidr, block)) !== undefined;
    draft.restore(mark);
    if (possible) yield [cidr, () => takeOver(draft, view, cidr, block)];
  }
}

/** A cheap look at the text before a block is parsed, for there may be thousands. */
function looksEmpty(entry: Entry): boolean {
  return entry.value.includes('"attributes":[]') || entry.value.includes('"releasedAt":');
}

/** The same, whether it belongs to this node. */
function heldByUs(view: NodeView, entry: Entry): boolean {
  return entry.value.includes(`"affinity":${JSON.stringify(ownerText(view))}`);
}

/** A block found by a survey, as drafted or as the freshest hint has it. */
async function surveyed(search: Search, cidr: Prefix, entry: Entry): Promise<IPAMBlock | undefined> {
  const { ledger } = search.view;
  if (!ledger.hint(entry.key)) ledger.learn(entry.key, entry);
  return legible(search, cidr);
}

/** The blocks of the pools that others, or nobody, hold and that do not look full, in an order of chance. */
function lendable(search: Search, all: PrefixTrie<Entry>): readonly (readonly [KnownPool, Prefix, Entry])[] {
  const found = search.pools.flatMap((pool) =>
    [...all.coveredBy(pool.cidr)].map(([cidr, entry]) => [pool, cidr, entry] as const),
  );
  const roomy = found.filter(
    ([, , { value }]) => !value.includes('"unallocated":[]') || value.includes('"releasedAt":'),
  );
  return shuffled(roomy, search.view.random);
}

/**
 * Takes an address of a block that is not the node's. The order is by chance, so that nodes in need do not all crowd
 * one block. The block keeps its affinity; the address is routed as a host route.
 */
async function borrow(search: Search, all: PrefixTrie<Entry>): Promise<Assigned | undefined> {
  const { draft, view } = search;
  for (const [pool, cidr, entry] of lendable(search, all)) {
    const block = await surveyed(search, cidr, entry);
    const got = block && (await take(search, pool, cidr, block));
    if (!got) continue;
    if (!got.borrowed) await adopt(draft, view, cidr);
    const owner = affinityOf(block) ?? "nobody";
    draft.afterwards(() => view.tell({ fact: "ipam.borrowed", node: view.node, block: prefixKey(cidr), owner }));
    return got;
  }
  return undefined;
}

async function roomElsewhere(search: Search, all: PrefixTrie<Entry>): Promise<boolean> {
  for (const [, cidr, entry] of lendable(search, all)) {
    const block = await surveyed(search, cidr, entry);
    if (block && roomIn(block, search.view.reserved) > 0) return true;
  }
  return false;
}
