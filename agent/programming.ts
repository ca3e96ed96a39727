import type { FibDriver } from "../kernel/fib-driver.ts";
import type { Neighbour } from "../kernel/neighbour.ts";
import type { Reconciler } from "../kernel/reconciler.ts";
import type { SysctlDriver } from "../kernel/sysctl-driver.ts";
import { parsePrefix } from "../net/prefix.ts";
import type { PolicyOutput } from "../policy/output.ts";
import type { Dataplane } from "./dataplane/dataplane.ts";
import { hostSettings, interfaceSettings } from "./graph/interface-settings.ts";
import type { NodeOutput } from "./graph/node-graph.ts";

/** The kernel's drivers, as far as a turn needs them. */
export interface Drivers {
  readonly fib: Pick<FibDriver, "want" | "unwant" | "allowDeletes" | "settled">;
  readonly neighbours: Pick<Reconciler<Neighbour>, "want" | "unwant" | "allowDeletes" | "settled" | "resync">;
  readonly sysctls: Pick<SysctlDriver, "want" | "unwant">;
  readonly dataplane: Pick<Dataplane, "apply" | "commit" | "allowDeletes">;
}

/**
 * Brings a turn's outcome into the kernel in the order that leaves nothing open: settings of interfaces and rules first,
 * and routes once the kernel holds the rules, so that no packet finds a workload before its policy does.
 */
export class Programming {
  readonly #drivers: Drivers;
  readonly #interfaces = new Set<string>();
  #ipv6 = true;

  constructor(drivers: Drivers) {
    this.#drivers = drivers;
  }

  /** The first turn: what the host must be set to; and from here on what is not wanted may go. */
  begin(ipv6: boolean): void {
    this.#ipv6 = ipv6;
    for (const { path, value } of hostSettings(ipv6)) this.#drivers.sysctls.want(path, value);
    this.#drivers.dataplane.allowDeletes();
  }

  /**
   * Hands a turn's outcome to the drivers. `ruled` is called when the kernel holds the rules and the routes were handed
   * over, and before anything may be deleted; turns keep their order. Resolves when there is nothing left to write for now.
   */
  async apply(node: NodeOutput, policy: PolicyOutput, ruled: () => void): Promise<void> {
    const { fib, neighbours, dataplane } = this.#drivers;
    this.#settings(node);
    dataplane.apply(policy);
    await dataplane.commit();
    this.#routes(node);
    ruled();
    fib.allowDeletes();
    neighbours.allowDeletes();
    await Promise.all([fib.settled(), neighbours.settled()]);
  }

  #settings({ interfaces }: NodeOutput): void {
    const { sysctls, neighbours } = this.#drivers;
    for (const change of interfaces) {
      // The kernel forgets the neighbours of an interface that was down, without a word.
      if (change.kind === "set" && this.#interfaces.has(change.key)) neighbours.resync();
      if (change.kind === "set") this.#interfaces.add(change.key);
      else this.#interfaces.delete(change.key);
      const settings = interfaceSettings(change.key, this.#ipv6);
      // An interface that came anew has the kernel's settings, whatever we once wrote.
      for (const { path } of settings) sysctls.unwant(path);
      if (change.kind === "set") for (const { path, value } of settings) sysctls.want(path, value);
    }
  }

  #routes({ routes, neighbours: changes }: NodeOutput): void {
    const { fib, neighbours } = this.#drivers;
    for (const change of changes) {
      if (change.kind === "set") neighbours.want(change.key, change.value);
      else neighbours.unwant(change.key);
    }
    for (const change of routes) {
      if (change.kind === "delete") fib.unwant(parsePrefix(change.key)!);
      else if (change.value.kind === "blackhole") {
        fib.want(change.value.prefix, { type: "blackhole", scope: "universe", nexthops: [] });
      } else {
        const nexthops = [{ ifindex: change.value.ifindex }];
        fib.want(change.value.prefix, { type: "unicast", scope: "link", nexthops });
      }
    }
  }
}
