import type { IpsetDriver } from "../../../kernel/ipset/ipset-driver.ts";
import type { Ipsets } from "../../../kernel/ipset/set.ts";
import type { IptablesDriver } from "../../../kernel/iptables/iptables-driver.ts";
import type { Tables } from "../../../kernel/iptables/table.ts";
import type { Family } from "../../../net/family.ts";
import type { EndpointGates } from "../../../policy/chain.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import {
  chainsOf,
  type Dataplane,
  type DataplaneKind,
  type DataplaneSize,
  type RuleCount,
  type TableSize,
} from "../dataplane.ts";
import type { FirewallOptions } from "../options.ts";
import { DeferredTables } from "./deferred-tables.ts";
import { IptablesLowering } from "./lowering.ts";
import { fromChain, policyChain, toChain } from "./names.ts";

/** What keeps one family's tables in the kernel as they are wanted. */
export type TablesKeeper = Tables &
  Pick<IptablesDriver, "allowDeletes" | "apply" | "counters" | "recheck" | "refusal" | "isAnyRefused" | "close"> & {
    /** Answers what could not go, since somebody else's rules lead to it. */
    removeAll(): Promise<readonly string[]>;
  };

/** What keeps the kernel's sets, of both families, as they are wanted. */
export type IpsetsKeeper = Ipsets &
  Pick<IpsetDriver, "allowDeletes" | "commitMembers" | "commitDeletes" | "recheck" | "removeAll" | "close">;

/** What an iptables dataplane works with. */
export interface IptablesDataplaneOptions {
  readonly kind: Exclude<DataplaneKind, "nftables">;
  /** The families that are policed: IPv4 alone where the node has no IPv6. */
  readonly tables: ReadonlyMap<Family, TablesKeeper>;
  readonly ipsets: IpsetsKeeper;
  readonly options: FirewallOptions;
  /** What is given up with the dataplane: the ports behind its drivers. */
  readonly ports: readonly { close(): void }[];
}

/** As many chains of a family are a large change. */
const MANY = 16;

interface FamilyPart {
  readonly family: Family;
  readonly tables: TablesKeeper;
  readonly deferred: DeferredTables;
  readonly lowering: IptablesLowering;
}

/**
 * The iptables of both families and the ipsets they look into, as one firewall. Sets and members are in the kernel before any rule
 * that looks into them is even wanted, and go after the last that does; so that no rule is ever refused for want of its set, what is
 * taken in while the kernel is written to waits for the next commit.
 */
export class IptablesDataplane implements Dataplane {
  readonly kind: DataplaneKind;
  readonly #ipsets: IpsetsKeeper;
  readonly #families: readonly FamilyPart[];
  readonly #ports: IptablesDataplaneOptions["ports"];
  #waiting: ((lowering: IptablesLowering) => void)[] = [];
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor({ kind, tables, ipsets, options, ports }: IptablesDataplaneOptions) {
    this.kind = kind;
    this.#ports = ports;
    this.#ipsets = ipsets;
    this.#families = [...tables].map(([family, driver]) => {
      const deferred = new DeferredTables(driver);
      return { family, tables: driver, deferred, lowering: new IptablesLowering(deferred, ipsets, family, options) };
    });
  }

  /** Of what the last commit took in. */
  get size(): DataplaneSize {
    let [chains, rules, sets] = [0, 0, 0];
    const tables: TableSize[] = [];
    for (const { family, lowering } of this.#families) {
      const { size } = lowering;
      sets += size.sets;
      for (const table of size.tables) {
        chains += table.chains;
        rules += table.rules;
        tables.push({ family, ...table });
      }
    }
    return { chains, rules, maps: 0, sets, tables };
  }

  apply(output: PolicyOutput): void {
    this.#waiting.push((lowering) => lowering.apply(output));
  }

  setOptions(options: FirewallOptions): void {
    this.#waiting.push((lowering) => lowering.setOptions(options));
  }

  commit(): Promise<void> {
    if (this.#next) return this.#next;
    const next = this.#running.then(() => {
      this.#next = undefined;
      return this.#commit();
    });
    this.#next = next;
    this.#running = next.catch(() => {});
    return next;
  }

  allowDeletes(): void {
    for (const { tables } of this.#families) tables.allowDeletes();
    this.#ipsets.allowDeletes();
  }

  refused(gates: EndpointGates): string {
    if (!this.#families.some(({ tables }) => tables.isAnyRefused)) return "";
    const { interfaceName } = gates;
    const chains = [fromChain(interfaceName), toChain(interfaceName), ...chainsOf(gates).map(policyChain)];
    for (const { tables } of this.#families) {
      for (const chain of chains) {
        const why = tables.refusal("filter", chain);
        if (why !== undefined) return `chain ${chain} cannot be written and drops: ${why}`;
      }
    }
    return "";
  }

  async counters(): Promise<readonly RuleCount[]> {
    const sums = new Map<string, { packets: number; bytes: number }>();
    for (const counts of await Promise.all(this.#families.map(({ tables }) => tables.counters()))) {
      for (const [name, { packets, bytes }] of counts) {
        const sum = sums.get(name) ?? { packets: 0, bytes: 0 };
        sums.set(name, { packets: sum.packets + packets, bytes: sum.bytes + bytes });
      }
    }
    return [...sums].map(([name, sum]) => ({ name, ...sum }));
  }

  async recheck(): Promise<void> {
    await this.#ipsets.recheck();
    await Promise.all(this.#families.map(({ tables }) => tables.recheck()));
  }

  async removeAll(): Promise<void> {
    await Promise.all(this.#families.map(({ tables }) => tables.removeAll()));
    await this.#ipsets.removeAll();
  }

  close(): void {
    for (const { tables } of this.#families) tables.close();
    this.#ipsets.close();
    for (const port of this.#ports) port.close();
  }

  /**
   * A small change goes to one family after the other: side by side each of two transactions makes the other begin anew, since
   * nftables' generation (or the xtables lock) is one for both. A large one gains more by waiting for the kernel in both at once.
   */
  async #applyTables(changes: number): Promise<void> {
    if (changes > MANY) await Promise.all(this.#families.map(({ tables }) => tables.apply()));
    else for (const { tables } of this.#families) await tables.apply();
  }

  async #commit(): Promise<void> {
    const changes = this.#waiting;
    this.#waiting = [];
    for (const change of changes) for (const { lowering } of this.#families) change(lowering);
    await this.#ipsets.commitMembers();
    await this.#applyTables(Math.max(...this.#families.map(({ deferred }) => deferred.release())));
    await this.#ipsets.commitDeletes();
  }
}
