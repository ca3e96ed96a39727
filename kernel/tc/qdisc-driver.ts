import type { Change } from "../../lib/change.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { KernelFact } from "../fact.ts";
import type { Link } from "../links.ts";
import { Reconciler } from "../reconciler.ts";
import { bucketOf, type InterfaceLimits, sameBucket } from "./bucket.ts";
import { ifbName, ifbPrefix, isShapingDevice } from "./ifb-name.ts";
import type { Qdiscs } from "./port.ts";
import { type Direction, type Shaping, shapingKey } from "./shaping.ts";

/** What a driver of buckets works with. */
export interface QdiscDriverOptions {
  readonly qdiscs: Qdiscs;
  /**
   * Whether an interface of this name leads to a workload: buckets found there that nobody wants are ours to delete.
   */
  readonly isWorkload: (interfaceName: string) => boolean;
  readonly clock: Clock;
  readonly tell: Tell<KernelFact>;
}

const directions: readonly Direction[] = ["ingress", "egress"];

/**
 * Keeps the traffic of workloads' interfaces within limits. Hears limits and links in any order; writes a bucket once
 * there is an interface for it, writes it anew on a new interface of the same name or another MTU, and deletes it, with
 * the device of an egress, when either is gone. What an earlier run or Felix left is adopted where it is right, changed
 * in place where it is not, and deleted after `allowDeletes` where nobody wants it.
 */
export class QdiscDriver {
  readonly #isWorkload: QdiscDriverOptions["isWorkload"];
  readonly #reconciler: Reconciler<Shaping>;
  readonly #limits = new Map<string, InterfaceLimits>();
  readonly #links = new Map<number, Link>();
  /** Those that lead to workloads; the newest of a name. */
  readonly #byName = new Map<string, Link>();
  /**
   * Interfaces that were limited although they are no workload's by their name: what is found there may be ours too.
   */
  readonly #others = new Set<string>();
  /** Names of the devices that egress is led through. */
  readonly #devices = new Set<string>();

  constructor({ qdiscs, isWorkload, clock, tell }: QdiscDriverOptions) {
    this.#isWorkload = isWorkload;
    this.#reconciler = new Reconciler({
      name: "qdiscs",
      set: qdiscs,
      same: (x, y) => x.ifindex === y.ifindex && sameBucket(x.bucket, y.bucket),
      owns: ({ interfaceName }) =>
        isWorkload(interfaceName) || this.#others.has(interfaceName) || interfaceName.startsWith(ifbPrefix),
      clock,
      tell,
    });
  }

  /** An interface has these limits now, or none. */
  limits(change: Change<string, InterfaceLimits>): void {
    const name = change.key;
    const device = ifbName(name);
    if (change.kind === "set") this.#limits.set(name, change.value);
    else this.#limits.delete(name);
    if (change.kind === "set" && !this.#isWorkload(name)) this.#others.add(name);
    if (change.kind === "set" && change.value.egress) this.#devices.add(device);
    else this.#devices.delete(device);
    this.#recheck(name);
  }

  /** A link is there, has changed, or is gone. */
  link(change: Change<number, Link>): void {
    const before = this.#links.get(change.key);
    if (change.kind === "set") this.#links.set(change.key, change.value);
    else this.#links.delete(change.key);
    const after = this.#links.get(change.key);
    if (before && this.#byName.get(before.name)?.ifindex === before.ifindex) this.#byName.delete(before.name);
    if (after && !isShapingDevice(after)) this.#byName.set(after.name, after);
    for (const name of new Set([before?.name, after?.name])) if (name !== undefined) this.#recheck(name);
    // Somebody took away a device that is needed, or brought it down.
    if (before?.up && !after?.up && isShapingDevice(before) && this.#devices.has(before.name)) this.resync();
  }

  /** All limits have been told: what none of them wants may go. */
  allowDeletes(): void {
    this.#reconciler.allowDeletes();
  }

  /** Compares everything with the kernel again. */
  resync(): void {
    this.#reconciler.resync();
  }

  /** Changes that wait, refused ones among them. */
  get pending(): number {
    return this.#reconciler.pending;
  }

  /** Resolves when there is nothing left to try for now. */
  settled(): Promise<void> {
    return this.#reconciler.settled();
  }

  /** Stops; the kernel keeps what it has. */
  close(): void {
    this.#reconciler.close();
  }

  #recheck(interfaceName: string): void {
    const link = this.#byName.get(interfaceName);
    const limits = this.#limits.get(interfaceName);
    for (const direction of directions) {
      const key = shapingKey({ interfaceName, direction });
      const limit = limits?.[direction];
      if (!link || !limit) this.#reconciler.unwant(key);
      else {
        const { ifindex, mtu } = link;
        this.#reconciler.want(key, { interfaceName, ifindex, direction, bucket: bucketOf(limit, mtu) });
      }
    }
  }
}
