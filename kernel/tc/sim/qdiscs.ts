import { errno } from "../../errno.ts";
import { type KernelError, refused } from "../../error.ts";
import type { KernelChange } from "../../kernel-set.ts";
import type { SimKernel } from "../../sim/kernel.ts";
import { ifbName, isShapingDevice } from "../ifb-name.ts";
import type { Qdiscs } from "../port.ts";
import { type Shaping, shapingKey } from "../shaping.ts";

/**
 * Token buckets of a simulated kernel. They go with their interface, as in Linux; the device of an egress is a link of
 * its own that stays behind, and takes the bucket along when it goes first.
 */
export class SimQdiscs implements Qdiscs {
  readonly #kernel: SimKernel;
  readonly #shapings = new Map<string, Shaping>();

  constructor(kernel: SimKernel) {
    this.#kernel = kernel;
  }

  async dump(): Promise<ReadonlyMap<string, Shaping>> {
    this.#kernel.faults.beforeDump("dump of queues");
    this.#forgetGone();
    const found = new Map(this.#shapings);
    const owned = new Map([...found.values()].map(({ interfaceName }) => [ifbName(interfaceName), interfaceName]));
    for (const link of this.#kernel.links.values()) {
      if (!isShapingDevice(link) || found.has(`${owned.get(link.name)} egress`)) continue;
      const owner = [...this.#kernel.links.values()].find(({ name }) => ifbName(name) === link.name) ?? link;
      const rest = { interfaceName: owner.name, ifindex: owner.ifindex, bucket: undefined };
      const unused: Shaping = { ...rest, direction: "egress" };
      found.set(shapingKey(unused), unused);
    }
    return found;
  }

  async apply(changes: readonly KernelChange<Shaping>[]): Promise<readonly (KernelError | undefined)[]> {
    this.#forgetGone();
    const results = changes.map((change) => this.#apply(change));
    this.#kernel.faults.afterBatch("batch of queues");
    return results;
  }

  close(): void {}

  #apply({ kind, key, value }: KernelChange<Shaping>): KernelError | undefined {
    const refusal = this.#kernel.faults.refusal(`${kind} of ${key}`);
    if (refusal) return refusal;
    const device = this.#kernel.linkNamed(ifbName(value.interfaceName)) ?? this.#kernel.linkNamed(value.interfaceName);
    if (kind === "delete") {
      this.#shapings.delete(key);
      if (value.direction === "egress" && device && isShapingDevice(device)) this.#kernel.deleteLink(device.ifindex);
      return undefined;
    }
    if (!this.#kernel.links.has(value.ifindex)) return refused(`set of ${key}`, errno.ENODEV);
    if (value.direction === "egress" && !this.#kernel.linkNamed(ifbName(value.interfaceName))) {
      this.#kernel.addLink({ name: ifbName(value.interfaceName), kind: "ifb", up: true });
    }
    this.#shapings.set(key, value);
    return undefined;
  }

  #forgetGone(): void {
    for (const [key, shaping] of this.#shapings) {
      const { interfaceName, ifindex, direction } = shaping;
      if (!this.#kernel.links.has(ifindex)) this.#shapings.delete(key);
      else if (direction === "egress" && !this.#kernel.linkNamed(ifbName(interfaceName))) {
        this.#shapings.set(key, { ...shaping, bucket: undefined });
      }
    }
  }
}
