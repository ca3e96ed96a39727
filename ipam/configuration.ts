import type { IPAMConfig } from "../datastore/model/ipam-config.ts";

/** The longest cooldown, in seconds (Calico 3.33). */
const longestCooldown = 1200;

/**
 * Why a configuration may not be set, in Calico's words (ipam.go SetIPAMConfig), or undefined. Fields absent count as false and 0, as they
 * do in the store.
 */
export function configurationRefusal(config: IPAMConfig): string | undefined {
  const { strict_affinity: strict, auto_allocate_blocks: auto, maxBlocksPerHost = 0, ipCooldownSeconds = 0 } = config;
  if (!strict && !auto) return "Cannot disable 'StrictAffinity' and 'AutoAllocateBlocks' at the same time";
  if (maxBlocksPerHost > 0 && !strict) return "MaxBlocksPerHost requires StrictAffinity to be enabled";
  if (ipCooldownSeconds > longestCooldown) return `IPCooldownSeconds must be from 0 to ${longestCooldown}`;
  return undefined;
}
