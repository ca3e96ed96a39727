import type { IPAMBlock, IPAMBlockAttribute } from "../datastore/model/ipam-block.ts";
import type { Owner } from "./request.ts";

function sameAttributes(entry: IPAMBlockAttribute, owner: Owner): boolean {
  if (entry.handle_id !== owner.handle || entry.releasedAt !== undefined || entry.alternateOwnerAttrs) return false;
  const there = Object.entries(entry.secondary ?? {});
  if (there.length !== Object.keys(owner.attributes).length) return false;
  return there.every(([key, value]) => owner.attributes[key] === value);
}

/**
 * The list of attributes with a row for this owner, and the row's index. Owners alike share a row (Calico
 * backend/model/block.go). Both fields are written even when empty: Calico before 3.32 always did.
 */
export function withAttribute(
  attributes: readonly IPAMBlockAttribute[],
  owner: Owner,
): { readonly attributes: readonly IPAMBlockAttribute[]; readonly index: number } {
  const index = attributes.findIndex((entry) => sameAttributes(entry, owner));
  if (index >= 0) return { attributes, index };
  const row = { handle_id: owner.handle, secondary: sortedRecord(owner.attributes) };
  return { attributes: [...attributes, row], index: attributes.length };
}

/** Go writes maps with their keys in order; so do we, so that equal owners make equal octets. */
function sortedRecord(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([x], [y]) => (x < y ? -1 : 1)));
}

/** Allocations and attributes without the rows that nothing points at; the rest keep their order and move up. */
export function withoutUnusedAttributes(
  allocations: IPAMBlock["allocations"],
  attributes: readonly IPAMBlockAttribute[],
): Pick<IPAMBlock, "allocations" | "attributes"> {
  const used = new Set(allocations);
  if (attributes.every((_, index) => used.has(index))) return { allocations, attributes };
  const moved = new Map<number, number>();
  const kept = attributes.filter((_, index) => {
    if (used.has(index)) moved.set(index, moved.size);
    return used.has(index);
  });
  return {
    allocations: allocations.map((index) => (index === null ? null : (moved.get(index) ?? null))),
    attributes: kept,
  };
}
