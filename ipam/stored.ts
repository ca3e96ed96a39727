import { parseJson } from "../datastore/json.ts";
import { type BlockAffinity, blockAffinitySchema } from "../datastore/model/block-affinity.ts";
import { type IPAMBlock, ipamBlockSchema } from "../datastore/model/ipam-block.ts";
import { type IPAMHandle, ipamHandleSchema } from "../datastore/model/ipam-handle.ts";
import type { Entry } from "../datastore/store.ts";
import { parsePrefix, prefixSize } from "../net/prefix.ts";
import { Unreadable } from "./error.ts";

/** A schema of datastore/model, as far as this room asks it. */
interface Shape<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * A stored value of the shape of a schema. Fields that the schema does not know are kept as they are, unlike
 * `datastore/ipam-decode.ts` does it: a newer Calico wrote them, and they go back with the next write.
 * @throws Unreadable for anything else that does not fit
 */
function readStored<T>(schema: Shape<T>, entry: Entry): T {
  const json = parseJson(entry.value);
  if (!json.ok) throw new Unreadable(entry.key, json.why);
  const result = schema.safeParse(json.value);
  if (result.success) return result.data;
  const wrong = result.error.issues.find((issue) => issue.code !== "unrecognized_keys");
  if (wrong) throw new Unreadable(entry.key, `${wrong.path.map(String).join(".")}: ${wrong.message}`);
  return json.value as T;
}

/** Why a block contradicts itself, or undefined when it does not; nothing is assigned from one that does. */
export function blockFault(block: IPAMBlock): string | undefined {
  const cidr = parsePrefix(block.cidr);
  if (!cidr || block.allocations.length !== prefixSize(cidr))
    return `${block.allocations.length} allocations in ${block.cidr}`;
  if (block.allocations.some((index) => index !== null && index >= block.attributes.length)) {
    return "an allocation points at no attribute";
  }
  const free = new Set(block.unallocated);
  if (free.size !== block.unallocated.length) return "an ordinal is listed free twice";
  const taken = block.unallocated.find((ordinal) => block.allocations[ordinal] !== null);
  return taken === undefined ? undefined : `ordinal ${taken} is listed free and is not`;
}

/** The block an entry holds, or undefined for one marked deleted. @throws Unreadable */
export function readBlock(entry: Entry): IPAMBlock | undefined {
  const block: IPAMBlock = readStored(ipamBlockSchema, entry);
  if (block.deleted) return undefined;
  const fault = blockFault(block);
  if (fault !== undefined) throw new Unreadable(entry.key, fault);
  return block;
}

/** The handle an entry holds, or undefined for one marked deleted. @throws Unreadable */
export function readHandle(entry: Entry): IPAMHandle | undefined {
  const handle: IPAMHandle = readStored(ipamHandleSchema, entry);
  return handle.deleted ? undefined : handle;
}

/** The affinity an entry holds; an empty value is of an old Calico and means confirmed. @throws Unreadable */
export function readAffinity(entry: Entry): BlockAffinity {
  return entry.value === "" ? { state: "confirmed" } : readStored(blockAffinitySchema, entry);
}
