import type { Family } from "../../../net/family.ts";
import { formatPrefix, type Prefix } from "../../../net/prefix.ts";
import type { ChainId } from "../../../policy/chain.ts";
import { uniqueId } from "../../../policy/selector/id.ts";
import type { SetId } from "../../../policy/set.ts";

/** The chains that are there whatever the policy says; Calico's names where Calico has such a chain. */
export const names = {
  forward: "cali-FORWARD",
  input: "cali-INPUT",
  source: "cali-PREROUTING",
  postrouting: "cali-POSTROUTING",
  toHost: "cali-wl-to-host",
  from: "cali-from-wl-dispatch",
  to: "cali-to-wl-dispatch",
} as const;

/** The set of the (net, interface) pairs that workloads may send from. */
export const SOURCES: SetId = "workload-sources";

/** The longest name of an ipset (IPSET_MAXNAMELEN less its NUL, linux/netfilter/ipset/ip_set.h). */
const LONGEST_SET = 31;

/** The chain of what an interface's workload sends. An interface name has at most 15 letters, a chain's 28. */
export function fromChain(interfaceName: string): string {
  return `cali-fw-${interfaceName}`;
}

/** The chain of what an interface's workload receives. */
export function toChain(interfaceName: string): string {
  return `cali-tw-${interfaceName}`;
}

/** `cali-pi-` and `cali-po-` of policies, `cali-pri-` and `cali-pro-` of profiles, with a hash of the resource's name. */
export function policyChain(id: ChainId): string {
  const kind = `${id.startsWith("profile/") ? "pr" : "p"}${id.endsWith("/in") ? "i" : "o"}`;
  return `cali-${kind}-${uniqueId("chain", id).slice(6, 24)}`;
}

/** The kernel's set of one family's members: `cali40s:2fl5z2zNsblcH22dih8gxUR`, cut as Calico cuts it. */
export function ipsetName(id: SetId, family: Family): string {
  return `${family === "ipv4" ? "cali40" : "cali60"}${id}`.slice(0, LONGEST_SET);
}

/** A set named by its content. */
export function listId(nets: readonly Prefix[]): SetId {
  return `l:${uniqueId("l", nets.map(formatPrefix).join()).slice(2)}`;
}
