import type { Chain, Hook } from "../../../kernel/nftables/chain.ts";
import type { Expression } from "../../../kernel/nftables/expression.ts";
import type { Rule } from "../../../kernel/nftables/rule.ts";
import { ipv6 } from "../../../net/address.ts";
import { families } from "../../../net/family.ts";
import { prefixOf } from "../../../net/prefix.ts";
import { neighbourDiscoveryTypes } from "../../../policy/evaluate/packet-kind.ts";
import { describeReason } from "../../../policy/evaluate.ts";
import { SERVICE_RANGES } from "../../../policy/set.ts";
import type { FirewallOptions } from "../options.ts";
import { forgedSource, unknownInterface } from "../rule-name.ts";
import { denialAt, denyRule } from "./deny.ts";
import type { FixedSets } from "./fixed-sets.ts";
import { hostDispatchRules, needsQuiet } from "./host-chains.ts";
import { anyAsksAt, type Hosts, othersAskAt } from "./host-gates.ts";
import { clearMark, hasMark, lacksMark, setMark } from "./mark.ts";
import { hostDispatch, names, sourceSets } from "./names.ts";

const ESTABLISHED: Expression = { kind: "ct state", states: ["established", "related"] };

/** What of the workloads matters to the chains that all packets come by. */
export interface Workloads {
  /** Which of the sets of what they may send from there are. */
  readonly sources: { has(set: string): boolean };
  /** Whether any of them may send only so many packets a second, those of established connections too. */
  readonly areRated: boolean;
}

/**
 * The chains that the kernel calls, and how they lead a packet to the chains of its workload or host endpoint, each time by one
 * look-up. What comes from an interface that looks like a workload's but is nobody's is dropped. A hook that nothing needs has no chain.
 *
 *     raw-prerouting ──┬ workload ─ workload-source: may this interface send from this address?
 *                      ╰ host ───── untracked
 *     mangle-prerouting ─ host ──── pre-dnat
 *     input ───────────┬ workload ─ workload-to-host → from-workload → …, then DefaultEndpointToHostAction
 *                      ╰ host ───── normal
 *     forward ─────────┬ in-by-host ── forward
 *                      ├ from-workload → from-cali1 ─ policies, profiles
 *                      ├ to-workload   → to-cali2   ─ policies, profiles → received ─ out-by-host, service-loop
 *                      ╰ out-by-host ─ forward, then service-loop
 *     raw-output, output, mangle-postrouting (what this node translated itself) ─ host
 */
export function baseChains(hosts: Hosts, workers: Workloads, sets: FixedSets, options: FirewallOptions): Chain[] {
  const chains = [
    hooked(names.rawPrerouting, "prerouting", -300, [
      ...unfinal(hosts, "ingress", options),
      ...workloads(options, "iifname", { kind: "goto", chain: names.source }),
      ...hostDispatchRules(hosts, "ingress", "untracked"),
    ]),
    { name: names.source, rules: sourceRules(workers, options) },
    hooked(names.rawOutput, "output", -300, rawOutput(hosts, options)),
    hooked(names.manglePrerouting, "prerouting", -150, preDnat(hosts, options)),
    hooked(names.input, "input", 0, [
      ...workloads(options, "iifname", { kind: "goto", chain: names.toHost }),
      ...letThrough(hosts, options),
      ...hostDispatchRules(hosts, "ingress", "normal"),
    ]),
    { name: names.toHost, rules: toHostRules(options) },
    ...forwardChains(hosts, workers, sets, options),
    { name: names.fromWorkload, rules: dispatch("iifname", names.fromMap, options) },
    { name: names.toWorkload, rules: dispatch("oifname", names.toMap, options) },
    hooked(names.output, "output", 0, output(hosts, options)),
    hooked(names.manglePostrouting, "postrouting", -150, postrouting(hosts, options)),
  ];
  return chains.filter(({ hook, rules }) => !hook || rules.length > 0);
}

function hooked(name: string, point: Hook["point"], priority: number, rules: readonly Rule[]): Chain & { hook?: Hook } {
  return { name, hook: { type: "filter", point, priority, policy: "accept" }, rules };
}

/** What is done with what comes from (or goes to) workloads, told by the beginnings of their interfaces' names. */
function workloads(
  { interfacePrefixes }: FirewallOptions,
  field: "iifname" | "oifname",
  ...then: readonly Expression[]
): Rule[] {
  return interfacePrefixes.map((prefix) => ({
    expressions: [{ kind: "interface", field, name: `${prefix}*` }, ...then],
  }));
}

