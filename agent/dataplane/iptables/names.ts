import type { TableName } from "../../../kernel/iptables/table.ts";
import type { Family } from "../../../net/family.ts";
import type { Chain, ChainId } from "../../../policy/chain.ts";
import type { Direction, Stage } from "../../../policy/rule.ts";
import { uniqueId } from "../../../policy/selector/id.ts";
import type { SetId } from "../../../policy/set.ts";

/** The chains that do not belong to one policy or one interface; Calico's names where Calico has such a chain. */
export const names = {
  prerouting: "cali-PREROUTING",
  input: "cali-INPUT",
  forward: "cali-FORWARD",
  output: "cali-OUTPUT",
  postrouting: "cali-POSTROUTING",
  sourceCheck: "cali-rpf-check",
  toHost: "cali-wl-to-host",
  fromWorkload: "cali-from-wl-dispatch",
  toWorkload: "cali-to-wl-dispatch",
  toWorkloadLimit: "cali-to-wl-limit",
  fromHost: "cali-from-host-endpoint",
  toHostEndpoint: "cali-to-host-endpoint",
  fromHostForward: "cali-from-hep-forward",
  toHostForward: "cali-to-hep-forward",
  failsafeIn: "cali-failsafe-in",
  failsafeOut: "cali-failsafe-out",
  allowed: "cali-allowed",
  serviceLoop: "cali-cidr-block",
  floatingDnat: "cali-fip-dnat",
  floatingSnat: "cali-fip-snat",
  natOutgoing: "cali-nat-outgoing",
} as const;

/** The set of the (net, interface) pairs that workloads may send from. */
export const SOURCES: SetId = "workload-sources";

/** The longest name of an ipset (IPSET_MAXNAMELEN less its NUL, linux/netfilter/ipset/ip_set.h). */
const LONGEST_SET = 31;
/** The longest name of a chain (XT_EXTENSION_MAXNAMELEN less its NUL, linux/netfilter/x_tables.h). */
const LONGEST_CHAIN = 28;

/** The chain of what an interface's workload sends. */
export function fromChain(interfaceName: string): string {
  return fitting("cali-fw-", interfaceName);
}

/** The chain of what an interface's workload receives. */
export function toChain(interfaceName: string): string {
  return fitting("cali-tw-", interfaceName);
}

/** The chain of a host endpoint's interface at a stage: `cali-fh-eth0`; of forwarded traffic `cali-fhfw-eth0`. */
export function hostChain(interfaceName: string, stage: Stage, direction: Direction): string {
  const way = `cali-${direction === "ingress" ? "f" : "t"}h${stage === "forward" ? "fw" : ""}-`;
  return fitting(way, interfaceName === "*" ? "any-interface-at-all" : interfaceName);
}

/** The chain in which the host endpoint of a packet's interface is found, at a stage. */
export function hostDispatch(stage: Stage, direction: Direction): string {
  if (stage === "forward") return direction === "ingress" ? names.fromHostForward : names.toHostForward;
  return direction === "ingress" ? names.fromHost : names.toHostEndpoint;
}

/** The table in which a stage is asked. */
export const tableOfStage: { readonly [S in Stage]: TableName } = {
  normal: "filter",
  forward: "filter",
  untracked: "raw",
  "pre-dnat": "mangle",
};

/**
 * `cali-pi-gnp/default.web` and `cali-po-…` of policies, `cali-pri-kns.shop` and `cali-pro-…` of profiles, as Calico names
 * them: with kind and namespace. Too long a name gives way to a hash: `cali-pi-_vT0a…`. Of the stages only `forward` shares its
 * table and direction with another.
 */
export function policyChain(id: ChainId): string {
  const [, place, way, stage] = /^(.*)\/(in|out)(?:\/([a-z-]+))?$/.exec(id) ?? [];
  const profile = /^profile\/(.*)$/.exec(place!)?.[1];
  const end = stage === "forward" ? "/fw" : "";
  return fitting(`cali-${profile ? "pr" : "p"}${way === "in" ? "i" : "o"}-`, `${profile ?? place}${end}`);
}

/** The tables a chain of rules is always in. */
export function tableOf(chain: Chain): TableName {
  return tableOfStage[chain.stage];
}

/**
 * The kernel's set of one family's members: `cali40s:2fl5z2zNsblcH22dih8gxUR`, a hash cut as Calico cuts it; another name that
 * is too long becomes a hash.
 */
export function ipsetName(id: SetId, family: Family): string {
  const name = `${family === "ipv4" ? "cali40" : "cali60"}${id}`;
  if (name.length <= LONGEST_SET || /^[a-z]+:[\w-]{38}$/.test(id)) return name.slice(0, LONGEST_SET);
  return `${name.slice(0, 6)}${uniqueId("h", id)}`.slice(0, LONGEST_SET);
}

/** A set named by its content. */
export function listId(members: readonly string[]): SetId {
  return uniqueId("l", members.join());
}

/** What Calico does with a name that is too long (libcalico-go/lib/hash GetLengthLimitedID). */
function fitting(front: string, name: string): string {
  if (front.length + name.length <= LONGEST_CHAIN && !name.startsWith("_")) return front + name;
  return `${front}_${uniqueId("chain", name).slice(6)}`.slice(0, LONGEST_CHAIN);
}
