import type { Allocator } from "../../ipam/allocator.ts";
import { parseAddress } from "../../net/address-text.ts";
import { type Family, families } from "../../net/family.ts";
import { hostPrefix, prefixKey } from "../../net/prefix.ts";
import type { Pool } from "../graph/planned.ts";
import { BadWorkloadRequest } from "./attach.ts";
import type { Addresses } from "./ports.ts";

/** The families that a workload gets an address of: those of the pools it names, else of every pool that gives out by itself. */
export function familiesWanted(
  pools: readonly Pool[],
  named: readonly string[] | undefined,
  ipv6: boolean,
): readonly Family[] {
  const chosen = named
    ? pools.filter(({ name, prefix }) => named.includes(name) || named.includes(prefixKey(prefix)))
    : pools.filter((pool) => pool.automatic);
  return families.filter(
    (family) => (ipv6 || family === "ipv4") && chosen.some(({ prefix }) => prefix.family === family),
  );
}

/** What the allocator is asked for on behalf of workloads. */
export interface AddressesOptions {
  readonly allocator: Pick<Allocator, "assign" | "addressesOf" | "releaseByHandle">;
  readonly node: string;
  readonly pools: () => readonly Pool[];
  readonly ipv6: () => boolean;
  /** The time as Calico notes it beside an allocation. */
  readonly timestamp: () => string;
}

/** Addresses of workloads from IPAM. A handle that holds some already, from a call that was cut short, keeps them. */
export function workloadAddresses(options: AddressesOptions): Addresses {
  const { allocator, node } = options;
  return {
    async assign({ handle, namespace, pod, pools, addresses }) {
      const held = await allocator.addressesOf(handle);
      if (held.length > 0) return held.map(hostPrefix);
      const exact = addresses?.map((text) => {
        const address = parseAddress(text);
        const why = `addresses = '${text}': an IPv4 or IPv6 address would be right`;
        if (!address) throw new BadWorkloadRequest("agent/bad-workload", why, { field: "addresses" });
        return address;
      });
      const wanted = familiesWanted(options.pools(), pools, options.ipv6());
      const assigned = await allocator.assign({
        handle,
        attributes: { namespace, node, pod, timestamp: options.timestamp() },
        // Without any pool the allocator says so in its own words.
        families: wanted.length > 0 ? wanted : ["ipv4"],
        ...(pools && { pools }),
        ...(exact && { addresses: exact }),
      });
      return assigned.map(({ address }) => hostPrefix(address));
    },
    async release(handle) {
      await allocator.releaseByHandle(handle);
    },
  };
}
