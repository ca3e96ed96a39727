import { isLinkLocal, sameAddress } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { type Prefix, prefixOf } from "../../net/prefix.ts";

/** An address of this host, with the name of its interface and the length of its link's prefix. */
export interface HostAddress {
  readonly interfaceName: string;
  readonly prefix: Prefix;
}

/** The node's address in a family, or why there is none. */
export type OwnAddress = { readonly prefix: Prefix | undefined } | { readonly problem: string };

/** Interfaces that never carry a node's address (Calico's DEFAULT_INTERFACES_TO_EXCLUDE). */
const excluded = /^(lo$|docker|cbr|dummy|virbr|lxcbr|veth|cali|tunl|flannel|kube-ipvs|cni|vxlan|wireguard)/;

/**
 * The node's BGP address in a family: the one given, with the length its interface has for it; or the only candidate when it is
 * to be detected. Of several candidates none is taken: the wrong one would announce pods where nobody finds them.
 */
export function ownAddress(
  family: Family,
  wanted: Prefix | "autodetect" | "none",
  host: readonly HostAddress[],
): OwnAddress {
  if (wanted === "none") return { prefix: undefined };
  if (wanted !== "autodetect") {
    const bits = family === "ipv4" ? 32 : 128;
    const there = host.find(({ prefix }) => prefix.family === family && sameAddress(prefix, wanted));
    return { prefix: wanted.length < bits || !there ? wanted : prefixOf(wanted, there.prefix.length) };
  }
  const candidates = host.filter(
    ({ interfaceName, prefix }) => prefix.family === family && !isLinkLocal(prefix) && !excluded.test(interfaceName),
  );
  if (candidates.length === 1) return { prefix: candidates[0]!.prefix };
  const variable = family === "ipv4" ? "IP" : "IP6";
  const found = candidates.map(({ interfaceName, prefix }) => `${formatAddress(prefix)} (${interfaceName})`).join(", ");
  const how = `${variable}=<address> or ${variable}=none would be right`;
  return {
    problem:
      found === ""
        ? `${variable}=autodetect: no address found; ${how}`
        : `${variable}=autodetect: several addresses: ${found}; ${how}`,
  };
}
