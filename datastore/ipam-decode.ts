import type * as z from "zod";
import { formatPrefix } from "../net/prefix.ts";
import type { Decoded } from "./decode.ts";
import type { IpamKey } from "./ipam-key.ts";
import { parseJson } from "./json.ts";
import { type BlockAffinity, blockAffinitySchema } from "./model/block-affinity.ts";
import { type IPAMBlock, ipamBlockSchema } from "./model/ipam-block.ts";
import { type IPAMConfig, ipamConfigSchema } from "./model/ipam-config.ts";
import { type IPAMHandle, ipamHandleSchema } from "./model/ipam-handle.ts";
import { schemaProblems } from "./schema-problem.ts";
import { parseTolerantly } from "./tolerant.ts";

const asItIs = (value: unknown): unknown => value;

function decode<T>(schema: z.ZodType<T>, object: string, text: string, prepared = asItIs): Decoded<T> {
  const parsed = parseJson(text);
  if (!parsed.ok) return { ok: false, problems: [{ object, field: "", value: undefined, want: parsed.why }] };
  const result = parseTolerantly(schema, prepared(parsed.value));
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, problems: schemaProblems(result.error, object, parsed.value) };
}

/** How an object of IPAM is called in messages, e.g. `IPAMBlock(10.0.0.0/26)`. */
export function ipamObjectName(key: IpamKey): string {
  switch (key.kind) {
    case "block":
      return `IPAMBlock(${formatPrefix(key.cidr)})`;
    case "affinity":
      return `BlockAffinity(${key.owner}:${key.name}, ${formatPrefix(key.cidr)})`;
    case "handle":
      return `IPAMHandle(${key.id})`;
    case "host":
      return `IPAMHost(${key.name})`;
    case "config":
      return "IPAMConfig(default)";
  }
}

/** The block that a value holds; `sequenceNumber` and its like as bigint. */
export function decodeBlock(text: string, object = "IPAMBlock"): Decoded<IPAMBlock> {
  return decode(ipamBlockSchema, object, text, withLists);
}

/** A list that Go wrote as null holds nothing; a block must not count as absent for that. */
function withLists(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { unallocated, attributes } = value as { readonly unallocated?: unknown; readonly attributes?: unknown };
  if (unallocated !== null && attributes !== null) return value;
  return {
    ...value,
    ...(unallocated === null && { unallocated: [] }),
    ...(attributes === null && { attributes: [] }),
  };
}

/** The affinity that a value holds; an empty value is of an old Calico and means confirmed. */
export function decodeAffinity(text: string, object = "BlockAffinity"): Decoded<BlockAffinity> {
  return text === "" ? { ok: true, value: { state: "confirmed" } } : decode(blockAffinitySchema, object, text);
}

/** The handle that a value holds. */
export function decodeHandle(text: string, object = "IPAMHandle"): Decoded<IPAMHandle> {
  return decode(ipamHandleSchema, object, text);
}

/** The settings that a value holds. */
export function decodeIpamConfig(text: string): Decoded<IPAMConfig> {
  return decode(ipamConfigSchema, "IPAMConfig(default)", text);
}
