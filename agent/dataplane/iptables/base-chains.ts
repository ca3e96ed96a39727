import type { Hook, RuleText, TableName } from "../../../kernel/iptables/table.ts";
import type { Family } from "../../../net/family.ts";
import type { FloatingAddress } from "../../../policy/chain.ts";
import { neighbourDiscoveryTypes } from "../../../policy/evaluate/packet-kind.ts";
import type { Direction, Stage } from "../../../policy/rule.ts";
import { SERVICE_RANGES, type SetId } from "../../../policy/set.ts";
import type { FirewallOptions } from "../options.ts";
import { forgedSource } from "../rule-name.ts";
import { failsafeRules } from "./host-chain.ts";
import { hostDispatch, ipsetName, names, SOURCES } from "./names.ts";
import { natTable } from "./nat-table.ts";
import { clearMark, comment, has, hasNone, rule, setMark } from "./rule-text.ts";
import { deny, drop, refuse } from "./verdict.ts";

/** What the policy has that decides which chains are needed at all. */
export interface Needs {
  /** Whether any host endpoint has something to say at this stage. */
  asks(stage: Stage, direction: Direction): boolean;
  /** Whether the host endpoint of all other interfaces has: those of workloads are among them. */
  othersAsk(stage: Stage, direction: Direction): boolean;
  /** Whether the policy has told of this set. */
  knows(set: SetId): boolean;
  /** Whether any endpoint may receive only so many packets a second. */
  readonly isLimited: boolean;
  /** The family's, none of whose external addresses is there twice. */
  readonly floating: readonly OwnedFloatingAddress[];
}

/** A floating address and the endpoint it means, which is `namespace/name`. */
export interface OwnedFloatingAddress extends FloatingAddress {
  readonly endpoint: string;
}

/** Our part of one table: chains by name, and the rules that lead to them. Empty where nothing is needed. */
export interface BaseTable {
  readonly chains: ReadonlyMap<string, readonly RuleText[]>;
  readonly hooks: readonly Hook[];
}

/**
 * The chains that belong to no single policy and no single interface. `→` is a dispatch tree that finds the interface's chain.
 *
 *     raw      PREROUTING  cali-PREROUTING ─ clear our marks; workloads: cali-rpf-check; others → untracked
 *              OUTPUT      cali-OUTPUT ─ → untracked
 *     mangle   PREROUTING  cali-PREROUTING ─ → pre-dnat
 *              POSTROUTING cali-POSTROUTING ─ → normal egress of what the node sends and DNAT has translated
 *     nat      PREROUTING, OUTPUT, POSTROUTING: floating addresses, natOutgoing
 *     filter   INPUT       cali-INPUT ─ workloads: cali-wl-to-host; others → normal
 *              FORWARD     cali-FORWARD ─ → forward → from workload → to workload → forward; cali-cidr-block; …; accept if marked
 *              OUTPUT      cali-OUTPUT ─ → normal
 */
export function baseTables(family: Family, needs: Needs, options: FirewallOptions): ReadonlyMap<TableName, BaseTable> {
  return new Map([
    ["raw", rawTable(family, needs, options)],
    ["mangle", mangleTable(family, needs, options)],
    ["nat", natTable(family, needs, options)],
    ["filter", filterTable(family, needs, options)],
  ]);
}

/** The order in which workloads' interfaces are told from all others. */
function each({ interfacePrefixes }: FirewallOptions, flag: "-i" | "-o", then: RuleText): RuleText[] {
  return interfacePrefixes.map((prefix) => `${flag} ${prefix}+ ${then}`);
}

const first = (chain: Hook["chain"], to: string): Hook => ({ chain, rule: `-j ${to}`, place: "first" });

