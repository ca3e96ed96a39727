import { KernelError } from "../../kernel/error.ts";
import type { Interfaces } from "../../kernel/interfaces.ts";
import type { KernelSet } from "../../kernel/kernel-set.ts";
import type { Reconciler } from "../../kernel/reconciler.ts";
import { formatPrefix, hostPrefix, type Prefix } from "../../net/prefix.ts";
import type { PlannedPeer } from "../graph/planned.ts";

/** An address that an interface should have. */
export interface InterfaceAddress {
  readonly ifindex: number;
  readonly prefix: Prefix;
}

const keyOf = ({ ifindex, prefix }: InterfaceAddress): string => `${ifindex} ${formatPrefix(prefix)}`;

/** The addresses of all interfaces as a reconciler sees them. */
export function addressSet(interfaces: Pick<Interfaces, "address" | "addresses">): KernelSet<InterfaceAddress> {
  return {
    async dump() {
      const all = await interfaces.addresses();
      return new Map(all.map(({ ifindex, prefix }) => [keyOf({ ifindex, prefix }), { ifindex, prefix }]));
    },
    async apply(changes) {
      const results: (KernelError | undefined)[] = [];
      for (const { kind, value } of changes) {
        const step = kind === "set" ? ({ kind, key: value, value: { noDad: true } } as const) : { kind, key: value };
        const error = await interfaces.address(step).then(() => undefined, refusal);
        // An address goes with its interface: then there is nothing to take.
        results.push(kind === "delete" ? undefined : error);
      }
      return results;
    },
  };
}

function refusal(error: unknown): KernelError {
  if (error instanceof KernelError) return error;
  throw error;
}

/**
 * Gives the interfaces of workloads that we speak BGP with the address at which they find us (localWorkloadPeeringIPV4 and
 * IPV6), as long as the session is planned. Other addresses, and those of an earlier life, are not touched.
 */
export class PeeringAddresses {
  readonly #addresses: Pick<Reconciler<InterfaceAddress>, "want" | "unwant">;
  readonly #ifindexOf: (name: string) => number | undefined;
  #wanted: ReadonlyMap<string, InterfaceAddress> = new Map();

  constructor(
    addresses: Pick<Reconciler<InterfaceAddress>, "want" | "unwant">,
    ifindexOf: (name: string) => number | undefined,
  ) {
    this.#addresses = addresses;
    this.#ifindexOf = ifindexOf;
  }

  /** Follows the sessions of a turn. */
  follow(peers: Iterable<PlannedPeer>): void {
    const wanted = new Map<string, InterfaceAddress>();
    for (const { workload, sourceAddress } of peers) {
      const ifindex = workload === undefined ? undefined : this.#ifindexOf(workload);
      if (ifindex === undefined || !sourceAddress) continue;
      const one = { ifindex, prefix: hostPrefix(sourceAddress) };
      wanted.set(keyOf(one), one);
    }
    for (const key of this.#wanted.keys()) if (!wanted.has(key)) this.#addresses.unwant(key);
    for (const [key, one] of wanted) if (!this.#wanted.has(key)) this.#addresses.want(key, one);
    this.#wanted = wanted;
  }
}
