import { type AffinityOwner, parseIpamPath } from "../../datastore/ipam-key.ts";
import { affinityState } from "../../datastore/model/block-affinity.ts";
import type { IPAMHandle } from "../../datastore/model/ipam-handle.ts";
import type { Entry, Revision } from "../../datastore/store.ts";
import type { Prefix } from "../../net/prefix.ts";
import { Unreadable } from "../error.ts";
import { blocksIn, type PlacedBlock } from "../show.ts";
import { readAffinity, readHandle } from "../stored.ts";

/** A handle, and the revision at which it was read: what is judged is this and no later one. */
export interface SeenHandle {
  readonly handle: IPAMHandle;
  readonly revision: Revision;
}

/** One owner's affinity to a block. */
export interface SeenAffinity {
  readonly kind: AffinityOwner;
  readonly name: string;
  readonly cidr: Prefix;
  readonly state: string;
}

/** Everything under `/calico/ipam/v2/` at one revision, as far as it can be read. */
export interface Sight {
  readonly blocks: readonly PlacedBlock[];
  readonly handles: ReadonlyMap<string, SeenHandle>;
  readonly affinities: readonly SeenAffinity[];
  /** Hosts that have a marker. */
  readonly hosts: readonly string[];
  /** Whether something could not be read: then a handle that seems empty may have addresses there. */
  readonly hasGaps: boolean;
}

/** Reads one snapshot. What contradicts itself is left out and noted as a gap. */
export function readSight(entries: readonly Entry[]): Sight {
  const blocks = blocksIn(entries);
  const handles = new Map<string, SeenHandle>();
  const affinities: SeenAffinity[] = [];
  const hosts: string[] = [];
  let blockKeys = 0;
  let hasGaps = false;
  for (const entry of entries) {
    const key = parseIpamPath(entry.key);
    try {
      if (key?.kind === "block") blockKeys++;
      else if (key?.kind === "handle") {
        const handle = readHandle(entry);
        if (handle) handles.set(key.id, { handle, revision: entry.revision });
      } else if (key?.kind === "affinity") {
        const state = affinityState(readAffinity(entry));
        affinities.push({ kind: key.owner, name: key.name, cidr: key.cidr, state });
      } else if (key?.kind === "host") hosts.push(key.name);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      hasGaps = true;
    }
  }
  return { blocks, handles, affinities, hosts, hasGaps: hasGaps || blocks.length < blockKeys };
}
