import type { Address } from "../../net/address.ts";
import type { Chain, ChainId, EndpointGates, Gate, HostGates } from "../../policy/chain.ts";
import type { PolicyView } from "../../policy/evaluate.ts";
import type { SetLookup } from "../../policy/match.ts";
import type { PolicyOutput } from "../../policy/output.ts";
import { PolicyState } from "../../policy/policy-state.ts";
import { describeOrigin, describeOwner } from "../../policy/rule.ts";
import { ALL_HOSTS, ALL_POOLS, MASQUERADE_POOLS, SERVICE_RANGES, type SetId } from "../../policy/set.ts";
import { isEndpoint } from "./pod-name.ts";

/** Sets whose few members are kept here; all others' are looked up where they are kept anyway. */
const fixed: ReadonlySet<SetId> = new Set([ALL_HOSTS, ALL_POOLS, MASQUERADE_POOLS, SERVICE_RANGES]);

/** What is known of a rule of this node by its name. */
export interface KnownRule {
  /** The resource it is of: `NetworkPolicy shop/db`. */
  readonly policy: string;
  /** How many endpoints are asked by it. */
  readonly endpoints: number;
}

/** The policy of this node as it was last worked out, in a form that can be asked; it holds no member twice. */
export class LivePolicy implements PolicyView {
  readonly #state = new PolicyState();
  readonly #sets: SetLookup;
  #rules: ReadonlyMap<string, KnownRule> | undefined;

  /** `sets` answers for the sets of selectors. */
  constructor(sets: SetLookup) {
    this.#sets = sets;
  }

  /** Takes in what a turn put out. */
  apply(output: PolicyOutput): void {
    const sets = output.sets.filter(({ key }) => fixed.has(key));
    const members = new Map([...output.members].filter(([id]) => fixed.has(id)));
    this.#state.apply({ ...output, sets, members });
    if (output.chains.length + output.endpoints.length + output.hosts.length > 0) this.#rules = undefined;
  }

  get chains(): ReadonlyMap<ChainId, Chain> {
    return this.#state.chains;
  }

  get endpoints(): ReadonlyMap<string, EndpointGates> {
    return this.#state.endpoints;
  }

  get hosts(): ReadonlyMap<string, HostGates> {
    return this.#state.hosts;
  }

  hasAddress(id: SetId, address: Address): boolean {
    return fixed.has(id) ? this.#state.hasAddress(id, address) : this.#sets.hasAddress(id, address);
  }

  hasPort(id: SetId, address: Address, protocol: number, port: number): boolean {
    return this.#sets.hasPort(id, address, protocol, port);
  }

  /** Every rule of this node by the name that its counter has; worked out when it is first asked for after a change. */
  rules(): ReadonlyMap<string, KnownRule> {
    this.#rules ??= this.#read();
    return this.#rules;
  }

  /** The names of the rules that an endpoint (`namespace/pod`, `namespace/name`, or a HostEndpoint's name) is asked by. */
  rulesOf(endpoint: string): ReadonlySet<string> {
    const gates = [
      ...[...this.endpoints.values()].filter((one) => isEndpoint(one.endpoint, endpoint)).flatMap(workloadGates),
      ...[...this.hosts.values()].filter((one) => isEndpoint(one.endpoint, endpoint)).flatMap(hostGates),
    ];
    const ids = new Set(gates.flatMap((gate) => [...chainsOf(gate)]));
    return new Set(
      [...ids].flatMap((id) => this.chains.get(id)?.rules ?? []).map(({ origin }) => describeOrigin(origin)),
    );
  }

  #read(): Map<string, KnownRule> {
    const users = new Map<ChainId, number>();
    const all = [...this.endpoints.values()].map(workloadGates);
    for (const gates of [...all, ...[...this.hosts.values()].map(hostGates)]) {
      for (const id of new Set(gates.flatMap((gate) => [...chainsOf(gate)]))) users.set(id, (users.get(id) ?? 0) + 1);
    }
    const rules = new Map<string, KnownRule>();
    for (const { id, owner, rules: own } of this.chains.values()) {
      for (const { origin } of own) {
        const name = describeOrigin(origin);
        const endpoints = (rules.get(name)?.endpoints ?? 0) + (users.get(id) ?? 0);
        rules.set(name, { policy: describeOwner(owner), endpoints });
      }
    }
    return rules;
  }
}

function workloadGates({ ingress, egress }: EndpointGates): Gate[] {
  return [ingress, egress];
}

function hostGates({ stages }: HostGates): Gate[] {
  return Object.values(stages).flatMap(({ ingress, egress }) => [ingress, egress]);
}

function* chainsOf({ tiers, profiles }: Gate): Generator<ChainId> {
  for (const { chains } of tiers) yield* chains;
  yield* profiles;
}
