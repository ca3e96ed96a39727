import { formatAddress } from "../../../net/address-text.ts";
import type { Family } from "../../../net/family.ts";
import type { EndpointGates, HostGates } from "../../../policy/chain.ts";
import type { MemberDelta, PolicyOutput } from "../../../policy/output.ts";
import { memberFamily, type SetId, type SetKind, type SetSpec } from "../../../policy/set.ts";
import type { FirewallOptions } from "../options.ts";
import { baseChains, isReceivedAsked } from "./base-chains.ts";
import { endpointChain } from "./endpoint-chain.ts";
import { FixedPart } from "./fixed-part.ts";
import { FixedSetKinds } from "./fixed-sets.ts";
import { hostChains, needsQuiet } from "./host-chains.ts";
import { elementText, kernelSet, sourceSetSpecs } from "./member-sets.ts";
import { fromChain, memberSet, names, toChain } from "./names.ts";
import { natChains, type OwnedFloatingAddress } from "./nat-chains.ts";
import { PolicyChains } from "./policy-chains.ts";
import type { Ruleset } from "./ruleset.ts";
import { SourceElements } from "./source-elements.ts";

const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

/**
 * Lowers what the policy graph puts out to one nftables table, as it changes. What it makes the ruleset want depends on
 * the policy's state and the options alone. After `apply` of every output it is for the caller to make the kernel follow.
 */
export class NftablesLowering {
  readonly #ruleset: Ruleset;
  #options: FirewallOptions;
  readonly #kinds = new Map<SetId, SetKind>();
  readonly #endpoints = new Map<string, EndpointGates>();
  readonly #hosts = new Map<string, HostGates>();
  readonly #chains: PolicyChains;
  readonly #sources: SourceElements;
  readonly #fixed: FixedPart;
  readonly #fixedSets = new FixedSetKinds();
  #fixedIsStale = false;
  #endpointsAreStale = false;

  /** Wants the chains, maps and sets that are always there. Until the first output every workload is unknown: dropped. */
  constructor(ruleset: Ruleset, options: FirewallOptions) {
    this.#ruleset = ruleset;
    this.#options = options;
    this.#chains = new PolicyChains(ruleset, this.#kinds, options);
    this.#sources = new SourceElements(ruleset);
    this.#fixed = new FixedPart(ruleset);
    for (const spec of sourceSetSpecs) ruleset.wantSet(spec);
    for (const map of [names.fromMap, names.toMap]) ruleset.wantMap(map);
    this.#wantFixed();
  }

  apply(output: PolicyOutput): void {
    for (const change of output.sets) {
      if (change.kind === "set") this.#setKind(change.value);
      else this.#dropSet(change.key);
    }
    for (const [id, delta] of output.members) this.#changeMembers(id, delta);
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
    this.#fixedIsStale = true;
    this.#finish();
  }

  #finish(): void {
    if (this.#endpointsAreStale) {
      this.#endpointsAreStale = false;
      for (const gates of this.#endpoints.values()) this.#wantEndpointChains(gates);
    }
    this.#chains.needQuiet(needsQuiet(this.#hosts, this.#options));
    this.#chains.askReceived(isReceivedAsked(this.#hosts, this.#fixedSets.sets, this.#options));
    this.#chains.flush();
    if (this.#fixedIsStale) this.#wantFixed();
  }

  #wantFixed(): void {
    this.#fixedIsStale = false;
    const named = [...this.#hosts].filter(([name]) => !isWorkloadName(name, this.#options));
    const hosts = new Map(named.sort(([x], [y]) => (x < y ? -1 : 1)));
    const { chains, maps } = hostChains(hosts, this.#options);
    const base = baseChains(hosts, this.#fixedSets.sets, this.#options);
    const nat = natChains(this.#floating(), this.#fixedSets.sets, this.#options);
    this.#fixed.want([...base, ...nat, ...chains], maps);
  }

  #setKind(spec: SetSpec): void {
    const before = this.#kinds.get(spec.id);
    if (before === spec.kind) return;
    if (before) this.#dropSet(spec.id);
    this.#kinds.set(spec.id, spec.kind);
    for (const family of FAMILIES) this.#ruleset.wantSet(kernelSet(spec, family));
    this.#chains.kindChanged(spec.id);
  }

  #dropSet(id: SetId): void {
    const kind = this.#kinds.get(id)!;
    this.#kinds.delete(id);
    for (const family of FAMILIES) this.#ruleset.unwantSet(memberSet(id, kind, family));
    if (this.#fixedSets.gone(id)) this.#fixedIsStale = true;
  }

  #changeMembers(id: SetId, delta: MemberDelta): void {
    const { added, removed } = delta;
    const kind = this.#kinds.get(id)!;
    if (this.#fixedSets.changed(id, kind, delta)) this.#fixedIsStale = true;
    for (const family of FAMILIES) {
      const mine = (members: readonly string[]) => members.filter((m) => memberFamily(m) === family).map(elementText);
      this.#ruleset.changeElements(memberSet(id, kind, family), mine(added), mine(removed));
    }
  }

  #wantEndpoint(gates: EndpointGates): void {
    const { interfaceName } = gates;
    const before = this.#endpoints.get(interfaceName);
    this.#endpoints.set(interfaceName, gates);
    this.#wantEndpointChains(gates);
    this.#sources.set(interfaceName, gates);
    this.#ruleset.wantEntry(names.fromMap, interfaceName, { kind: "goto", chain: fromChain(interfaceName) });
    this.#ruleset.wantEntry(names.toMap, interfaceName, { kind: "goto", chain: toChain(interfaceName) });
    this.#noteFloating(before, gates);
  }

  #wantEndpointChains(gates: EndpointGates): void {
    this.#ruleset.wantChain(endpointChain(gates, "egress", this.#options));
    this.#ruleset.wantChain(endpointChain(gates, "ingress", this.#options));
  }

  #unwantEndpoint(interfaceName: string): void {
    this.#noteFloating(this.#endpoints.get(interfaceName), undefined);
    this.#endpoints.delete(interfaceName);
    for (const map of [names.fromMap, names.toMap]) this.#ruleset.unwantEntry(map, interfaceName);
    for (const chain of [fromChain(interfaceName), toChain(interfaceName)]) this.#ruleset.unwantChain(chain);
    this.#sources.set(interfaceName, undefined);
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