/** Whether packets may bear the final mark when they come to a filter hook. */
function mayBeFinal(hosts: Hosts): boolean {
  return (
    anyAsksAt(hosts, "ingress", "untracked") ||
    anyAsksAt(hosts, "egress", "untracked") ||
    anyAsksAt(hosts, "ingress", "pre-dnat")
  );
}

/** What a host endpoint has let in before is spared its other ingress policies. */
function letThrough(hosts: Hosts, { marks }: FirewallOptions): Rule[] {
  return mayBeFinal(hosts) ? [{ expressions: [hasMark(marks.final), { kind: "accept" }] }] : [];
}

/** Nobody but our own rules says that a packet is let through for good. */
function unfinal(hosts: Hosts, direction: "ingress" | "egress", { marks }: FirewallOptions): Rule[] {
  const needed = direction === "ingress" ? mayBeFinal(hosts) : anyAsksAt(hosts, "egress", "untracked");
  return needed ? [{ expressions: [clearMark(marks.final)] }] : [];
}

function rawOutput(hosts: Hosts, options: FirewallOptions): Rule[] {
  const asked = hostDispatchRules(hosts, "egress", "untracked");
  if (asked.length === 0) return [];
  return [...unfinal(hosts, "egress", options), ...workloads(options, "oifname", { kind: "accept" }), ...asked];
}

function preDnat(hosts: Hosts, options: FirewallOptions): Rule[] {
  const asked = hostDispatchRules(hosts, "ingress", "pre-dnat");
  if (asked.length === 0) return [];
  const done = anyAsksAt(hosts, "ingress", "untracked") ? letThrough(hosts, options) : [];
  const spared = othersAskAt(hosts, "ingress", "pre-dnat") ? [] : workloads(options, "iifname", { kind: "accept" });
  return [...spared, ...done, ...asked];
}

/** What is for a workload of this node is not policed; what has been translated by this node is asked about when its way is known. */
function output(hosts: Hosts, options: FirewallOptions): Rule[] {
  const asked = hostDispatchRules(hosts, "egress", "normal");
  if (asked.length === 0) return [];
  return [
    ...workloads(options, "oifname", { kind: "accept" }),
    ...letThrough(hosts, options),
    { expressions: [{ kind: "ct status", status: "dnat" }, { kind: "accept" }] },
    ...asked,
  ];
}

/** What was forwarded bears the final mark by now: the rest is this node's own. */
function postrouting(hosts: Hosts, options: FirewallOptions): Rule[] {
  const asked = hostDispatchRules(hosts, "egress", "normal", needsQuiet(hosts, options) ? "/quiet" : "");
  if (asked.length === 0) return [];
  return [
    { expressions: [{ kind: "ct status", status: "dnat", not: true }, { kind: "accept" }] },
    { expressions: [hasMark(options.marks.final), { kind: "accept" }] },
    ...workloads(options, "oifname", { kind: "accept" }),
    ...asked,
  ];
}

function forwardChains(hosts: Hosts, { areRated }: Workloads, sets: FixedSets, options: FirewallOptions): Chain[] {
  const into = hostDispatchRules(hosts, "ingress", "forward");
  const out = hostDispatchRules(hosts, "egress", "forward");
  const spared = othersAskAt(hosts, "ingress", "forward") ? [] : options.interfacePrefixes;
  const noWorkloads = spared.map(
    (prefix): Expression => ({ kind: "interface", field: "iifname", name: `${prefix}*`, not: true }),
  );
  const notLetIn = mayBeFinal(hosts) ? [lacksMark(options.marks.final)] : [];
  const rules: Rule[] = [];
  if (into.length > 0)
    rules.push({ expressions: [...noWorkloads, ...notLetIn, { kind: "jump", chain: hostDispatch("ingress") }] });
  // What comes from an interface that is nobody's has been dropped by its source: this spares all others a look-up.
  if (!areRated) rules.push(...workloads(options, "iifname", ESTABLISHED, { kind: "accept" }));
  rules.push(
    ...workloads(options, "iifname", { kind: "jump", chain: names.fromWorkload }),
    ...workloads(options, "oifname", { kind: "goto", chain: names.toWorkload }),
  );
  if (out.length > 0) rules.push({ expressions: [{ kind: "jump", chain: hostDispatch("egress") }] });
  if (preventsServiceLoop(sets, options)) rules.push({ expressions: [{ kind: "jump", chain: names.serviceLoop }] });
  if (anyAsksAt(hosts, "egress", "normal")) rules.push({ expressions: [setMark(options.marks.final)] });
  return [
    hooked(names.forward, "forward", 0, rules),
    ...(into.length > 0 ? [{ name: hostDispatch("ingress"), rules: into }] : []),
    ...(out.length > 0 ? [{ name: hostDispatch("egress"), rules: out }] : []),
    ...serviceLoop(sets, options),
    ...received(hosts, sets, options),
  ];
}

