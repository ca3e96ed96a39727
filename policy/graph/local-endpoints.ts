import type { Prefix } from "../../net/prefix.ts";
import type { EndpointGates, FloatingAddress } from "../chain.ts";
import type { Labels } from "../selector/evaluate.ts";

/** A workload endpoint of this node, as far as its firewall is concerned. */
export interface LocalEndpoint {
  /** `namespace/name`. */
  readonly key: string;
  readonly interfaceName: string;
  readonly labels: Labels;
  readonly profiles: readonly string[];
  readonly sources: readonly Prefix[];
  readonly spoofable: readonly Prefix[];
  readonly limits: EndpointGates["limits"];
  readonly floating: readonly FloatingAddress[];
}

/**
 * Which endpoint an interface belongs to. Two endpoints on one interface are a mistake of somebody's; the one whose key
 * sorts first has it until it goes, whoever came first.
 */
export class InterfaceOwners {
  readonly #claims = new Map<string, Set<string>>();

  claim(interfaceName: string, key: string): void {
    const claims = this.#claims.get(interfaceName);
    if (claims) claims.add(key);
    else this.#claims.set(interfaceName, new Set([key]));
  }

  unclaim(interfaceName: string, key: string): void {
    const claims = this.#claims.get(interfaceName);
    claims?.delete(key);
    if (claims?.size === 0) this.#claims.delete(interfaceName);
  }

  /** The endpoint that has the interface. */
  owner(interfaceName: string): string | undefined {
    let first: string | undefined;
    for (const key of this.#claims.get(interfaceName) ?? []) if (first === undefined || key < first) first = key;
    return first;
  }
}
