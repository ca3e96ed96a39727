import type { Revision } from "../../datastore/store.ts";
import { type Millis, seconds } from "../../lib/unit.ts";
import { formatAddress } from "../../net/address-text.ts";
import { type Prefix, prefixKey } from "../../net/prefix.ts";
import { allocationsIn, type Held, purposeOf } from "../allocation.ts";
import { affinityOf } from "../block.ts";
import { poolOver } from "../pool.ts";
import type { PlacedBlock } from "../show.ts";
import type { SeenAffinity, Sight } from "./sight.ts";
import { isInUse, type World } from "./world.ts";

/** How long an address must look leaked, or a handle empty, before it is taken back (Calico leakGracePeriod). */
export const leakGrace: Millis = seconds(15 * 60);

/** What earlier rounds saw. */
export interface Observed {
  /** Allocation → since when it looks leaked. */
  readonly leaks: ReadonlyMap<string, Millis>;
  /** Block → its sequence number when it was seen empty. */
  readonly empties: ReadonlyMap<string, bigint>;
  /** Handle without addresses → at which revision it was seen first so, and when. */
  readonly strays: ReadonlyMap<string, { readonly revision: Revision; readonly since: Millis }>;
}

/** Nothing has been seen yet. */
export const unobserved: Observed = { leaks: new Map(), empties: new Map(), strays: new Map() };

/** What a round asks for. */
export interface Rules {
  /** Only what this node is responsible for: its addresses, its empty blocks, handles that speak of its blocks alone. Absent: everything. */
  readonly node?: string;
  readonly grace: Millis;
}

/** All addresses of one handle, or one address without a handle, to be taken back together. */
export interface Leak {
  readonly handle: string;
  readonly held: readonly Held[];
}

/** A block that may be given up, if it still has this sequence number. */
export interface EmptyBlock {
  /** `host:<node>` or `virtual:<name>`. */
  readonly owner: string;
  readonly cidr: Prefix;
  readonly sequence: bigint;
}

/** What a round found. */
export interface Verdicts {
  /** Addresses that look leaked, confirmed ones among them. */
  readonly candidates: readonly Held[];
  /** Those that have looked so for long enough, or whose node is gone. */
  readonly confirmed: readonly Held[];
  /** Of the confirmed, what can go: handles all of whose addresses are confirmed. */
  readonly leaks: readonly Leak[];
  readonly emptyBlocks: readonly EmptyBlock[];
  /** Affinities of hosts that are gone and own no address: the blocks lose them. */
  readonly deserted: readonly SeenAffinity[];
  /** Markers of hosts that are gone and have no affinity any more. */
  readonly goneHosts: readonly string[];
  /** Handles that no block knows. */
  readonly strays: readonly { readonly id: string; readonly revision: Revision }[];
  /** Blocks of nobody's without addresses, but perhaps some that cool down. */
  readonly cooling: readonly Prefix[];
}

/** Names one allocation: the same address given anew is another. */
function heldKey({ address, handle, sequence }: Held): string {
  return `${formatAddress(address)} ${handle} ${sequence}`;
}

/**
 * What should be taken back (Calico kube-controllers node/ipam.go), as a function of one snapshot, who is there, and what earlier rounds
 * saw. An address leaks when nobody of its notes uses it; it is confirmed after the grace, at once when its node is gone; it goes when all
 * addresses of its handle are confirmed. An empty block goes when it was empty and untouched the last time too, but for a node's last one
 * of a family that can still serve. `now` is monotonic.
 */
export function judge(
  sight: Sight,
  world: World,
  before: Observed,
  rules: Rules,
  now: Millis,
): { readonly verdicts: Verdicts; readonly after: Observed } {
  const all = allocationsIn(sight.blocks);
  const candidates = all.filter((held) => concerns(rules, held.node) && !isInUse(held, world));
  const leakedSince = new Map(candidates.map((held) => [heldKey(held), before.leaks.get(heldKey(held)) ?? now]));
  const isDue = (held: Held): boolean => {
    const since = leakedSince.get(heldKey(held));
    if (since === undefined) return false;
    const isNodeGone = held.node !== "" && !world.nodes.has(held.node) && purposeOf(held) !== "load-balancer";
    return isNodeGone || now - since >= rules.grace;
  };
  const confirmed = candidates.filter(isDue);
  const empty = emptyBlocks(sight, world, rules);
  const strays = strayHandles(sight, all, rules);
  const straysSince = new Map(
    strays.map(({ id, revision }) => {
      const known = before.strays.get(id);
      return [id, known?.revision === revision ? known : { revision, since: now }];
    }),
  );
  const deserted = [...sight.affinities, ...claimsOfBlocks(sight)].filter((one) =>
    isDeserted(one, sight, world, rules),
  );
  const verdicts: Verdicts = {
    candidates,
    confirmed,
    leaks: wholeHandles(all, confirmed, sight),
    emptyBlocks: givable(empty, sight, world).filter(
      ({ cidr, sequence }) => before.empties.get(prefixKey(cidr)) === sequence,
    ),
    deserted,
    goneHosts: rules.node !== undefined ? [] : goneHosts(sight, world),
    strays: strays.filter(({ id }) => now - straysSince.get(id)!.since >= rules.grace),
    cooling: rules.node !== undefined ? [] : sight.blocks.filter(isLeftOver).map(({ cidr }) => cidr),
  };
  const empties = new Map(empty.map(({ cidr, sequence }) => [prefixKey(cidr), sequence]));
  return { verdicts, after: { leaks: leakedSince, empties, strays: straysSince } };
}

