import type { Fib } from "../../kernel/fib.ts";
import { type FibRoute, formatRoute } from "../../kernel/fib-route.ts";
import type { KernelSet } from "../../kernel/kernel-set.ts";
import { addressBits, families } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import type { CleanupPart } from "./part.ts";

/** The kernel's main table, the only one that an agent writes to. */
const mainTable = 254;
const atOnce = 256;

/** Routes of the main table that bear one of our protocol numbers. */
export function routesPart(fib: Pick<Fib, "dump" | "apply">, protocols: readonly number[]): CleanupPart {
  const dump = async (): Promise<readonly FibRoute[]> => {
    const all: FibRoute[] = [];
    for (const family of families)
      for (const protocol of protocols) all.push(...(await fib.dump({ family, table: mainTable, protocol })));
    return all;
  };
  return {
    name: "routes",
    find: async () => (await dump()).map(formatRoute),
    async remove() {
      const routes = await dump();
      for (let at = 0; at < routes.length; at += atOnce) {
        const writes = routes.slice(at, at + atOnce).map((route) => ({ kind: "delete", route }) as const);
        const [refused] = (await fib.apply(writes)).filter((answer) => answer !== undefined);
        if (refused) throw refused;
      }
    },
  };
}

/**
 * Whether an address of a workload's interface is one at which a workload finds us as its BGP peer: nobody else gives those interfaces
 * addresses, but for the kernel its link-local ones (RFC 4291 2.5.6).
 */
export function isPeeringAddress({ family, length, a }: Prefix): boolean {
  return length === addressBits[family] && !(family === "ipv6" && a >>> 22 === 0xfe80 >>> 6);
}

/** Objects of a kernel set that are ours. */
export function setPart<V>(name: string, set: KernelSet<V>, owns: (value: V) => boolean): CleanupPart {
  const ours = async (): Promise<readonly (readonly [string, V])[]> =>
    [...(await set.dump())].filter(([, value]) => owns(value));
  return {
    name,
    find: async () => (await ours()).map(([key]) => key),
    async remove() {
      const changes = (await ours()).map(([key, value]) => ({ kind: "delete", key, value }) as const);
      const [refused] = (await set.apply(changes)).filter((answer) => answer !== undefined);
      if (refused) throw refused;
    },
  };
}
