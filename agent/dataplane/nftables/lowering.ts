import type { NamedSet } from "../../../kernel/nftables/set.ts";
import type { Family } from "../../../net/family.ts";
import type { Chain, ChainId, EndpointGates } from "../../../policy/chain.ts";
import type { MemberDelta, PolicyOutput } from "../../../policy/output.ts";
import type { Match, SideMatch } from "../../../policy/rule.ts";
import { memberFamily, type SetId, type SetKind, type SetSpec } from "../../../policy/set.ts";
import type { FirewallOptions } from "../options.ts";
import { baseChains } from "./base-chains.ts";
import { endpointChain } from "./endpoint-chain.ts";
import { ListHolders } from "./list-holders.ts";
import { lowerChain } from "./lower-chain.ts";
import { elementText, kernelSet, sourceSetSpecs } from "./member-sets.ts";
import { fromChain, memberSet, names, policyChain, toChain } from "./names.ts";
import type { Ruleset } from "./ruleset.ts";
import { SourceElements } from "./source-elements.ts";

const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

/**
 * Lowers what the policy graph puts out to one nftables table, as it changes. What it makes the ruleset want depends on
 * the policy's state alone. After `apply` of every output it is for the caller to make the kernel follow.
 */
export class NftablesLowering {
  readonly #ruleset: Ruleset;
  readonly #options: FirewallOptions;
  readonly #kinds = new Map<SetId, SetKind>();
  readonly #chains = new Map<ChainId, Chain>();
  /** Which chains look into a set. */
  readonly #users = new Map<SetId, Set<ChainId>>();
  readonly #lists: ListHolders;
  readonly #sources: SourceElements;

  /** Wants the chains, maps and sets that are always there. Until the first output every workload is unknown: dropped. */
  constructor(ruleset: Ruleset, options: FirewallOptions) {
    this.#ruleset = ruleset;
    this.#options = options;
    this.#lists = new ListHolders(ruleset);
    this.#sources = new SourceElements(ruleset);
    for (const spec of sourceSetSpecs) ruleset.wantSet(spec);
    for (const map of [names.fromMap, names.toMap]) ruleset.wantMap(map);
    for (const chain of baseChains(options)) ruleset.wantChain(chain);
  }

  apply(output: PolicyOutput): void {
    const stale = new Set<ChainId>();
    for (const change of output.sets) {
      if (change.kind === "set") this.#setKind(change.value, stale);
      else this.#dropSet(change.key);
    }
    for (const [id, delta] of output.members) this.#changeMembers(id, delta);
    for (const { key, ...change } of output.chains) {
      this.#noteUses(key, change.kind === "set" ? change.value : undefined);
      if (change.kind === "set") stale.add(key);
      else {
        stale.delete(key);
        this.#ruleset.unwantChain(policyChain(key));
        this.#lists.hold(key, new Map());
      }
    }
    for (const id of stale) this.#lower(this.#chains.get(id)!);
    for (const { key, ...change } of output.endpoints) {
      if (change.kind === "set") this.#wantEndpoint(change.value);
      else this.#unwantEndpoint(key);
    }
  }

  #setKind(spec: SetSpec, stale: Set<ChainId>): void {
    const before = this.#kinds.get(spec.id);
    if (before === spec.kind) return;
    if (before) this.#dropSet(spec.id);
    this.#kinds.set(spec.id, spec.kind);
    for (const family of FAMILIES) this.#ruleset.wantSet(kernelSet(spec, family));
    for (const id of this.#users.get(spec.id) ?? []) stale.add(id);
  }

  #dropSet(id: SetId): void {
    const kind = this.#kinds.get(id)!;
    this.#kinds.delete(id);
    for (const family of FAMILIES) this.#ruleset.unwantSet(memberSet(id, kind, family));
  }

  #changeMembers(id: SetId, { added, removed }: MemberDelta): void {
    const kind = this.#kinds.get(id)!;
    for (const family of FAMILIES) {
      const mine = (members: readonly string[]) => members.filter((m) => memberFamily(m) === family).map(elementText);
      this.#ruleset.changeElements(memberSet(id, kind, family), mine(added), mine(removed));
    }
  }

  #noteUses(id: ChainId, chain: Chain | undefined): void {
    for (const set of setsOf(this.#chains.get(id))) {
      const users = this.#users.get(set);
      users?.delete(id);
      if (users?.size === 0) this.#users.delete(set);
    }
    if (chain) this.#chains.set(id, chain);
    else this.#chains.delete(id);
    for (const set of setsOf(chain)) {
      const users = this.#users.get(set);
      if (users) users.add(id);
      else this.#users.set(set, new Set([id]));
    }
  }

  #lower(chain: Chain): void {
    const lists = new Map<string, NamedSet>();
    const lowered = lowerChain(chain, this.#options, {
      need: (set) => {
        lists.set(set.name, set);
        return set.name;
      },
      members: (id, family) => memberSet(id, this.#kinds.get(id)!, family),
    });
    this.#lists.hold(chain.id, lists);
    this.#ruleset.wantChain(lowered);
  }

  #wantEndpoint(gates: EndpointGates): void {
    const { interfaceName } = gates;
    this.#ruleset.wantChain(endpointChain(gates, "egress", this.#options));
    this.#ruleset.wantChain(endpointChain(gates, "ingress", this.#options));
    this.#sources.set(interfaceName, gates);
    this.#ruleset.wantEntry(names.fromMap, interfaceName, { kind: "goto", chain: fromChain(interfaceName) });
    this.#ruleset.wantEntry(names.toMap, interfaceName, { kind: "goto", chain: toChain(interfaceName) });
  }

  #unwantEndpoint(interfaceName: string): void {
    for (const map of [names.fromMap, names.toMap]) this.#ruleset.unwantEntry(map, interfaceName);
    for (const chain of [fromChain(interfaceName), toChain(interfaceName)]) this.#ruleset.unwantChain(chain);
    this.#sources.set(interfaceName, undefined);
  }
}

/** The sets that a chain looks into. */
function setsOf(chain: Chain | undefined): Set<SetId> {
  const sides = (match: Match): (SideMatch | undefined)[] => [match.source, match.destination];
  const ids = (side: SideMatch | undefined) =>
    [side?.inSets, side?.notInSets, side?.namedPorts, side?.notNamedPorts].flatMap((list) => list ?? []);
  return new Set((chain?.rules ?? []).flatMap(({ match }) => sides(match).flatMap(ids)));
}
