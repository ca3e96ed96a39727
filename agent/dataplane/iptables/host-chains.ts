import type { RuleText, TableName } from "../../../kernel/iptables/table.ts";
import type { HostGates } from "../../../policy/chain.ts";
import type { Direction, Stage } from "../../../policy/rule.ts";
import type { FirewallOptions } from "../options.ts";
import { dispatchChains } from "./dispatch.ts";
import { hasGate, hostChainRules } from "./host-chain.ts";
import { hostChain, hostDispatch, tableOfStage } from "./names.ts";
import { ChainGroup, type WantedChains } from "./wanted-chains.ts";

const stages: readonly Stage[] = ["normal", "forward", "untracked", "pre-dnat"];
const directions: readonly Direction[] = ["ingress", "egress"];
const ANY = "*";

/** Where a host endpoint may be asked: a stage and direction, in the stage's table or again in mangle. */
interface Place {
  readonly stage: Stage;
  readonly direction: Direction;
  readonly table: TableName;
  readonly tree: ChainGroup;
}

/** Keeps the chains of host endpoints' interfaces at each stage, and the trees that lead to them. */
export class HostChains {
  readonly #hosts = new Map<string, HostGates>();
  readonly #wanted: WantedChains;
  readonly #places: readonly Place[];

  constructor(wanted: WantedChains) {
    this.#wanted = wanted;
    const places = stages.flatMap((stage) =>
      directions.map((direction) => ({ stage, direction, table: tableOfStage[stage] })),
    );
    const isReal = ({ stage, direction }: Pick<Place, "stage" | "direction">) =>
      stage !== "pre-dnat" || direction === "ingress";
    // What the node sends is asked after NAT where a destination was translated.
    const afterNat = { stage: "normal", direction: "egress", table: "mangle" } as const;
    this.#places = [...places.filter(isReal), afterNat].map((place) => ({
      ...place,
      tree: new ChainGroup(wanted, place.table),
    }));
  }

  /** Whether any host endpoint has something to say there. */
  asks(stage: Stage, direction: Direction): boolean {
    return [...this.#hosts.values()].some((host) => hasGate(host, stage, direction));
  }

  /** Whether the host endpoint of all other interfaces has. */
  othersAsk(stage: Stage, direction: Direction): boolean {
    const others = this.#hosts.get(ANY);
    return others !== undefined && hasGate(others, stage, direction);
  }

  gates(): Iterable<HostGates> {
    return this.#hosts.values();
  }

  /** `dispatch` must follow, once after any number of these. */
  set(interfaceName: string, gates: HostGates | undefined, options: FirewallOptions): void {
    if (gates) this.#hosts.set(interfaceName, gates);
    else this.#hosts.delete(interfaceName);
    for (const { stage, direction, table } of this.#places) {
      const chain = hostChain(interfaceName, stage, direction);
      if (gates && hasGate(gates, stage, direction))
        this.#wanted.set(table, chain, hostChainRules(gates, stage, direction, options, table));
      else this.#wanted.drop(table, chain);
    }
  }

  /** The trees by which packets find these chains; `*` has what no other host endpoint and no workload has. */
  dispatch(options: FirewallOptions): void {
    for (const { stage, direction, tree } of this.#places) {
      const flag = direction === "ingress" ? "-i" : "-o";
      const target = (name: string) => `-g ${hostChain(name, stage, direction)}`;
      const wildcardAsks = this.othersAsk(stage, direction);
      const leaves = new Map<string, RuleText[]>();
      for (const [name, gates] of this.#hosts) {
        if (name === ANY || options.interfacePrefixes.some((prefix) => name.startsWith(prefix))) continue;
        if (hasGate(gates, stage, direction)) leaves.set(name, [target(name)]);
        else if (wildcardAsks) leaves.set(name, ["-j RETURN"]);
      }
      const sparesWorkloads = stage === "normal" || stage === "untracked";
      const spared = sparesWorkloads ? options.interfacePrefixes.map((prefix) => `${flag} ${prefix}+ -j RETURN`) : [];
      const end = wildcardAsks ? [...spared, target(ANY)] : [];
      if (leaves.size === 0 && !wildcardAsks) tree.set(new Map());
      else tree.set(dispatchChains({ root: hostDispatch(stage, direction), flag, leaves, end }));
    }
  }

  /** All of them anew, as other options have it. */
  renew(options: FirewallOptions): void {
    for (const [name, gates] of this.#hosts) this.set(name, gates, options);
  }
}
