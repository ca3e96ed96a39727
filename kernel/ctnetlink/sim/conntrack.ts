import type { Address } from "../../../net/address.ts";
import { SimFaults } from "../../sim/faults.ts";
import { type Flow, formatTuple } from "../flow.ts";
import { flowMatcher } from "../matches.ts";
import type { Conntrack, FlowFilter } from "../port.ts";

/** A connection table in memory: flows are put by whoever plays the world, and go when told. */
export class SimConntrack implements Conntrack {
  readonly faults = new SimFaults();
  readonly #flows = new Map<string, Flow>();
  #nextId = 1;

  /** A connection was opened. Answers its entry; one with the same tuple and zone is replaced. */
  open(flow: Omit<Flow, "id" | "zone" | "status" | "mark"> & Partial<Flow>): Flow {
    const entry = { zone: 0, status: 0, mark: 0, ...flow, id: this.#nextId++ };
    this.#flows.set(key(entry), entry);
    return entry;
  }

  /** Every entry, for whoever looks on. */
  all(): readonly Flow[] {
    return [...this.#flows.values()];
  }

  async flows(filter: FlowFilter): Promise<readonly Flow[]> {
    this.faults.beforeDump("dump of connections");
    return [...this.#flows.values()].filter(flowMatcher(filter));
  }

  async deleteFlows(addresses: readonly Address[]): Promise<number> {
    if (addresses.length === 0) return 0;
    return this.deleteEach(await this.flows({ addresses }));
  }

  async deleteEach(flows: readonly Flow[]): Promise<number> {
    let gone = 0;
    for (const flow of flows) {
      const refusal = this.faults.refusal(`deletion of the connection ${formatTuple(flow.original)}`);
      if (refusal) throw refusal;
      if (this.#flows.get(key(flow))?.id === flow.id && this.#flows.delete(key(flow))) gone++;
    }
    this.faults.afterBatch("deletion of connections");
    return gone;
  }

  async deleteFlow(flow: Flow): Promise<boolean> {
    return (await this.deleteEach([flow])) === 1;
  }

  close(): void {}
}

function key({ original, zone }: Flow): string {
  return `${zone} ${formatTuple(original)} ${original.icmp?.code ?? ""}`;
}
