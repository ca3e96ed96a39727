import type { Address } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { Selector } from "../selector/ast.ts";
import { canonicalText } from "../selector/canonical.ts";
import { selectorId, uniqueId } from "../selector/id.ts";
import type { SetId, SetMember } from "../set.ts";

/** A port by name, of one protocol. */
export interface NamedPort {
  /** 6, 17 or 132. */
  readonly protocol: number;
  readonly name: string;
}

/**
 * What is in a set: the addresses of everything a selector selects, or the (address, protocol, port) of everything
 * selected that declares the named port; or what backs a service.
 */
export interface SetDefinition {
  readonly id: SetId;
  readonly selector?: Selector;
  readonly port?: NamedPort;
  readonly service?: ServiceRef;
}

/** The backends of a service: addresses alone, or each with the ports that the service has there. */
export interface ServiceRef {
  /** `namespace/name`. */
  readonly key: string;
  readonly withPorts: boolean;
}

/** The names of the protocols that have ports, by number. */
export const portProtocols: Readonly<Record<number, string>> = { 6: "tcp", 17: "udp", 132: "sctp" };

/** The set of the addresses of what a selector selects. */
export function addressSet(selector: Selector): SetDefinition {
  return { id: selectorId(selector), selector };
}

/** The set of a named port of what a selector selects (Calico felix/calc IPSetData.UniqueID). */
export function namedPortSet(selector: Selector, port: NamedPort): SetDefinition {
  const content = `${selectorId(selector)},${portProtocols[port.protocol]},${port.name}`;
  return { id: uniqueId("n", content), selector, port };
}

/**
 * The set of a service's backends: of (address, protocol, port) where packets go to them, of addresses alone where packets
 * come from them (Calico felix/calc IPSetData.UniqueID).
 */
export function serviceSet(namespace: string, name: string, withPorts: boolean): SetDefinition {
  const key = `${namespace}/${name}`;
  return { id: uniqueId(withPorts ? "svc" : "svcnoport", key), service: { key, withPorts } };
}

/** A member of a named port's set. */
export function portMember(address: Address, protocol: number, port: number): SetMember {
  return `${formatAddress(address)},${portProtocols[protocol] ?? protocol}:${port}`;
}

/** What is in the set, in words: `role == "web"`, `port sql/tcp of role == "db"`, `service shop/db with ports`. */
export function describeSet(set: SetDefinition): string {
  if (set.service) return `service ${set.service.key}${set.service.withPorts ? " with ports" : ""}`;
  if (!set.selector) return set.id;
  const selector = canonicalText(set.selector);
  return set.port ? `port ${set.port.name}/${portProtocols[set.port.protocol]} of ${selector}` : selector;
}
