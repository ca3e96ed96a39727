import type { WorkloadEndpoint } from "../../datastore/model/workload-endpoint.ts";
import type { InterfaceLimits } from "../../kernel/tc/bucket.ts";
import type { Change, Emit } from "../../lib/change.ts";
import { limitsOf, sameLimits } from "./limits.ts";

interface Claim {
  readonly interfaceName: string;
  readonly limits: InterfaceLimits | undefined;
}

/**
 * Which limits each interface of this node has: those of its endpoint. Two endpoints on one interface are a mistake of
 * somebody's; the one whose key sorts first has it until it goes, as with policy. Emits only what differs.
 */
export class QosPlan {
  readonly #nodeName: string;
  readonly #emit: Emit<string, InterfaceLimits>;
  readonly #claims = new Map<string, Claim>();
  /** Keys of the endpoints that name an interface. */
  readonly #claimants = new Map<string, Set<string>>();
  readonly #emitted = new Map<string, InterfaceLimits>();

  constructor(nodeName: string, emit: Emit<string, InterfaceLimits>) {
    this.#nodeName = nodeName;
    this.#emit = emit;
  }

  /** An endpoint, of whatever node, is there, has changed, or is gone; by the resource's key. */
  onEndpoint(change: Change<string, WorkloadEndpoint>): void {
    const spec = change.kind === "set" ? change.value.spec : undefined;
    const interfaceName = spec?.node === this.#nodeName ? spec.interfaceName : undefined;
    const before = this.#claims.get(change.key);
    if (!before && !interfaceName) return;
    if (before) this.#unclaim(change.key, before.interfaceName);
    if (interfaceName) this.#claim(change.key, { interfaceName, limits: limitsOf(spec?.qosControls) });
    for (const name of new Set([before?.interfaceName, interfaceName])) if (name) this.#recheck(name);
  }

  /** The limits of every interface that has some. */
  get limits(): ReadonlyMap<string, InterfaceLimits> {
    return this.#emitted;
  }

  #claim(key: string, claim: Claim): void {
    this.#claims.set(key, claim);
    const claimants = this.#claimants.get(claim.interfaceName);
    if (claimants) claimants.add(key);
    else this.#claimants.set(claim.interfaceName, new Set([key]));
  }

  #unclaim(key: string, interfaceName: string): void {
    this.#claims.delete(key);
    const claimants = this.#claimants.get(interfaceName);
    claimants?.delete(key);
    if (claimants?.size === 0) this.#claimants.delete(interfaceName);
  }

  #recheck(interfaceName: string): void {
    let owner: string | undefined;
    for (const key of this.#claimants.get(interfaceName) ?? []) if (owner === undefined || key < owner) owner = key;
    const limits = owner === undefined ? undefined : this.#claims.get(owner)?.limits;
    if (sameLimits(limits, this.#emitted.get(interfaceName))) return;
    if (limits) this.#emitted.set(interfaceName, limits);
    else this.#emitted.delete(interfaceName);
    this.#emit(limits ? { kind: "set", key: interfaceName, value: limits } : { kind: "delete", key: interfaceName });
  }
}
