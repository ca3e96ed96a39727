import { protocolNumber } from "../../datastore/model/protocol.ts";
import type { Rule as ModelRule } from "../../datastore/model/rule.ts";
import type { Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import type { Action, Direction, IcmpMatch, Match, Owner, Rule } from "../rule.ts";
import { UNREADABLE } from "./entity-selector.ts";
import { type FieldFault, ruleFault } from "./rule-fault.ts";
import type { SetDefinition } from "./set-definition.ts";
import { compileSide } from "./side.ts";

/** A resource's rules of one direction as the IR has them, and the sets they speak of, each once. */
export interface CompiledRules {
  readonly rules: readonly Rule[];
  readonly sets: ReadonlyMap<string, SetDefinition>;
  /** Why rules were replaced by a deny of everything; fields as `spec.ingress[2].source.selector`. */
  readonly faults: readonly FieldFault[];
}

const actions: Readonly<Record<ModelRule["action"], Action>> = {
  Allow: "allow",
  Deny: "deny",
  Log: "log",
  Pass: "pass",
};

/**
 * Rules in order, each knowing where it came from. A rule that no validation lets through becomes a deny of everything,
 * so that nothing opens by a mistake. A rule about HTTP is left out: it can only allow, and only a proxy could tell.
 */
export function compileRules(owner: Owner, direction: Direction, rules: readonly ModelRule[] = []): CompiledRules {
  const compiled: Rule[] = [];
  const sets = new Map<string, SetDefinition>();
  const faults: FieldFault[] = [];
  for (const [index, rule] of rules.entries()) {
    if (rule.http) continue;
    const origin = { ...owner, direction, index };
    const match = compileMatch(rule, owner.namespace, sets);
    if (match === UNREADABLE) {
      const { field, want } = ruleFault(rule);
      faults.push({ field: `spec.${direction}[${index}]${field && `.${field}`}`, want });
      compiled.push({ match: {}, action: "deny", origin });
    } else if (match) compiled.push({ match, action: actions[rule.action], origin });
  }
  return { rules: compiled, sets, faults };
}

/** What a rule asks; undefined when nothing can meet it. */
function compileMatch(
  rule: ModelRule,
  namespace: string | undefined,
  sets: Map<string, SetDefinition>,
): Match | undefined | typeof UNREADABLE {
  const icmp = icmpMatch(rule.icmp);
  const notIcmp = icmpMatch(rule.notICMP);
  const protocol = rule.protocol === undefined ? undefined : protocolNumber(rule.protocol);
  const notProtocol = rule.notProtocol === undefined ? undefined : protocolNumber(rule.notProtocol);
  if ((rule.protocol !== undefined && !protocol) || (rule.notProtocol !== undefined && !notProtocol)) return UNREADABLE;
  if ((icmp || notIcmp) && protocol !== 1 && protocol !== 58) return UNREADABLE;
  const source = compileSide("source", rule.source ?? {}, namespace, protocol);
  const destination = compileSide("destination", rule.destination ?? {}, namespace, protocol);
  if (source === UNREADABLE || destination === UNREADABLE) return UNREADABLE;
  const told = familyOf(rule, [
    source.match?.nets,
    source.match?.notNets,
    destination.match?.nets,
    destination.match?.notNets,
  ]);
  // ICMP's types are IPv4's and ICMPv6's are IPv6's: a rule about the one in the other is met by nothing.
  const family = icmp || notIcmp ? (protocol === 1 ? "ipv4" : "ipv6") : told;
  if (told && told !== family) return undefined;
  for (const set of [...source.sets, ...destination.sets]) sets.set(set.id, set);
  return {
    ...(family && { family }),
    ...(protocol && { protocol }),
    ...(notProtocol && { notProtocol }),
    ...(source.match && { source: source.match }),
    ...(destination.match && { destination: destination.match }),
    ...(icmp && { icmp }),
    ...(notIcmp && { notIcmp }),
  };
}

/** The family a rule is about: the one it names, else the one that all nets of one of its lists have. */
function familyOf(rule: ModelRule, lists: readonly (readonly Prefix[] | undefined)[]): Family | undefined {
  if (rule.ipVersion) return rule.ipVersion === 4 ? "ipv4" : "ipv6";
  for (const list of lists) {
    const first = list?.[0]?.family;
    if (first && list.every((net) => net.family === first)) return first;
  }
  return undefined;
}

function icmpMatch(icmp: ModelRule["icmp"]): IcmpMatch | undefined {
  if (icmp?.type === undefined) return undefined;
  return { type: icmp.type, ...(icmp.code !== undefined && { code: icmp.code }) };
}
