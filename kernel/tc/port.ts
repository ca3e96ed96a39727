import type { KernelSet } from "../kernel-set.ts";
import type { Shaping } from "./shaping.ts";

/**
 * Token buckets on interfaces of one network namespace, by `shapingKey`. A dump lists what stands where ours stand: tbf
 * queues with handle 1: at the root of an interface, and redirections to devices named as ours. A set whose interface
 * is not there is refused with ENODEV. The port that `io/` and `sim/` implement.
 */
export interface Qdiscs extends KernelSet<Shaping> {
  close(): void;
}

/** How the port is opened; `netns` is the path of a network namespace, absent for our own. @throws KernelError */
export type OpenQdiscs = (options: { readonly netns?: string }) => Qdiscs;
