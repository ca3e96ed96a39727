import type * as z from "zod";
import type { Family } from "../../net/family.ts";
import { parsePrefix } from "../../net/prefix.ts";
import type { EntityRule } from "./entity-rule.ts";
import { hasPorts, type Protocol, protocolNumber } from "./protocol.ts";
import type { Rule } from "./rule.ts";

type Complain = (path: readonly string[], message: string) => void;
const sides = ["source", "destination"] as const;

function familyOf(net: string): Family | undefined {
  return parsePrefix(net)?.family;
}

function checkFamilies(rule: Rule, complain: Complain): void {
  let family: Family | undefined = rule.ipVersion && (rule.ipVersion === 4 ? "ipv4" : "ipv6");
  const why = family ? `ipVersion is ${rule.ipVersion}` : "a rule may not mix IPv4 and IPv6 nets";
  for (const side of sides) {
    for (const field of ["nets", "notNets"] as const) {
      for (const [i, net] of (rule[side]?.[field] ?? []).entries()) {
        const found = familyOf(net);
        if (found && family && found !== family) complain([side, field, String(i)], why);
        family ??= found;
      }
    }
  }
}

function checkIcmp(rule: Rule, complain: Complain): void {
  for (const [field, protocol] of [
    ["icmp", rule.protocol],
    ["notICMP", rule.protocol],
  ] as const) {
    const icmp = rule[field];
    if (!icmp) continue;
    const number = protocol === undefined ? undefined : protocolNumber(protocol);
    if (number !== 1 && number !== 58) complain([field], "needs protocol ICMP or ICMPv6");
    if (icmp.code !== undefined && icmp.type === undefined) complain([field, "code"], "a code needs a type");
  }
  if (rule.ipVersion === undefined || rule.protocol === undefined) return;
  const number = protocolNumber(rule.protocol);
  if (number === 1 && rule.ipVersion === 6) complain(["protocol"], "ipVersion 6 wants ICMPv6");
  if (number === 58 && rule.ipVersion === 4) complain(["protocol"], "ipVersion 4 wants ICMP");
}

function checkPorts(entity: EntityRule, protocol: Protocol | undefined, path: string, complain: Complain): void {
  for (const field of ["ports", "notPorts"] as const) {
    if (!entity[field]?.length) continue;
    if (protocol === undefined || !hasPorts(protocol)) complain([path, field], "ports need protocol TCP, UDP or SCTP");
  }
}

function checkEntity(entity: EntityRule, path: string, complain: Complain): void {
  for (const [i, net] of (entity.notNets ?? []).entries()) {
    if (parsePrefix(net)?.length === 0) complain([path, "notNets", String(i)], "leaves nothing to match");
  }
  if (!entity.services) return;
  const others = [
    "nets",
    "notNets",
    "selector",
    "notSelector",
    "namespaceSelector",
    "serviceAccounts",
    "ports",
    "notPorts",
  ];
  for (const field of others) {
    const value = entity[field as keyof EntityRule];
    const given = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== "";
    if (given) complain([path, field], "may not stand beside services");
  }
}

/**
 * Checks the fields of a rule against each other and adds an issue for each contradiction: ports need a protocol that has
 * them, ICMP fields need ICMP, services stand alone, one address family a rule, no net that excludes everything, http
 * only with Allow and TCP. Source: Calico libcalico-go/lib/validator/v3.
 */
export function checkRule(rule: Rule, context: z.core.$RefinementCtx): void {
  const complain: Complain = (path, message) => {
    const at = path.map((step) => (/^[0-9]+$/.test(step) ? Number(step) : step));
    context.addIssue({ code: "custom", path: at, message });
  };
  checkFamilies(rule, complain);
  checkIcmp(rule, complain);
  for (const side of sides) {
    const entity = rule[side];
    if (!entity) continue;
    checkPorts(entity, rule.protocol, side, complain);
    checkEntity(entity, side, complain);
  }
  if (!rule.http) return;
  if (rule.action !== "Allow") complain(["http"], "needs action Allow");
  if (rule.protocol !== undefined && protocolNumber(rule.protocol) !== 6) complain(["http"], "needs protocol TCP");
}
