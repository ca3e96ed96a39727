import type { ChainName } from "../../../kernel/nftables/chain.ts";
import type { Family } from "../../../net/family.ts";
import type { ChainId } from "../../../policy/chain.ts";
import type { Direction, Stage } from "../../../policy/rule.ts";
import { uniqueId } from "../../../policy/selector/id.ts";
import type { SetId, SetKind } from "../../../policy/set.ts";

/** The chains and maps that do not depend on what policies, workloads and host endpoints are called; a hook's chain has its name. */
export const names = {
  rawPrerouting: "raw-prerouting",
  rawOutput: "raw-output",
  manglePrerouting: "mangle-prerouting",
  manglePostrouting: "mangle-postrouting",
  input: "input",
  forward: "forward",
  output: "output",
  natPrerouting: "nat-prerouting",
  natOutput: "nat-output",
  natPostrouting: "nat-postrouting",
  floating: "floating-addresses",
  serviceLoop: "service-loop",
  received: "received",
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

/** What may stand in a chain's name. */
const unspeakable = /[^A-Za-z0-9/_.-]/;

/** The chain of what an interface's workload sends. */
export function fromChain(interfaceName: string): ChainName {
  return `from-${speakable(interfaceName)}`;
}

/** The chain of what an interface's workload receives. */
export function toChain(interfaceName: string): ChainName {
  return `to-${speakable(interfaceName)}`;
}

/**
 * The chain of a host endpoint's gate: `host/eth0/in`, `host/eth0/out/forward`, and `hosts/in` for the one of `*`. `after` tells apart
 * chains of the same gate.
 */
export function hostChain(interfaceName: string, direction: Direction, stage: Stage, after = ""): ChainName {
  const whose = interfaceName === "*" ? "hosts" : `host/${speakable(interfaceName)}`;
  return `${whose}/${way[direction]}${stage === "normal" ? "" : `/${stage}`}${after}`;
}

/** The map from the interfaces of host endpoints to their chains at a stage: `host-in`, `host-out-forward`. */
export function hostMap(direction: Direction, stage: Stage, after = ""): string {
  return `host-${way[direction]}${stage === "normal" ? "" : `-${stage}`}${after}`;
}

/** The chain that leads forwarded packets to their interface's host endpoint. */
export function hostDispatch(direction: Direction): ChainName {
  return `${way[direction]}-by-host`;
}

/** The chain of the ports that no policy can close, as a stage needs it. */
export function failsafeChain(direction: Direction, stage: Stage): ChainName {
  return `failsafe-${way[direction]}${stage === "normal" ? "" : `/${stage}`}`;
}

const way = { ingress: "in", egress: "out" } as const;

/** An interface's name as part of a chain's: Linux allows more characters than nft. */
function speakable(interfaceName: string): string {
  if (!unspeakable.test(interfaceName)) return interfaceName;
  return `${interfaceName.replace(new RegExp(unspeakable, "g"), "_")}_${uniqueId("if", interfaceName).slice(3, 11)}`;
}

/** The chain of a policy or profile in one direction: `np/ns1/web/in`, cut and ending in a hash when too long. */
export function policyChain(id: ChainId): ChainName {
  return fitting(id, LONGEST);
}

/** A copy of it that no rule of rejects anything, for hooks where nothing can be rejected. */
export function quietChain(id: ChainId): ChainName {
  return `${fitting(id, LONGEST - 6)}/quiet`;
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
