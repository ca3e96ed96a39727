import type { Address } from "../net/address.ts";
import { nthAddress, type Prefix } from "../net/prefix.ts";
import { affinityOf, ownerAt } from "./block.ts";
import type { PlacedBlock } from "./show.ts";

/** One address that somebody has: where, whose, and under which number it was given. */
export interface Held {
  readonly address: Address;
  readonly block: Prefix;
  /** Empty when there is none. */
  readonly handle: string;
  /** The block's number when it was given; tells this allocation from a later one of the same address. */
  readonly sequence: bigint;
  /** The node noted beside it, else the host of the block, else empty. */
  readonly node: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What an allocation is for, as far as its notes say. */
export type Purpose = "pod" | "tunnel" | "load-balancer" | "virtual-machine" | "reserved" | "unknown";

const tunnelHandle = /^(ipip|vxlan|vxlan-v6|wireguard|wireguard-v6)-tunnel-addr-/;
/** Under this handle Calico for Windows keeps the addresses of a block that Windows takes for itself. */
const windowsHandle = "windows-reserved-ipam-handle";

/** Every address that somebody has, in the order of the blocks; those that cool down are nobody's. */
export function allocationsIn(blocks: readonly PlacedBlock[]): readonly Held[] {
  return blocks.flatMap(({ cidr, block }) => {
    const host = /^host:(.*)$/.exec(affinityOf(block) ?? "")?.[1] ?? "";
    return block.allocations.flatMap((_, ordinal): Held[] => {
      const owner = ownerAt(block, ordinal);
      if (!owner) return [];
      const attributes = owner.secondary ?? {};
      const sequence = block.sequenceNumberForAllocation?.[ordinal] ?? 0n;
      const node = attributes["node"] || host;
      return [
        { address: nthAddress(cidr, ordinal), block: cidr, handle: owner.handle_id ?? "", sequence, node, attributes },
      ];
    });
  });
}

/** What an allocation is for (Calico kube-controllers ipam_allocation.go; attributes of backend/model/block.go). */
export function purposeOf({ handle, attributes }: Pick<Held, "handle" | "attributes">): Purpose {
  const type = attributes["type"] ?? "";
  if (handle === windowsHandle) return "reserved";
  if (type.endsWith("TunnelAddress") || tunnelHandle.test(handle)) return "tunnel";
  if (type === "loadBalancer-service" || attributes["service"]) return "load-balancer";
  if (attributes["vmi-name"] || attributes["vm-uid"]) return "virtual-machine";
  return attributes["pod"] && attributes["namespace"] ? "pod" : "unknown";
}