function concerns(rules: Rules, node: string): boolean {
  return rules.node === undefined || rules.node === node;
}

/** Confirmed leaks by handle, without handles that have an address which is not one. */
function wholeHandles(all: readonly Held[], confirmed: readonly Held[], sight: Sight): readonly Leak[] {
  const due = new Set(confirmed.map(heldKey));
  const living = new Set(all.filter((held) => !due.has(heldKey(held))).map((held) => held.handle));
  const readable = new Set(sight.blocks.map(({ cidr }) => prefixKey(cidr)));
  const leaks = new Map<string, Held[]>();
  const nameless: Leak[] = [];
  for (const held of confirmed) {
    if (held.handle === "") nameless.push({ handle: "", held: [held] });
    else leaks.set(held.handle, [...(leaks.get(held.handle) ?? []), held]);
  }
  const isWhole = (id: string): boolean => {
    if (living.has(id)) return false;
    const named = Object.keys(sight.handles.get(id)?.handle.block ?? {});
    return !sight.hasGaps || named.every((cidr) => readable.has(cidr));
  };
  const whole = [...leaks].filter(([id]) => isWhole(id)).map(([handle, held]) => ({ handle, held }));
  return [...whole, ...nameless];
}

function emptyBlocks(sight: Sight, world: World, rules: Rules): readonly EmptyBlock[] {
  return sight.blocks.flatMap(({ cidr, block }): EmptyBlock[] => {
    const owner = affinityOf(block);
    const host = owner?.startsWith("host:") ? owner.slice("host:".length) : undefined;
    if (owner === null || host === undefined || !concerns(rules, host) || !world.nodes.has(host)) return [];
    return allocationsIn([{ cidr, block }]).length === 0 ? [{ owner, cidr, sequence: block.sequenceNumber ?? 0n }] : [];
  });
}

/** The empty blocks without one for each node and family, when nothing else of the node's can serve there. */
function givable(empty: readonly EmptyBlock[], sight: Sight, world: World): readonly EmptyBlock[] {
  const pools = world.pools.filter((pool) => !pool.disabled);
  const serves = (cidr: Prefix): boolean => poolOver(pools, cidr) !== undefined;
  const left = new Map<string, number>();
  for (const { cidr, block } of sight.blocks) {
    const key = `${affinityOf(block)} ${cidr.family}`;
    if (serves(cidr)) left.set(key, (left.get(key) ?? 0) + 1);
  }
  return empty.filter(({ owner, cidr }) => {
    if (!serves(cidr)) return true;
    const key = `${owner} ${cidr.family}`;
    const count = left.get(key) ?? 0;
    if (count > 1) left.set(key, count - 1);
    return count > 1;
  });
}

/** Whether an affinity is of a host that is gone and that block holds no address: nothing keeps it. */
function isDeserted({ kind, name, cidr }: SeenAffinity, sight: Sight, world: World, rules: Rules): boolean {
  if (rules.node !== undefined || kind !== "host" || world.nodes.has(name)) return false;
  const placed = sight.blocks.filter((one) => prefixKey(one.cidr) === prefixKey(cidr));
  if (placed.length === 0) return !sight.hasGaps;
  return placed.every((one) => affinityOf(one.block) !== `host:${name}` || allocationsIn([one]).length === 0);
}

/** Owners that blocks name although they have no affinity: a claim that was ended while a killed writer still made its block. */
function claimsOfBlocks(sight: Sight): readonly SeenAffinity[] {
  const known = new Set(sight.affinities.map(({ kind, name, cidr }) => `${kind}:${name} ${prefixKey(cidr)}`));
  return sight.blocks.flatMap(({ cidr, block }): SeenAffinity[] => {
    const owner = affinityOf(block);
    if (!owner?.startsWith("host:") || known.has(`${owner} ${prefixKey(cidr)}`)) return [];
    return [{ kind: "host", name: owner.slice("host:".length), cidr, state: "" }];
  });
}

function goneHosts(sight: Sight, world: World): readonly string[] {
  const used = new Set(sight.affinities.filter(({ kind }) => kind === "host").map(({ name }) => name));
  return sight.hosts.filter((name) => !world.nodes.has(name) && !used.has(name));
}

/** Handles without an address in any block. Of one node: those that speak of its blocks, or of blocks that are gone, alone. */
function strayHandles(
  sight: Sight,
  all: readonly Held[],
  rules: Rules,
): readonly { readonly id: string; readonly revision: Revision }[] {
  if (sight.hasGaps) return [];
  const owning = new Set(all.map((held) => held.handle));
  const owners = new Map(sight.blocks.map(({ cidr, block }) => [prefixKey(cidr), affinityOf(block)]));
  const isOurs = (cidr: string): boolean => !owners.has(cidr) || owners.get(cidr) === `host:${rules.node}`;
  return [...sight.handles].flatMap(([id, { handle, revision }]) => {
    if (owning.has(id)) return [];
    return rules.node === undefined || Object.keys(handle.block).every(isOurs) ? [{ id, revision }] : [];
  });
}

function isLeftOver({ cidr, block }: PlacedBlock): boolean {
  return affinityOf(block) === null && allocationsIn([{ cidr, block }]).length === 0;
}
