import { type AffinityOwner, parseIpamPath } from "../datastore/ipam-key.ts";
import type { Entry } from "../datastore/store.ts";
import { covers, type Prefix } from "../net/prefix.ts";
import { affinityOf } from "./block.ts";
import { blocksIn } from "./show.ts";

/** A host or something virtual that owns blocks. */
export interface BlockOwner {
  readonly kind: AffinityOwner;
  readonly name: string;
}

/**
 * Who owns blocks within a prefix, or has begun to claim one, by a snapshot of everything under `/calico/ipam/v2/`: all of them let go when a
 * pool is deleted. In order of kind and name.
 */
export function blockOwners(entries: readonly Entry[], within: Prefix): readonly BlockOwner[] {
  const texts = new Set<string>();
  for (const { cidr, block } of blocksIn(entries)) {
    const owner = covers(within, cidr) ? affinityOf(block) : null;
    if (owner !== null) texts.add(owner);
  }
  for (const { key: path } of entries) {
    const key = parseIpamPath(path);
    if (key?.kind === "affinity" && covers(within, key.cidr)) texts.add(`${key.owner}:${key.name}`);
  }
  return [...texts].sort().flatMap((text): BlockOwner[] => {
    const [, kind, name] = /^(host|virtual):(.*)$/.exec(text) ?? [];
    return kind && name ? [{ kind: kind as AffinityOwner, name }] : [];
  });
}
