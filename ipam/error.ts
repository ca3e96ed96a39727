import { ManxError } from "../lib/error.ts";
import type { Family } from "../net/family.ts";

/** No pool may serve this node or namespace (Calico: "no configured Calico pools for node x"). */
export class NoPools extends ManxError<"ipam/no-pools", { readonly node: string; readonly family: Family }> {
  constructor(node: string, family: Family) {
    super("ipam/no-pools", `no configured Calico pools for node ${node} (${family})`, { node, family });
  }
}

/** Pools would select the node, but none allows this use. */
export class NoQualifiedPool extends ManxError<"ipam/no-qualified-pool", { readonly use: string }> {
  constructor(use: string) {
    super("ipam/no-qualified-pool", `cannot find a qualified ippool, no pools match the required use (${use})`, {
      use,
    });
  }
}

/** A pool asked for by name or CIDR is absent or disabled. */
export class NoSuchPool extends ManxError<"ipam/no-such-pool", { readonly pool: string; readonly disabled: boolean }> {
  constructor(pool: string, disabled: boolean) {
    super("ipam/no-such-pool", `the given pool (${pool}) does not exist, or is not enabled`, { pool, disabled });
  }
}

/** What stood in the way of every way to get one more address, most useful first. */
export interface Shortage {
  readonly node: string;
  readonly family: Family;
  /** CIDRs of the pools that were looked at. */
  readonly pools: readonly string[];
  /** Blocks that this node holds of this family. */
  readonly ownBlocks: number;
}

/** Every address of every eligible pool is taken or reserved. */
export class PoolFull extends ManxError<"ipam/pool-full", Shortage> {
  constructor(facts: Shortage) {
    super(
      "ipam/pool-full",
      `no free ${facts.family} address for node ${facts.node} in ${facts.pools.join(", ")}`,
      facts,
    );
  }
}

/** The node may hold no further block, and nothing was left to borrow. */
export class BlockLimit extends ManxError<"ipam/block-limit", Shortage & { readonly limit: number }> {
  constructor(facts: Shortage, limit: number) {
    const why = `cannot allocate new block due to per host block limit (${facts.ownBlocks} of ${limit} on ${facts.node})`;
    super("ipam/block-limit", why, { ...facts, limit });
  }
}

/** Other nodes have free addresses, but strict affinity forbids to borrow them. */
export class StrictAffinity extends ManxError<"ipam/strict-affinity", Shortage> {
  constructor(facts: Shortage) {
    const where = facts.pools.join(", ");
    const why = `no free block for node ${facts.node} in ${where}, and strict affinity forbids to borrow`;
    super("ipam/strict-affinity", why, facts);
  }
}

/** Automatic allocation of blocks is off, and no address was found without a new one. */
export class NoAutoBlocks extends ManxError<"ipam/no-auto-blocks", Shortage> {
  constructor(facts: Shortage) {
    const why = `node ${facts.node} needs a new ${facts.family} block, and AutoAllocateBlocks is false`;
    super("ipam/no-auto-blocks", why, facts);
  }
}

/** Other writers were faster, every time. Nothing was changed; trying again later is right. */
export class TooContended extends ManxError<"ipam/contended", { readonly what: string; readonly attempts: number }> {
  constructor(what: string, attempts: number) {
    const why = `Max retries hit - excessive concurrent IPAM requests (${what}, ${attempts} attempts)`;
    super("ipam/contended", why, { what, attempts });
  }
}

/** An address asked for by name belongs to somebody. */
export class AddressTaken extends ManxError<
  "ipam/address-taken",
  { readonly address: string; readonly handle: string }
> {
  constructor(address: string, handle: string) {
    super("ipam/address-taken", `${address} is already assigned, to handle ${handle || "(none)"}`, { address, handle });
  }
}

/** An address asked for by name lies in no enabled pool that allows this use. */
export class AddressOutsidePools extends ManxError<"ipam/outside-pools", { readonly address: string }> {
  constructor(address: string) {
    super("ipam/outside-pools", `The provided IP address is not in a configured pool (${address})`, { address });
  }
}

/** A release named a handle that does not own the address. */
export class BadHandle extends ManxError<
  "ipam/bad-handle",
  { readonly address: string; readonly given: string; readonly found: string }
> {
  constructor(address: string, given: string, found: string) {
    const why = `the given handle (${given}) does not match (${found}) when attempting to release IP ${address}`;
    super("ipam/bad-handle", why, { address, given, found });
  }
}

/** A release carried a sequence number that is not the allocation's: the address has been given anew since. */
export class BadSequenceNumber extends ManxError<
  "ipam/bad-sequence-number",
  { readonly address: string; readonly given: string; readonly found: string }
> {
  constructor(address: string, given: bigint, found: bigint) {
    const why = `the given sequence number (${given}) does not match (${found}) when attempting to release IP ${address}`;
    super("ipam/bad-sequence-number", why, { address, given: `${given}`, found: `${found}` });
  }
}

/** A stored block, handle or affinity cannot be read; nothing is written over it. */
export class Unreadable extends ManxError<"ipam/unreadable", { readonly key: string; readonly reason: string }> {
  constructor(key: string, reason: string) {
    super("ipam/unreadable", `cannot read ${key}: ${reason}`, { key, reason });
  }
}
