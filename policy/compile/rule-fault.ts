import type { EntityRule } from "../../datastore/model/entity-rule.ts";
import { protocolNumber } from "../../datastore/model/protocol.ts";
import type { Rule } from "../../datastore/model/rule.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { describeFault, parseSelector } from "../selector/parse.ts";

/** A field that cannot be read, below its resource or rule, and what would have been right. */
export interface FieldFault {
  /** Such as `source.selector`; empty when it is the whole. */
  readonly field: string;
  readonly want: string;
}

const selectors = ["selector", "notSelector", "namespaceSelector"] as const;

/** What is wrong with the selector in a field, or undefined. */
export function selectorFault(field: string, text: string | undefined): FieldFault | undefined {
  const parsed = text ? parseSelector(text) : undefined;
  return parsed && "fault" in parsed ? { field, want: describeFault(parsed.fault) } : undefined;
}

/** Why a rule was replaced by a deny of everything: the first of its fields that cannot be read. */
export function ruleFault(rule: Rule): FieldFault {
  for (const field of ["protocol", "notProtocol"] as const) {
    const protocol = rule[field];
    if (protocol !== undefined && protocolNumber(protocol) === undefined) {
      return { field, want: "TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or 1 to 255" };
    }
  }
  for (const name of ["source", "destination"] as const) {
    const fault = sideFault(rule[name] ?? {});
    if (fault) return { ...fault, field: `${name}.${fault.field}` };
  }
  return { field: "", want: "fields that go together: ports and ICMP's types need a protocol that has them" };
}

function sideFault(side: EntityRule): FieldFault | undefined {
  for (const field of selectors) {
    const fault = selectorFault(field, side[field]);
    if (fault) return fault;
  }
  const accounts = selectorFault("serviceAccounts.selector", side.serviceAccounts?.selector);
  if (accounts) return accounts;
  for (const field of ["nets", "notNets"] as const) {
    const at = (side[field] ?? []).findIndex((net) => !parsePrefix(net));
    if (at >= 0) return { field: `${field}[${at}]`, want: "a CIDR such as 10.0.0.0/8" };
  }
  return side.services ? { field: "services", want: "a service with its namespace and nothing beside it" } : undefined;
}
