import type { Address } from "../../net/address.ts";
import { compareAddresses } from "../../net/address.ts";

/** A host endpoint of this node, as far as it matters which interfaces it has. */
export interface HostClaim {
  /** A name, `*`, or undefined or empty where the addresses say which interface is meant. */
  readonly interfaceName: string | undefined;
  readonly expected: readonly Address[];
}

/** Stands for every interface that is no workload's and has no host endpoint of its own. */
export const ALL_INTERFACES = "*";

/**
 * Which host endpoint an interface has: the one that names it, or that names none and expects an address of it; of several
 * the one whose name sorts first. `*` is never an interface's own. A name is enough: its host endpoint is in force before the
 * interface is there. Source: Calico felix/dataplane/linux/endpoint_mgr.go (resolveHostEndpoints).
 */
export class HostInterfaces {
  #isWorkload: (interfaceName: string) => boolean;
  readonly #claims = new Map<string, HostClaim>();
  readonly #interfaces = new Map<string, readonly Address[]>();
  readonly #owners = new Map<string, string>();

  /** `isWorkload` knows the names that are workloads': host endpoints never have those. */
  constructor(isWorkload: (interfaceName: string) => boolean) {
    this.#isWorkload = isWorkload;
  }

  /** The interfaces that have a host endpoint, and `*`, each with its host endpoint's name. */
  get owners(): ReadonlyMap<string, string> {
    return this.#owners;
  }

  /** A host endpoint is this now, or gone; answers the interfaces that have another one than before. */
  onHost(name: string, claim: HostClaim | undefined): string[] {
    const before = this.#claims.get(name);
    if (claim) this.#claims.set(name, claim);
    else this.#claims.delete(name);
    const named = [before?.interfaceName, claim?.interfaceName].filter((interfaceName) => !!interfaceName);
    const all = new Set([...this.#interfaces.keys(), ...(named as string[])]);
    return [...all].filter((interfaceName) => this.#assign(interfaceName));
  }

  /** An interface has these addresses now, or is gone; answers whether it has another host endpoint than before. */
  onInterface(interfaceName: string, addresses: readonly Address[] | undefined): boolean {
    if (addresses) this.#interfaces.set(interfaceName, addresses);
    else this.#interfaces.delete(interfaceName);
    return this.#assign(interfaceName);
  }

  /** Other names are workloads' from now on; answers the interfaces that have another host endpoint than before. */
  setWorkloads(isWorkload: (interfaceName: string) => boolean): string[] {
    this.#isWorkload = isWorkload;
    const named = [...this.#claims.values()].flatMap(({ interfaceName }) => interfaceName || []);
    return [...new Set([...this.#interfaces.keys(), ...named])].filter((interfaceName) => this.#assign(interfaceName));
  }

  #assign(interfaceName: string): boolean {
    const before = this.#owners.get(interfaceName);
    const owner = this.#isWorkload(interfaceName) ? undefined : this.#ownerOf(interfaceName);
    if (owner === undefined) this.#owners.delete(interfaceName);
    else this.#owners.set(interfaceName, owner);
    return owner !== before;
  }

  #ownerOf(interfaceName: string): string | undefined {
    const addresses = this.#interfaces.get(interfaceName) ?? [];
    let first: string | undefined;
    for (const [name, claim] of this.#claims) {
      const isMeant = claim.interfaceName
        ? claim.interfaceName === interfaceName
        : claim.expected.some((wanted) => addresses.some((address) => compareAddresses(wanted, address) === 0));
      if (isMeant && (first === undefined || name < first)) first = name;
    }
    return first;
  }
}