/** Before conntrack: may this interface send from this address? And what host endpoints say of untracked packets. */
function rawTable(family: Family, needs: Needs, options: FirewallOptions): BaseTable {
  const { accept, pass, final } = options.marks;
  const linkLocal = family === "ipv6" ? ["fe80::/10", "::/128"] : [];
  const chains = new Map<string, RuleText[]>();
  const hooks = [first("PREROUTING", names.prerouting)];
  chains.set(names.prerouting, [clearMark(accept | pass | final), ...each(options, "-i", `-g ${names.sourceCheck}`)]);
  chains.set(names.sourceCheck, [
    `-m set --match-set ${ipsetName(SOURCES, family)} src,src -j RETURN`,
    ...linkLocal.map((net) => rule(`-s ${net}`, comment("link-local"), "-j RETURN")),
    ...drop(forgedSource, "", options),
  ]);
  const ask = [`-j ${names.fromHost}`, rule(has(final), "-j ACCEPT")];
  if (needs.asks("untracked", "ingress")) {
    chains.get(names.prerouting)!.push(...ask);
    chains.set(names.failsafeIn, failsafeRules("ingress", "raw", family, options));
  }
  if (needs.asks("untracked", "egress")) {
    chains.set(names.output, [clearMark(final), `-j ${names.toHostEndpoint}`, rule(has(final), "-j ACCEPT")]);
    chains.set(names.failsafeOut, failsafeRules("egress", "raw", family, options));
    hooks.push(first("OUTPUT", names.output));
  }
  return { chains, hooks };
}

/** Before DNAT, and after it for what the node sends itself. */
function mangleTable(family: Family, needs: Needs, options: FirewallOptions): BaseTable {
  const chains = new Map<string, RuleText[]>();
  const hooks: Hook[] = [];
  const { final } = options.marks;
  const on = options.preDnatAllowAction === "Return" ? "-j RETURN" : "-j ACCEPT";
  if (needs.asks("pre-dnat", "ingress")) {
    chains.set(names.prerouting, [
      rule("-m conntrack --ctstate RELATED,ESTABLISHED", on),
      rule(has(final), on),
      `-j ${names.fromHost}`,
      rule(has(final), on),
    ]);
    chains.set(names.failsafeIn, failsafeRules("ingress", "mangle", family, options));
    hooks.push(first("PREROUTING", names.prerouting));
  }
  if (needs.asks("normal", "egress")) {
    chains.set(names.postrouting, [rule(has(askAfterNat(options)), `-j ${names.toHostEndpoint}`)]);
    chains.set(names.failsafeOut, failsafeRules("egress", "mangle", family, options));
    hooks.push(first("POSTROUTING", names.postrouting));
  }
  return { chains, hooks };
}

/**
 * How the filter table tells the mangle table that a packet of the node's own is still to be asked about: by all our bits. No
 * packet that is forwarded to an interface of the host's leaves with all of them.
 */
function askAfterNat({ marks: { accept, pass, final } }: FirewallOptions): number {
  return (accept | pass | final) >>> 0;
}

function filterTable(family: Family, needs: Needs, options: FirewallOptions): BaseTable {
  const { allowAction, marks } = options;
  const chains = new Map<string, RuleText[]>();
  const hooks = [first("INPUT", names.input), first("FORWARD", names.forward)];
  chains.set(names.input, inputRules(needs, options));
  chains.set(names.toHost, toHostRules(family, options));
  chains.set(names.forward, forwardRules(needs, options));
  if (allowAction === "Accept") {
    const rest = rule(has(marks.accept), comment("policy allowed it"), "-j ACCEPT");
    hooks.push({ chain: "FORWARD", rule: rest, place: "last" });
  }
  const loops = serviceLoopRules(family, needs, options);
  if (options.serviceLoopPrevention !== "Disabled") chains.set(names.serviceLoop, loops(""));
  const othersAsk = needs.othersAsk("forward", "egress");
  if (allowAction === "Accept" && (othersAsk || options.serviceLoopPrevention !== "Disabled"))
    chains.set(names.allowed, [
      ...(othersAsk ? each(options, "-o", `-j ${hostDispatch("forward", "egress")}`) : []),
      ...options.interfacePrefixes.flatMap((prefix) => loops(`-o ${prefix}+`)),
      "-j ACCEPT",
    ]);
  if (needs.asks("normal", "ingress"))
    chains.set(names.failsafeIn, failsafeRules("ingress", "filter", family, options));
  if (needs.asks("normal", "egress")) {
    chains.set(names.output, outputRules(needs, options));
    chains.set(names.failsafeOut, failsafeRules("egress", "filter", family, options));
    hooks.push(first("OUTPUT", names.output));
  }
  return { chains, hooks };
}