/** Whether anybody is asked about what a workload's policies let it receive: the host endpoint `*`, or the service loop check. */
export function isReceivedAsked(hosts: Hosts, sets: FixedSets, options: FirewallOptions): boolean {
  return othersAskAt(hosts, "egress", "forward") || preventsServiceLoop(sets, options);
}

/** Where an allow of a receiver leads then. What the node itself receives comes here too, and is asked nothing. */
function received(hosts: Hosts, sets: FixedSets, options: FirewallOptions): Chain[] {
  const rules: Rule[] = [];
  const ask = (chain: string) => rules.push(...workloads(options, "oifname", { kind: "jump", chain }));
  if (othersAskAt(hosts, "egress", "forward")) ask(hostDispatch("egress"));
  if (preventsServiceLoop(sets, options)) ask(names.serviceLoop);
  return rules.length === 0 ? [] : [{ name: names.received, rules: [...rules, { expressions: [{ kind: "accept" }] }] }];
}

function preventsServiceLoop(sets: FixedSets, { serviceLoopPrevention }: FirewallOptions): boolean {
  return serviceLoopPrevention !== "Disabled" && families.some((family) => sets.nameOf(SERVICE_RANGES, family));
}

/**
 * An address of a service that nobody has translated would come back to us from wherever we send it. Only where the packet goes
 * is asked, not how it came to go there (Felix: BlockedCIDRsToIptablesChains).
 */
function serviceLoop(sets: FixedSets, options: FirewallOptions): Chain[] {
  if (!preventsServiceLoop(sets, options)) return [];
  const how = options.serviceLoopPrevention === "Reject" ? "reject" : "drop";
  const name = describeReason({ by: "service loop" });
  const drops = families.flatMap((family) => {
    const key = family === "ipv4" ? (["ip daddr"] as const) : (["ip6 daddr"] as const);
    const set = sets.nameOf(SERVICE_RANGES, family);
    return set === undefined ? [] : [denyRule(name, options, how, [{ kind: "lookup", key, set }])];
  });
  return [{ name: names.serviceLoop, rules: drops }];
}

function dispatch(key: "iifname" | "oifname", map: string, options: FirewallOptions): Rule[] {
  const unknown = denyRule(unknownInterface, options, denialAt("normal", options));
  return [{ expressions: [{ kind: "vmap", key, map }] }, unknown];
}

/** Before conntrack, so that a forged packet cannot even touch the connection it pretends to belong to. */
function sourceRules({ sources }: Workloads, options: FirewallOptions): Rule[] {
  const allowed = (set: string, key: Extract<Expression, { kind: "lookup" }>["key"]): Rule[] =>
    sources.has(set) ? [{ expressions: [{ kind: "lookup", key, set }, { kind: "accept" }] }] : [];
  const { own, spoofable } = sourceSets;
  const rules = [...allowed(own.ipv4, ["iifname", "ip saddr"]), ...allowed(own.ipv6, ["iifname", "ip6 saddr"])];
  for (const prefix of [prefixOf(ipv6(0xfe800000, 0, 0, 0), 10), prefixOf(ipv6(0, 0, 0, 0), 128)]) {
    const link: Expression = { kind: "address", field: "saddr", prefix };
    rules.push({ expressions: [{ kind: "nfproto", family: "ipv6" }, link, { kind: "accept" }], name: "link-local" });
  }
  rules.push(...allowed(spoofable.ipv4, ["ip saddr", "iifname"]), ...allowed(spoofable.ipv6, ["ip6 saddr", "iifname"]));
  return [...rules, denyRule(forgedSource, options, "drop")];
}

function toHostRules(options: FirewallOptions): Rule[] {
  const { endpointToHost } = options;
  const rules: Rule[] = neighbourDiscoveryTypes.map((type) => ({
    expressions: [{ kind: "icmp", family: "ipv6", type }, { kind: "counter" }, { kind: "accept" }],
    name: describeReason({ by: "neighbour discovery" }),
  }));
  rules.push({ expressions: [{ kind: "jump", chain: names.fromWorkload }] });
  const name = describeReason({ by: "endpoint to host action" });
  if (endpointToHost === "Drop") rules.push(denyRule(name, options, denialAt("normal", options)));
  else if (endpointToHost === "Accept") rules.push({ expressions: [{ kind: "counter" }, { kind: "accept" }], name });
  return rules;
}
