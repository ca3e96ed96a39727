import { decodeResource } from "../datastore/decode.ts";
import { decodeIpamConfig } from "../datastore/ipam-decode.ts";
import { ipamConfigPath } from "../datastore/ipam-key.ts";
import type { Kind } from "../datastore/model/resource.ts";
import type { ResourceOf } from "../datastore/model/schemas.ts";
import { problemText } from "../datastore/problem.ts";
import { kindPrefix, parseResourcePath, resourcePath } from "../datastore/resource-key.ts";
import type { Entry, Revision, Store } from "../datastore/store.ts";
import { type Prefix, parsePrefix } from "../net/prefix.ts";
import { PrefixTrie } from "../net/prefix-trie.ts";
import type { Reserved } from "./block.ts";
import { Unreadable } from "./error.ts";
import { type Pool, poolOf } from "./pool.ts";

/** Calico's limit of blocks a host when the configuration says none. */
const defaultMaxBlocks = 20;

/** A pool, and where and when it was read: commits that take from it compare that. */
export interface KnownPool extends Pool {
  readonly path: string;
  readonly revision: Revision;
}

/** What the cluster's administrators decided about addresses, as last read. */
export interface Settings {
  readonly pools: readonly KnownPool[];
  readonly strict: boolean;
  readonly autoBlocks: boolean;
  readonly maxBlocks: number;
  /** How long a released address is given to nobody. */
  readonly cooldownSeconds: number;
  readonly configRevision: Revision;
  readonly nodeLabels: Readonly<Record<string, string>>;
}

/**
 * Reads pools, the configuration and one node's labels. What cannot be read counts as absent, but for the
 * configuration. @throws Unreadable
 */
export async function loadSettings(store: Store, node: string): Promise<Settings> {
  const [pools, config, self] = await Promise.all([
    store.list(kindPrefix("IPPool")),
    store.get(ipamConfigPath),
    store.get(resourcePath({ kind: "Node", name: node })),
  ]);
  return {
    pools: pools.entries.flatMap((entry) => readPool(entry) ?? []),
    ...readConfig(config),
    configRevision: config?.revision ?? 0,
    nodeLabels: (self && resourceIn("Node", self)?.metadata.labels) ?? {},
  };
}

/** The resource an entry holds, or undefined when it holds none of that kind. */
function resourceIn<K extends Kind>(kind: K, entry: Entry): ResourceOf<K> | undefined {
  const key = parseResourcePath(entry.key);
  const decoded = key && decodeResource({ ...key, kind }, entry.value);
  return decoded?.ok ? decoded.value : undefined;
}

function readPool(entry: Entry): KnownPool | undefined {
  const resource = resourceIn("IPPool", entry);
  const pool = resource && poolOf(resource);
  return pool && { ...pool, path: entry.key, revision: entry.revision };
}

function readReservation(entry: Entry): readonly Prefix[] {
  const resource = resourceIn("IPReservation", entry);
  return (resource?.spec.reservedCIDRs ?? []).flatMap((text) => parsePrefix(text) ?? []);
}

/** Reads which addresses are held back now. Every attempt to assign asks: a reservation binds from its creation on. */
export async function loadReserved(store: Store): Promise<Reserved> {
  const { entries } = await store.list(kindPrefix("IPReservation"));
  return reservedBy(entries.flatMap(readReservation));
}

/** An absent key has other defaults than an absent field (Calico ipam.go GetIPAMConfig). */
function readConfig(
  entry: Entry | undefined,
): Pick<Settings, "strict" | "autoBlocks" | "maxBlocks" | "cooldownSeconds"> {
  if (!entry) return { strict: false, autoBlocks: true, maxBlocks: defaultMaxBlocks, cooldownSeconds: 0 };
  const decoded = decodeIpamConfig(entry.value);
  // Guessing here could lend addresses that strict affinity forbids to lend.
  if (!decoded.ok) throw new Unreadable(entry.key, decoded.problems.map(problemText).join("; "));
  const config = decoded.value;
  return {
    strict: config.strict_affinity ?? false,
    autoBlocks: config.auto_allocate_blocks ?? false,
    maxBlocks: config.maxBlocksPerHost || defaultMaxBlocks,
    cooldownSeconds: config.ipCooldownSeconds ?? 0,
  };
}

/** Whether an address lies in one of these prefixes; cheap when there are none. */
export function reservedBy(prefixes: readonly Prefix[]): Reserved {
  if (prefixes.length === 0) return () => false;
  const tries = { ipv4: new PrefixTrie<true>(), ipv6: new PrefixTrie<true>() };
  for (const prefix of prefixes) tries[prefix.family].set(prefix, true);
  return (address) => tries[address.family].lookup(address) !== undefined;
}
