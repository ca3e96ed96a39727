import type { EntityRule } from "../model/entity-rule.ts";
import { protocolNumber } from "../model/protocol.ts";
import type { Rule } from "../model/rule.ts";
import type { Complain } from "./fault.ts";
import { checkRuleNets } from "./net.ts";

/** The side of a rule that may name services: whom the traffic comes from, or goes to. */
const serviceSide = { ingress: "source", egress: "destination" } as const;

function checkEntity(entity: EntityRule, path: readonly PropertyKey[], complain: Complain): void {
  checkRuleNets(entity.nets ?? [], [...path, "nets"], complain);
  checkRuleNets(entity.notNets ?? [], [...path, "notNets"], complain);
  for (const field of ["ports", "notPorts"] as const) {
    for (const [i, port] of (entity[field] ?? []).entries()) {
      if (/^0(:|$)/.test(String(port))) complain([...path, field, i], "a port 1 to 65535 is wanted");
    }
  }
  const spaces = entity.namespaceSelector ?? "";
  if (/global\s*\(\s*\)/.test(spaces) && !/^\s*global\s*\(\s*\)\s*$/.test(spaces))
    complain([...path, "namespaceSelector"], "global() must stand alone");
}

function checkHttp(http: NonNullable<Rule["http"]>, path: readonly PropertyKey[], complain: Complain): void {
  const methods = http.methods ?? [];
  if (new Set(methods).size < methods.length) complain([...path, "methods"], "each method may stand once");
  for (const [i, { exact, prefix }] of (http.paths ?? []).entries()) {
    const at = [...path, "paths", i];
    if (exact && prefix) complain(at, "either exact or prefix is wanted, not both");
    else if (!exact && !prefix) complain(at, "exact or prefix is wanted");
    else if (!/^\/[^? #]*$/.test(exact || prefix || ""))
      complain([...at, exact ? "exact" : "prefix"], "a path begins with '/' and has no '?', '#' or space");
  }
}

function checkIcmpFamily(rule: Rule, path: readonly PropertyKey[], complain: Complain): void {
  if (rule.ipVersion === undefined || rule.notProtocol === undefined) return;
  const number = protocolNumber(rule.notProtocol);
  if (number === 1 && rule.ipVersion === 6) complain([...path, "notProtocol"], "ICMP wants ipVersion 4");
  if (number === 58 && rule.ipVersion === 4) complain([...path, "notProtocol"], "ICMPv6 wants ipVersion 6");
}

/** Complains of what Calico's validator does not let people write in rules, one direction's or a profile's. */
export function checkRules(rules: readonly Rule[], path: readonly PropertyKey[], complain: Complain): void {
  for (const [i, rule] of rules.entries()) {
    const at = [...path, i];
    for (const side of ["source", "destination"] as const) {
      const entity = rule[side];
      if (entity) checkEntity(entity, [...at, side], complain);
    }
    checkIcmpFamily(rule, at, complain);
    if (rule.http) checkHttp(rule.http, [...at, "http"], complain);
  }
}

/** Complains of what only a policy's rules may not have: services on the wrong side, http in egress. */
export function checkDirection(direction: "ingress" | "egress", rules: readonly Rule[], complain: Complain): void {
  const allowed = serviceSide[direction];
  for (const [i, rule] of rules.entries()) {
    const wrong = allowed === "source" ? "destination" : "source";
    if (rule[wrong]?.services)
      complain(["spec", direction, i, wrong, "services"], `${direction} rules may name services only in ${allowed}`);
    if (direction === "egress" && rule.http)
      complain(["spec", direction, i, "http"], "only ingress rules may look at HTTP");
  }
}
