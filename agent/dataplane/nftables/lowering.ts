import { formatAddress } from "../../../net/address-text.ts";
import type { EndpointGates, HostGates } from "../../../policy/chain.ts";
import type { PolicyOutput } from "../../../policy/output.ts";
import type { SetId } from "../../../policy/set.ts";
import type { FirewallOptions } from "../options.ts";
import { baseChains, isReceivedAsked } from "./base-chains.ts";
import { endpointChain } from "./endpoint-chain.ts";
import { FixedPart } from "./fixed-part.ts";
import { FixedMemberSets } from "./fixed-sets.ts";
import { hostChains, needsQuiet } from "./host-chains.ts";
import { MemberSets } from "./member-sets.ts";
import { fromChain, names, toChain } from "./names.ts";
import { natChains, type OwnedFloatingAddress } from "./nat-chains.ts";
import { PolicyChains } from "./policy-chains.ts";
import type { Ruleset } from "./ruleset.ts";
import { SourceElements } from "./source-elements.ts";

/**
 * Lowers what the policy graph puts out to one nftables table, as it changes. What it makes the ruleset want depends on
 * the policy's state and the options alone. After `apply` of every output it is for the caller to make the kernel follow.
 */
export class NftablesLowering {
  readonly #ruleset: Ruleset;
  #options: FirewallOptions;
  readonly #sets: MemberSets;
  readonly #endpoints = new Map<string, EndpointGates>();
  /** The interfaces whose workloads may send only so many packets. */
  readonly #rated = new Set<string>();
  readonly #hosts = new Map<string, HostGates>();
  readonly #chains: PolicyChains;
  readonly #sources: SourceElements;
  readonly #fixed: FixedPart;
  readonly #fixedSets: FixedMemberSets;
  #fixedIsStale = false;
  #endpointsAreStale = false;

  /** Wants the chains, maps and sets that are always there. Until the first output every workload is unknown: dropped. */
  constructor(ruleset: Ruleset, options: FirewallOptions) {
    this.#ruleset = ruleset;
    this.#options = options;
    this.#sets = new MemberSets(ruleset, (id) => this.#chains.setChanged(id));
    this.#chains = new PolicyChains(ruleset, (id, family) => this.#sets.nameOf(id, family), options);
    this.#sources = new SourceElements(ruleset, options.sourceSpoofing === "Any");
    this.#fixedSets = new FixedMemberSets(ruleset);
    this.#fixed = new FixedPart(ruleset);
    for (const map of [names.fromMap, names.toMap]) ruleset.wantMap(map);
    this.#wantFixed();
  }

  apply(output: PolicyOutput): void {
    for (const change of output.sets) {
      const sets = this.#keeperOf(change.key);
      if (change.kind === "set") sets.set(change.value);
      else sets.drop(change.key);
    }
    for (const [id, delta] of output.members) this.#keeperOf(id).changeMembers(id, delta);
    for (const { key, ...change } of output.chains)
      this.#chains.set(key, change.kind === "set" ? change.value : undefined);
    for (const { key, ...change } of output.endpoints) {
      if (change.kind === "set") this.#wantEndpoint(change.value);
      else this.#unwantEndpoint(key);
    }
    for (const { key, ...change } of output.hosts) {
      this.#fixedIsStale = true;
      if (change.kind === "set") this.#hosts.set(key, change.value);
      else this.#hosts.delete(key);
    }
    this.#finish();
  }

