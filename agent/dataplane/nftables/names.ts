import type { ChainName } from "../../../kernel/nftables/chain.ts";
import type { Family } from "../../../net/family.ts";
import type { ChainId } from "../../../policy/chain.ts";
import { uniqueId } from "../../../policy/selector/id.ts";
import type { SetId, SetKind } from "../../../policy/set.ts";

/** The chains and maps that are there whatever the policy says. */
export const names = {
  prerouting: "prerouting",
  input: "input",
  forward: "forward",
  postrouting: "postrouting",
  source: "workload-source",
  toHost: "workload-to-host",
  fromWorkload: "from-workload",
  toWorkload: "to-workload",
  fromMap: "from-workload-interface",
  toMap: "to-workload-interface",
} as const;

/** The sets of addresses that interfaces may send from; `spoofable` hold prefixes. */
export const sourceSets = {
  own: { ipv4: "workload-sources-v4", ipv6: "workload-sources-v6" },
  spoofable: { ipv4: "spoofable-sources-v4", ipv6: "spoofable-sources-v6" },
} as const;

/** The longest name of a chain or set. */
const LONGEST = 127;

/** The chain of what an interface's workload sends. */
export function fromChain(interfaceName: string): ChainName {
  return `from-${interfaceName}`;
}

/** The chain of what an interface's workload receives. */
export function toChain(interfaceName: string): ChainName {
  return `to-${interfaceName}`;
}

/** The chain of a policy or profile in one direction: `np/ns1/web/in`, cut and ending in a hash when too long. */
export function policyChain(id: ChainId): ChainName {
  return fitting(id, LONGEST);
}

/**
 * The kernel's set of one family's members: `s-5y5I3V…-v4`, and `s-5y5I3V…-nets-v4` while there are prefixes among them:
 * a set cannot change its kind, so each kind has a name of its own.
 */
export function memberSet(id: SetId, kind: SetKind, family: Family): string {
  const what = kind === "net" ? "-nets" : "";
  return `${fitting(id.replace(":", "-"), LONGEST - 8)}${what}-${family === "ipv4" ? "v4" : "v6"}`;
}

/** A set named by its content, so that equal lists share one: `nets-Kw3…-v4`, `ports-x0d…`. */
export function listSet(what: "nets" | "ports", elements: readonly string[], family?: Family): string {
  const hash = uniqueId(what, elements.join()).slice(what.length + 1, what.length + 17);
  return `${what}-${hash}${family ? (family === "ipv4" ? "-v4" : "-v6") : ""}`;
}

function fitting(name: string, longest: number): string {
  if (name.length <= longest) return name;
  return `${name.slice(0, longest - 17)}_${uniqueId("name", name).slice(5, 21)}`;
}
