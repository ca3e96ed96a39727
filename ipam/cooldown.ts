import type { IPAMBlock } from "../datastore/model/ipam-block.ts";
import { formatTimestamp } from "../datastore/timestamp.ts";
import type { Clock } from "../lib/clock.ts";
import { collect } from "./block.ts";
import { parseTimestamp } from "./timestamp.ts";

/** The longest cooldown that a configuration may ask for; a release that lies further in the future was written by a wrong clock. */
const longestMs = 1200_000;

/**
 * Whether an address released then (RFC 3339) has cooled down. Times that cannot be read, or lie in a future that no configuration
 * explains, count as over: cooling down is a courtesy, and an address must not be lost to it.
 */
export function isCool(releasedAt: string, cooldownSeconds: number, wall: number): boolean {
  const at = parseTimestamp(releasedAt);
  return at === undefined || at - wall > longestMs || wall - at >= cooldownSeconds * 1000;
}

/** What of the settings and the time cooling down depends on. */
export interface Cooling {
  readonly clock: Clock;
  readonly settings: { readonly cooldownSeconds: number };
}

/** The block with everything in its queue that has cooled down by now. */
export function thawed(block: IPAMBlock, { clock, settings }: Cooling): IPAMBlock {
  return collect(block, (releasedAt) => isCool(releasedAt, settings.cooldownSeconds, clock.wall()));
}

/** The `releasedAt` of addresses released now, or undefined when they are free at once. */
export function releaseTime({ clock, settings }: Cooling): string | undefined {
  return settings.cooldownSeconds > 0 ? formatTimestamp(clock.wall()) : undefined;
}