  /** The node is told otherwise now: what the difference touches is said anew. */
  setOptions(options: FirewallOptions): void {
    const before = this.#options;
    this.#options = options;
    if (policyWords(before) !== policyWords(options)) this.#chains.setOptions(options);
    if (endpointWords(before) !== endpointWords(options)) this.#endpointsAreStale = true;
    this.#sources.setMayForge(options.sourceSpoofing === "Any");
    if (before.sourceSpoofing !== options.sourceSpoofing)
      for (const gates of this.#endpoints.values()) this.#sources.set(gates.interfaceName, gates);
    this.#fixedIsStale = true;
    this.#finish();
  }

  /** Names of policies' rules that are not there because no packet can meet them as things are. */
  idle(): Iterable<string> {
    return this.#chains.idle();
  }

  #finish(): void {
    if (this.#fixedIsStale) this.#wantFixed();
    if (this.#endpointsAreStale) {
      this.#endpointsAreStale = false;
      for (const gates of this.#endpoints.values()) this.#wantEndpointChains(gates);
    }
    this.#chains.needQuiet(needsQuiet(this.#hosts, this.#options));
    this.#chains.askReceived(isReceivedAsked(this.#hosts, this.#fixedSets, this.#options));
    this.#chains.flush();
  }

  #wantFixed(): void {
    this.#fixedIsStale = false;
    const named = [...this.#hosts].filter(([name]) => !isWorkloadName(name, this.#options));
    const hosts = new Map(named.sort(([x], [y]) => (x < y ? -1 : 1)));
    const { chains, maps } = hostChains(hosts, this.#options);
    const base = baseChains(
      hosts,
      { sources: this.#sources, areRated: this.#rated.size > 0 },
      this.#fixedSets,
      this.#options,
    );
    const nat = natChains(this.#floating(), this.#fixedSets, this.#options);
    this.#fixedSets.needBy([...base, ...nat]);
    this.#fixed.want([...base, ...nat, ...chains], maps);
  }

  /** Of the sets beside those of policies it is not known beforehand whether anybody looks into them. */
  #keeperOf(id: SetId): MemberSets | FixedMemberSets {
    if (!FixedMemberSets.isOne(id)) return this.#sets;
    this.#fixedIsStale = true;
    return this.#fixedSets;
  }

  #wantEndpoint(gates: EndpointGates): void {
    const { interfaceName } = gates;
    const before = this.#endpoints.get(interfaceName);
    this.#endpoints.set(interfaceName, gates);
    this.#noteRate(interfaceName, gates);
    this.#wantEndpointChains(gates);
    if (this.#sources.set(interfaceName, gates)) this.#fixedIsStale = true;
    this.#ruleset.wantEntry(names.fromMap, interfaceName, { kind: "goto", chain: fromChain(interfaceName) });
    this.#ruleset.wantEntry(names.toMap, interfaceName, { kind: "goto", chain: toChain(interfaceName) });
    this.#noteFloating(before, gates);
  }

  #noteRate(interfaceName: string, gates: EndpointGates | undefined): void {
    const before = this.#rated.size > 0;
    if (gates?.limits?.egress?.packets) this.#rated.add(interfaceName);
    else this.#rated.delete(interfaceName);
    if (this.#rated.size > 0 !== before) this.#fixedIsStale = true;
  }

  #wantEndpointChains(gates: EndpointGates): void {
    this.#ruleset.wantChain(endpointChain(gates, "egress", this.#options));
    this.#ruleset.wantChain(endpointChain(gates, "ingress", this.#options));
  }

  #unwantEndpoint(interfaceName: string): void {
    this.#noteFloating(this.#endpoints.get(interfaceName), undefined);
    this.#endpoints.delete(interfaceName);
    this.#noteRate(interfaceName, undefined);
    for (const map of [names.fromMap, names.toMap]) this.#ruleset.unwantEntry(map, interfaceName);
    for (const chain of [fromChain(interfaceName), toChain(interfaceName)]) this.#ruleset.unwantChain(chain);
    if (this.#sources.set(interfaceName, undefined)) this.#fixedIsStale = true;
  }

  #noteFloating(before: EndpointGates | undefined, after: EndpointGates | undefined): void {
    if (before?.floating?.length || after?.floating?.length) this.#fixedIsStale = true;
  }

  /** By external address; of two that are alike the first one's endpoint has it. */
  #floating(): OwnedFloatingAddress[] {
    if (!this.#options.floatingAddresses) return [];
    const found: (readonly [string, OwnedFloatingAddress])[] = [];
    for (const { endpoint, floating } of this.#endpoints.values()) {
      for (const address of floating ?? [])
        found.push([`${formatAddress(address.external)} ${endpoint}`, { ...address, endpoint }]);
    }
    return found.sort(([x], [y]) => (x < y ? -1 : 1)).map(([, address]) => address);
  }
}

/** Such an interface has no host endpoint of its own, whatever names it (Felix: felix/dataplane/linux/endpoint_mgr.go). */
function isWorkloadName(name: string, { interfacePrefixes }: FirewallOptions): boolean {
  return interfacePrefixes.some((prefix) => name.startsWith(prefix));
}

/** What of the options the chains of policies are made of. */
function policyWords({ marks, logPrefix, logRate, denyAction, dropGroup }: FirewallOptions): string {
  return JSON.stringify([marks, logPrefix, logRate, denyAction, dropGroup]);
}

/** What of the options the chains of workloads are made of. */
function endpointWords({ marks, denyAction, dropGroup, dropInvalid, workloadEncapsulation }: FirewallOptions): string {
  return JSON.stringify([marks, denyAction, dropGroup, dropInvalid, workloadEncapsulation]);
}
