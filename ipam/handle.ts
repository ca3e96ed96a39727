import type { IPAMHandle } from "../datastore/model/ipam-handle.ts";

/** A handle that holds `count` more addresses of a block; undefined stands for a handle that is not there yet. */
export function handlePlus(handle: IPAMHandle | undefined, block: string, count: number): IPAMHandle {
  const held = handle?.deleted ? {} : handle?.block;
  return { ...handle, block: { ...held, [block]: (held?.[block] ?? 0) + count }, deleted: false };
}

/**
 * A handle that holds `count` fewer addresses of a block, or undefined when nothing is left: then it is deleted. A
 * handle that counts too few is tolerated, because a Calico that was killed between its two writes leaves such ones.
 */
export function handleMinus(handle: IPAMHandle, block: string, count: number): IPAMHandle | undefined {
  const held = { ...handle.block };
  const left = (held[block] ?? 0) - count;
  if (left > 0) held[block] = left;
  else delete held[block];
  return Object.keys(held).length === 0 ? undefined : { ...handle, block: held };
}

/** The CIDRs of the blocks in which a handle says it holds addresses, in order. */
export function blocksOf(handle: IPAMHandle): readonly string[] {
  return Object.keys(handle.block).sort((x, y) => (x < y ? -1 : 1));
}
