/** A token bucket as the kernel keeps it; every number is whole. */
export interface Bucket {
  /** Octets a second on the long run. */
  readonly rate: number;
  /** Octets that may pass at once. */
  readonly burst: number;
  /** Octets that may wait; what comes when they do is dropped. */
  readonly limit: number;
  /** Octets a second within a burst; 0: as fast as the line. */
  readonly peakrate: number;
  /** Octets that may pass at once at `peakrate`; 0 without one. */
  readonly minburst: number;
}

/** Which way, as the workload sees it: ingress is what it receives. */
export type Direction = "ingress" | "egress";

/** A bucket in force on one direction of one interface of the host that leads to a workload. */
export interface Shaping {
  readonly interfaceName: string;
  /** Tells a new interface of the same name from the one that is gone. */
  readonly ifindex: number;
  readonly direction: Direction;
  /**
   * Undefined: parts of it are there but not all (a queue, a redirection or a device is missing or not as we make it).
   */
  readonly bucket: Bucket | undefined;
}

/** The key of a shaping among all: `cali123 egress`. */
export function shapingKey({ interfaceName, direction }: Pick<Shaping, "interfaceName" | "direction">): string {
  return `${interfaceName} ${direction}`;
}