function inputRules(needs: Needs, options: FirewallOptions): RuleText[] {
  const rules = each(options, "-i", `-g ${names.toHost}`);
  if (!needs.asks("normal", "ingress")) return rules;
  if (mayBeLetIn(needs)) rules.push(rule(has(options.marks.final), onward(options)));
  return [...rules, `-j ${names.fromHost}`];
}

function toHostRules(family: Family, options: FirewallOptions): RuleText[] {
  const name = "DefaultEndpointToHostAction";
  const discovery = neighbourDiscoveryTypes.map((type) =>
    rule(`-p icmpv6 -m icmp6 --icmpv6-type ${type}`, comment("neighbour discovery"), "-j ACCEPT"),
  );
  const rules = [...(family === "ipv6" ? discovery : []), `-j ${names.fromWorkload}`];
  if (options.endpointToHost === "Drop") rules.push(...deny(name, "", "filter", options));
  if (options.endpointToHost === "Accept") rules.push(rule(comment(name), "-j ACCEPT"));
  return rules;
}

/** What host endpoints let in before conntrack or DNAT is spared their later gates, never those of workloads. */
function forwardRules(needs: Needs, options: FirewallOptions): RuleText[] {
  const spared = mayBeLetIn(needs) ? hasNone(options.marks.final) : "";
  return [
    ...(needs.isLimited ? each(options, "-o", `-j ${names.toWorkloadLimit}`) : []),
    ...(needs.asks("forward", "ingress") ? [rule(spared, `-j ${hostDispatch("forward", "ingress")}`)] : []),
    ...each(options, "-i", `-j ${names.fromWorkload}`),
    ...each(options, "-o", `-j ${names.toWorkload}`),
    ...(needs.asks("forward", "egress") ? [`-j ${hostDispatch("forward", "egress")}`] : []),
    ...(options.serviceLoopPrevention === "Disabled" ? [] : [`-j ${names.serviceLoop}`]),
  ];
}

function outputRules(needs: Needs, options: FirewallOptions): RuleText[] {
  const { accept, pass, final } = options.marks;
  return [
    ...each(options, "-o", "-j RETURN"),
    ...(needs.asks("untracked", "egress") ? [rule(has(final), onward(options))] : []),
    clearMark(accept | pass | final),
    `-m conntrack ! --ctstate DNAT -j ${names.toHostEndpoint}`,
    rule(has(accept), onward(options)),
    rule("-m conntrack --ctstate DNAT", setMark(askAfterNat(options))),
  ];
}

function mayBeLetIn(needs: Needs): boolean {
  return needs.asks("untracked", "ingress") || needs.asks("pre-dnat", "ingress");
}

function onward({ allowAction }: FirewallOptions): RuleText {
  return allowAction === "Return" ? "-j RETURN" : "-j ACCEPT";
}

/** Drops what is about to leave for a service's address, however it came to go there (Felix: BlockedCIDRsToIptablesChains). */
function serviceLoopRules(family: Family, needs: Needs, options: FirewallOptions): (when: RuleText) => RuleText[] {
  if (!needs.knows(SERVICE_RANGES)) return () => [];
  const target = options.serviceLoopPrevention === "Reject" ? "-j REJECT" : "-j DROP";
  const circles = `-m set --match-set ${ipsetName(SERVICE_RANGES, family)} dst`;
  return (when) => refuse("service loop", rule(when, circles), target, options);
}
