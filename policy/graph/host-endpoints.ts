import type { HostEndpoint } from "../../datastore/model/host-endpoint.ts";
import type { Change } from "../../lib/change.ts";
import type { Address } from "../../net/address.ts";
import { parseAddress } from "../../net/address-text.ts";
import type { HostGates } from "../chain.ts";
import type { Stage } from "../rule.ts";
import { Emitted } from "./emitted.ts";
import type { AppliedPolicy, EndpointPolicies } from "./endpoint-policies.ts";
import { type GateParts, stageGates } from "./gates.ts";
import { ALL_INTERFACES, HostInterfaces } from "./host-interfaces.ts";
import type { Need, Needs } from "./needs.ts";
import { readHostEndpoint } from "./read-item.ts";
import { profileKey } from "./rule-book.ts";

const KEY_PREFIX = "HostEndpoint ";

/** What of a host endpoint does not depend on which interfaces it has. */
interface Resolved {
  readonly profiles: readonly string[];
  readonly policies: readonly AppliedPolicy[];
}

/**
 * Vertex: this node's host endpoints and the addresses of its interfaces in; the gates of every interface that has a host
 * endpoint out. Only host endpoints that have an interface need rules.
 */
export class HostEndpoints {
  readonly #policies: EndpointPolicies;
  readonly #needs: Needs;
  readonly #interfaces: HostInterfaces;
  readonly #profiles = new Map<string, readonly string[]>();
  readonly #resolved = new Map<string, Resolved>();
  readonly #emitted = new Emitted<HostGates>();
  readonly #dirty = new Set<string>();

  constructor(policies: EndpointPolicies, needs: Needs, isWorkload: (interfaceName: string) => boolean) {
    this.#policies = policies;
    this.#needs = needs;
    this.#interfaces = new HostInterfaces(isWorkload);
  }

  /** A host endpoint of this node is this now, or is gone or another node's. */
  onHost(name: string, resource: HostEndpoint | undefined): void {
    if (!resource && !this.#profiles.has(name)) return;
    const key = KEY_PREFIX + name;
    for (const interfaceName of this.#interfaces.onHost(name, resource && claimOf(resource)))
      this.#dirty.add(interfaceName);
    if (resource) {
      const { labels, parents: profiles } = readHostEndpoint(resource);
      this.#profiles.set(name, profiles);
      this.#policies.onEndpoint(key, { labels, profiles });
    } else {
      this.#profiles.delete(name);
      this.#policies.onEndpoint(key, undefined);
    }
  }

  /** An interface that is no workload's has these addresses, or is gone. */
  onInterface(interfaceName: string, addresses: readonly Address[] | undefined): void {
    if (this.#interfaces.onInterface(interfaceName, addresses)) this.#dirty.add(interfaceName);
  }

  /** Other names are workloads' from now on. */
  setWorkloads(isWorkload: (interfaceName: string) => boolean): void {
    for (const interfaceName of this.#interfaces.setWorkloads(isWorkload)) this.#dirty.add(interfaceName);
  }

  /** Whether `key`, one of those that must be resolved again, is a host endpoint; if so, it is resolved. */
  resolve(key: string): boolean {
    if (!key.startsWith(KEY_PREFIX)) return false;
    const name = key.slice(KEY_PREFIX.length);
    const profiles = this.#profiles.get(name);
    if (profiles) this.#resolved.set(name, { profiles, policies: this.#policies.applying(key) });
    else this.#resolved.delete(name);
    for (const [interfaceName, owner] of this.#interfaces.owners) if (owner === name) this.#dirty.add(interfaceName);
    return true;
  }

  /** Takes hold of the rules that the interfaces which changed refer to, and answers their gates; `resolve` goes before. */
  flush(): Change<string, HostGates>[] {
    const changes: Change<string, HostGates>[] = [];
    for (const interfaceName of this.#dirty) {
      const endpoint = this.#interfaces.owners.get(interfaceName);
      const resolved = endpoint === undefined ? undefined : this.#resolved.get(endpoint);
      const stages = resolved && stagesOf({ ...resolved, tiers: this.#policies.tiers }, interfaceName);
      this.#needs.set(`${KEY_PREFIX}on ${interfaceName}`, resolved ? needsOf(resolved, interfaceName) : []);
      this.#emitted.tell(interfaceName, stages && { interfaceName, endpoint: endpoint!, stages }, changes);
    }
    this.#dirty.clear();
    return changes;
  }
}

function claimOf({ spec }: HostEndpoint): { interfaceName: string | undefined; expected: readonly Address[] } {
  const expected = (spec.expectedIPs ?? []).flatMap((text) => parseAddress(text) ?? []);
  return { interfaceName: spec.interfaceName, expected };
}

/** Calico does not police untracked packets of `*`: they would have to be told apart before routing. */
function stagesFor(interfaceName: string): readonly Stage[] {
  return interfaceName === ALL_INTERFACES
    ? ["normal", "forward", "pre-dnat"]
    : ["normal", "forward", "untracked", "pre-dnat"];
}

function stagesOf(parts: GateParts, interfaceName: string): HostGates["stages"] {
  const none = { ...parts, policies: [] };
  const asked = stagesFor(interfaceName);
  const gates = (stage: Stage) => stageGates(asked.includes(stage) ? parts : none, stage);
  return {
    normal: gates("normal"),
    forward: gates("forward"),
    untracked: gates("untracked"),
    "pre-dnat": gates("pre-dnat"),
  };
}

function needsOf({ policies, profiles }: Resolved, interfaceName: string): Need[] {
  const asked = stagesFor(interfaceName);
  const needs: Need[] = [...new Set(profiles)].map((name) => ({ key: profileKey(name), stage: "normal" }));
  for (const { key, stages } of policies) {
    for (const stage of stages) if (asked.includes(stage)) needs.push({ key, stage });
  }
  return needs;
}
