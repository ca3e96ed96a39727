import type { IPPool, IPPoolSpec } from "../datastore/model/ip-pool.ts";
import { poolBlockSize } from "../datastore/model/ip-pool-check.ts";
import type { Address } from "../net/address.ts";
import type { Family } from "../net/family.ts";
import { covers, masked, type Prefix, parsePrefix, prefixKey, prefixOf } from "../net/prefix.ts";
import { NoPools, NoQualifiedPool, NoSuchPool } from "./error.ts";
import type { PoolUse, Selects } from "./request.ts";

/** A pool as this room needs it: defaults filled in, CIDR parsed. */
export interface Pool {
  readonly name: string;
  readonly cidr: Prefix;
  /** Prefix length of its blocks. */
  readonly blockSize: number;
  readonly disabled: boolean;
  readonly manual: boolean;
  readonly nodeSelector: string;
  readonly namespaceSelector: string;
  readonly uses: readonly PoolUse[];
}

/** A pool read with Calico's defaults, or undefined when it can hold no block: CIDR unreadable, or narrower than one. */
export function poolOf(
  resource: Pick<IPPool, "spec"> & { readonly metadata: { readonly name: string } },
): Pool | undefined {
  const spec: IPPoolSpec = resource.spec;
  const cidr = parsePrefix(spec.cidr);
  const blockSize = poolBlockSize(spec);
  if (!cidr || cidr.length > blockSize) return undefined;
  return {
    name: resource.metadata.name,
    cidr: masked(cidr),
    blockSize,
    disabled: spec.disabled ?? false,
    manual: spec.assignmentMode === "Manual",
    nodeSelector: spec.nodeSelector ?? "",
    namespaceSelector: spec.namespaceSelector ?? "",
    uses: spec.allowedUses?.length ? spec.allowedUses : ["Workload", "Tunnel"],
  };
}

type Labels = Readonly<Record<string, string>>;

/** Whether a pool's nodeSelector takes a node; an empty selector takes every node. */
export function selectsNode(pool: Pool, labels: Labels, selects: Selects): boolean {
  return pool.nodeSelector === "" || selects(pool.nodeSelector, labels);
}

/** What decides which pools may serve a request. */
export interface PoolWish {
  readonly node: string;
  readonly nodeLabels: Labels;
  readonly namespaceLabels: Labels;
  readonly family: Family;
  readonly use: PoolUse;
  /** Names or CIDRs; undefined or empty means automatic. */
  readonly wanted: readonly string[] | undefined;
}

/**
 * The pools to take from, in order: those asked for in the order asked, else all that select node and namespace, by
 * name. Disabled pools never; pools asked for bypass selectors and assignment mode (Calico ipam.go determinePools).
 * @throws NoSuchPool, NoPools, NoQualifiedPool
 */
export function determinePools(pools: readonly Pool[], wish: PoolWish, selects: Selects): readonly Pool[] {
  const chosen = wish.wanted?.length ? askedFor(pools, wish.wanted, wish) : selectedBy(pools, wish, selects);
  const ofFamily = chosen.filter((pool) => pool.cidr.family === wish.family);
  if (ofFamily.length === 0) throw new NoPools(wish.node, wish.family);
  const qualified = ofFamily.filter((pool) => pool.uses.includes(wish.use));
  if (qualified.length === 0) throw new NoQualifiedPool(wish.use);
  return qualified;
}

function selectedBy(pools: readonly Pool[], wish: PoolWish, selects: Selects): readonly Pool[] {
  return pools
    .filter((pool) => !pool.disabled && !pool.manual)
    .filter((pool) => selectsNode(pool, wish.nodeLabels, selects))
    .filter((pool) => pool.namespaceSelector === "" || selects(pool.namespaceSelector, wish.namespaceLabels))
    .sort((x, y) => (x.name < y.name ? -1 : 1));
}

function askedFor(pools: readonly Pool[], wanted: readonly string[], wish: PoolWish): readonly Pool[] {
  const found = wanted.map((text) => {
    const cidr = parsePrefix(text);
    const key = cidr && prefixKey(cidr);
    const pool = pools.find((one) => one.name === text || prefixKey(one.cidr) === key);
    if (!pool || pool.disabled) throw new NoSuchPool(text, pool !== undefined);
    return pool;
  });
  const ofFamily = found.filter((pool) => pool.cidr.family === wish.family);
  return [...new Set(ofFamily)];
}

/** The pool an address or block lies in, the narrowest when several do, or undefined. */
export function poolOver(pools: readonly Pool[], target: Address | Prefix): Pool | undefined {
  const over = pools.filter((pool) => covers(pool.cidr, target));
  return over.sort((x, y) => y.cidr.length - x.cidr.length)[0];
}

/** The block of a pool that an address of it lies in. */
export function blockAt(pool: Pool, address: Address): Prefix {
  return masked(prefixOf(address, pool.blockSize));
}
