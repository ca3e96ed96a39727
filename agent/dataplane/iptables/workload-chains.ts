import type { RuleText } from "../../../kernel/iptables/table.ts";
import { compareAddresses } from "../../../net/address.ts";
import type { Family } from "../../../net/family.ts";
import type { EndpointGates } from "../../../policy/chain.ts";
import type { FirewallOptions } from "../options.ts";
import { unknownInterface } from "../rule-name.ts";
import type { OwnedFloatingAddress } from "./base-chains.ts";
import { dispatchChains } from "./dispatch.ts";
import { packetLimit } from "./limit-rules.ts";
import { fromChain, names, toChain } from "./names.ts";
import type { SizedIpsets } from "./sized-ipsets.ts";
import { SourceMembers } from "./source-members.ts";
import { deny } from "./verdict.ts";
import { ChainGroup, type WantedChains } from "./wanted-chains.ts";
import { workloadChain } from "./workload-chain.ts";

/** Keeps the chains of workloads' interfaces, and the trees that lead to them. */
export class WorkloadChains {
  readonly #endpoints = new Map<string, EndpointGates>();
  readonly #wanted: WantedChains;
  readonly #family: Family;
  readonly #sources: SourceMembers;
  readonly #trees: Readonly<Record<"from" | "to" | "limits", ChainGroup>>;
  /** Interfaces whose endpoints have floating addresses. */
  readonly #floating = new Set<string>();
  /** Interfaces whose endpoints may receive only so many packets a second. */
  readonly #limited = new Set<string>();

  constructor(wanted: WantedChains, ipsets: SizedIpsets, family: Family) {
    this.#wanted = wanted;
    this.#family = family;
    this.#sources = new SourceMembers(ipsets, family);
    const group = () => new ChainGroup(wanted, "filter");
    this.#trees = { from: group(), to: group(), limits: group() };
  }

  get isLimited(): boolean {
    return this.#limited.size > 0;
  }

  /** `dispatch` must follow, once after any number of these. */
  set(interfaceName: string, gates: EndpointGates | undefined, options: FirewallOptions): void {
    this.#sources.set(interfaceName, gates, options);
    mark(this.#floating, interfaceName, (gates?.floating ?? []).length > 0);
    mark(this.#limited, interfaceName, gates?.limits?.ingress?.packets !== undefined);
    if (gates) {
      this.#endpoints.set(interfaceName, gates);
      this.#wanted.set("filter", fromChain(interfaceName), workloadChain(gates, "egress", options));
      this.#wanted.set("filter", toChain(interfaceName), workloadChain(gates, "ingress", options));
    } else {
      this.#endpoints.delete(interfaceName);
      for (const chain of [fromChain(interfaceName), toChain(interfaceName)]) this.#wanted.drop("filter", chain);
    }
  }

  /** The trees by which packets find these chains. An interface that looks like a workload's and is nobody's drops. */
  dispatch(options: FirewallOptions): void {
    const end = deny(unknownInterface, "", "filter", options);
    const leaves = (chainOf: (name: string) => string) =>
      new Map([...this.#endpoints.keys()].map((name): [string, RuleText[]] => [name, [`-g ${chainOf(name)}`]]));
    const { from, to, limits } = this.#trees;
    from.set(dispatchChains({ root: names.fromWorkload, flag: "-i", leaves: leaves(fromChain), end }));
    to.set(dispatchChains({ root: names.toWorkload, flag: "-o", leaves: leaves(toChain), end }));
    const limited = [...this.#limited].map((name): [string, RuleText[]] => [
      name,
      packetLimit(this.#endpoints.get(name)!, "ingress", options),
    ]);
    if (limited.length === 0) limits.set(new Map());
    else limits.set(dispatchChains({ root: names.toWorkloadLimit, flag: "-o", leaves: new Map(limited), end: [] }));
  }

  /** All of them anew, as other options have it. */
  renew(options: FirewallOptions): void {
    for (const [name, gates] of this.#endpoints) this.set(name, gates, options);
    this.dispatch(options);
  }

  /** The floating addresses of the family in their order; where two endpoints claim one, the first interface has it. */
  floating({ floatingAddresses }: FirewallOptions): OwnedFloatingAddress[] {
    if (!floatingAddresses) return [];
    const claims = [...this.#floating].sort().flatMap((name) => {
      const { endpoint, floating = [] } = this.#endpoints.get(name)!;
      return floating.map((address) => ({ ...address, endpoint }));
    });
    const mine = claims.filter(({ external }) => external.family === this.#family);
    const sorted = mine.sort((x, y) => compareAddresses(x.external, y.external));
    return sorted.filter(({ external }, at) => at === 0 || compareAddresses(sorted[at - 1]!.external, external) !== 0);
  }
}

function mark(names: Set<string>, name: string, is: boolean): void {
  if (is) names.add(name);
  else names.delete(name);
}
