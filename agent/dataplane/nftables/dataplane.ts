import type { NftFact } from "../../../kernel/nftables/fact.ts";
import type { NftablesPort } from "../../../kernel/nftables/port.ts";
import { RulesetDriver } from "../../../kernel/nftables/ruleset-driver.ts";
import { manxTable, type TableId } from "../../../kernel/nftables/table.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Tell } from "../../../lib/fact.ts";
import type { EndpointGates } from "../../../policy/chain.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import { chainsOf, type Dataplane, type DataplaneSize, type RuleCount } from "../dataplane.ts";
import type { FirewallOptions } from "../options.ts";
import { NftablesLowering } from "./lowering.ts";
import { fromChain, policyChain, toChain } from "./names.ts";

/** What it works with. The port becomes its own: `close` closes it. */
export interface NftablesDataplaneParts {
  readonly port: NftablesPort;
  readonly clock: Clock;
  readonly tell: Tell<NftFact>;
  readonly options: FirewallOptions;
  /** Absent: `inet manx`. */
  readonly table?: TableId;
}

/** Policy in one nftables table of the kernel: lowered as it changes, written one transaction a commit, put right when disturbed. */
export class NftablesDataplane implements Dataplane {
  readonly kind = "nftables";
  readonly #port: NftablesPort;
  readonly #ruleset: RulesetDriver;
  readonly #lowering: NftablesLowering;

  constructor({ port, clock, tell, options, table = manxTable }: NftablesDataplaneParts) {
    this.#port = port;
    this.#ruleset = new RulesetDriver({ port, clock, table, tell });
    this.#lowering = new NftablesLowering(this.#ruleset, options);
  }

  apply(output: PolicyOutput): void {
    this.#lowering.apply(output);
  }

  setOptions(options: FirewallOptions): void {
    this.#lowering.setOptions(options);
  }

  commit(): Promise<void> {
    return this.#ruleset.apply();
  }

  allowDeletes(): void {
    this.#ruleset.allowDeletes();
  }

  async counters(): Promise<readonly RuleCount[]> {
    const counts = await this.#ruleset.counters();
    const idle = [...new Set(this.#lowering.idle())].filter((name) => !counts.has(name));
    return [
      ...[...counts].map(([name, { packets, bytes }]) => ({ name, packets, bytes })),
      ...idle.map((name) => ({ name, packets: 0, bytes: 0 })),
    ];
  }

  refused(gates: EndpointGates): string {
    if (!this.#ruleset.dropped.isAnyDropped) return "";
    const { interfaceName } = gates;
    const chains = [fromChain(interfaceName), toChain(interfaceName), ...chainsOf(gates).map(policyChain)];
    const refused = chains.find((chain) => this.#ruleset.dropped.isDropped(chain));
    return refused === undefined ? "" : `the kernel refuses chain ${refused}, and a drop stands in for it`;
  }

  get size(): DataplaneSize {
    return this.#ruleset.size;
  }

  recheck(): Promise<void> {
    this.#ruleset.distrust();
    return this.#ruleset.apply();
  }

  /** @throws KernelError when the kernel does not let the table go */
  async removeAll(): Promise<void> {
    await this.#ruleset.remove();
    this.#port.close();
  }

  close(): void {
    this.#ruleset.close();
    this.#port.close();
  }
}
