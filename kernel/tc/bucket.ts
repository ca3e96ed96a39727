import type { Bucket } from "./shaping.ts";

/** A limit as people say it. */
export interface RateLimit {
  /** Bits a second. */
  readonly rate: number;
  /** Bits that may pass at once. */
  readonly burst: number;
  /** Bits a second within a burst; absent: as fast as the line. */
  readonly peakrate?: number;
  /** Octets that may pass at once at `peakrate`; absent, or less than a frame: one frame. */
  readonly minburst?: number;
}

/** Limits of an interface that leads to a workload, directions as the workload sees them. */
export interface InterfaceLimits {
  readonly ingress?: RateLimit;
  readonly egress?: RateLimit;
}

/** Seconds that a packet waits at most, beside what a burst may hold up (Felix's 25 ms). */
const latency = 0.025;
/** Seconds of a tick of the packet scheduler (PSCHED_SHIFT 6: 64 ns). */
export const tick = 64e-9;
/** Seconds of traffic that a burst can hold: what 32 bits of ticks can say, which is what Felix writes at most. */
const longestBurst = (2 ** 32 - 1) * tick;
const most32 = 2 ** 32 - 1;
/** Octets of an Ethernet header. */
const ethernet = 14;

/**
 * The bucket that keeps a limit on an interface of this MTU. As Felix reckons it (felix/dataplane/linux/qos/qos.go),
 * but for two things that make its limits stop everything: a burst smaller than a frame is one frame, and a peak rate
 * that is not above the rate is none. The queue is 25 ms of traffic and the burst, as `tc … latency 25ms` makes it.
 */
export function bucketOf(limit: RateLimit, mtu: number): Bucket {
  const frame = mtu + ethernet;
  const rate = Math.max(1, Math.floor(limit.rate / 8));
  const burst = Math.max(frame, octetsIn(limit.burst / 8, rate));
  const queue = Math.floor(rate * latency) + burst;
  const peakrate = Math.floor((limit.peakrate ?? 0) / 8);
  if (peakrate <= rate) return { rate, burst, limit: Math.min(queue, most32), peakrate: 0, minburst: 0 };
  const minburst = Math.max(frame, octetsIn(limit.minburst ?? 0, peakrate));
  const peakQueue = Math.floor(peakrate * latency) + minburst;
  return { rate, burst, limit: Math.min(queue, peakQueue, most32), peakrate, minburst };
}

function octetsIn(octets: number, rate: number): number {
  return Math.floor(Math.min(octets, rate * longestBurst, most32));
}

/**
 * Whether two buckets are the same to the kernel. It keeps bursts as time, in steps of 64 ns, so that they come back
 * some octets smaller or larger.
 */
export function sameBucket(x: Bucket | undefined, y: Bucket | undefined): boolean {
  if (!x || !y) return false;
  return (
    x.rate === y.rate &&
    x.peakrate === y.peakrate &&
    x.limit === y.limit &&
    isNear(x.burst, y.burst, x.rate) &&
    isNear(x.minburst, y.minburst, x.peakrate)
  );
}

function isNear(x: number, y: number, rate: number): boolean {
  // A frame that takes longer than 32 bits of ticks at this rate comes back as any number.
  if (x > rate * longestBurst) return true;
  return Math.abs(x - y) <= 1 + 3 * rate * tick;
}
