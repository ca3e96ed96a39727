import type { Random } from "../../lib/random.ts";
import type { BfdSession } from "./session.ts";

/** The part of the interval after which the next packet leaves: 75 to 100 %, at most 90 % when none may be missed (RFC 5880 6.8.7). */
export function drawJitter(random: Random, multiplier: number): number {
  return 0.75 + random() * (multiplier === 1 ? 0.15 : 0.25);
}

/** The negotiated interval between our packets, milliseconds (RFC 5880 6.8.7). */
export function txIntervalMs({ used, remote }: BfdSession): number {
  return Math.max(used.minTxMs, remote.minRxMs);
}

/** How long the peer may say nothing, milliseconds (RFC 5880 6.8.4). */
export function detectionTimeMs({ used, remote }: BfdSession): number {
  return remote.multiplier * Math.max(used.minRxMs, remote.minTxMs);
}

/** Whether the peer wants periodic packets (RFC 5880 6.8.7); in Demand mode it does while we poll. */
export function sendsPeriodically({ state, poll, remote }: BfdSession): boolean {
  const isDemanded = remote.demand && state === "Up" && remote.state === "Up";
  return remote.minRxMs > 0 && (!isDemanded || poll === "running");
}

/** When the next periodic packet is due; undefined: none is. */
export function sendsAt(session: BfdSession): number | undefined {
  if (!sendsPeriodically(session)) return undefined;
  return session.sentAt === undefined ? session.heardAt : session.sentAt + txIntervalMs(session) * session.jitter;
}

/** When the peer counts as gone; undefined while it is not known. */
export function expiresAt(session: BfdSession): number | undefined {
  return session.remote.discriminator === 0 ? undefined : session.heardAt + detectionTimeMs(session);
}
