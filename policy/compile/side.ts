import type { EntityRule } from "../../datastore/model/entity-rule.ts";
import { type Port, portMeaning } from "../../datastore/model/port.ts";
import { masked, type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { PortRange, SideMatch } from "../rule.ts";
import { ALL, conjunction, type Selector } from "../selector/ast.ts";
import type { SetId } from "../set.ts";
import { entitySelector, excludedSelector, UNREADABLE } from "./entity-selector.ts";
import { addressSet, namedPortSet, portProtocols, type SetDefinition, serviceSet } from "./set-definition.ts";

/** What one side of a rule asks, and the sets it speaks of. */
export interface CompiledSide {
  readonly match: SideMatch | undefined;
  readonly sets: readonly SetDefinition[];
}

/** Which end of a packet a side of a rule is about. */
export type Side = "source" | "destination";

/** What may not stand beside a service on one side of a rule (Calico validator/v3). */
const besideService = [
  "nets",
  "notNets",
  "selector",
  "notSelector",
  "namespaceSelector",
  "serviceAccounts",
  "ports",
  "notPorts",
] as const;

/**
 * One side of a rule. `protocol` is the rule's, which named ports need. UNREADABLE when no valid rule reads so. Beside
 * something selected `notSelector` narrows the selection, and so do named ports: one set has all of it, under Calico's id.
 * Source: Calico felix/calc/rule_scanner.go.
 */
export function compileSide(
  which: Side,
  side: EntityRule,
  namespace: string | undefined,
  protocol: number | undefined,
): CompiledSide | typeof UNREADABLE {
  const wanted = entitySelector(side, namespace);
  const unwanted = excludedSelector(side);
  const nets = readNets(side.nets);
  const notNets = readNets(side.notNets);
  if (wanted === UNREADABLE || unwanted === UNREADABLE || nets === UNREADABLE || notNets === UNREADABLE) {
    return UNREADABLE;
  }
  const selector = wanted && unwanted ? conjunction([wanted, { op: "not", of: unwanted }]) : wanted;
  const ports = readPorts(side.ports, protocol, selector ?? ALL);
  const notPorts = readPorts(side.notPorts, protocol, selector ?? ALL);
  const service = readService(which, side, namespace);
  if (ports === UNREADABLE || notPorts === UNREADABLE || service === UNREADABLE) return UNREADABLE;
  const isCovered = ports.named.length > 0 && ports.ranges.length === 0;
  const excluded = wanted ? undefined : unwanted;
  return gather({ selector: isCovered ? undefined : selector, excluded, nets, notNets, ports, notPorts, service });
}

interface Parts {
  readonly selector: Selector | undefined;
  readonly excluded: Selector | undefined;
  readonly nets: readonly Prefix[];
  readonly notNets: readonly Prefix[];
  readonly ports: Ports;
  readonly notPorts: Ports;
  readonly service: SetDefinition | undefined;
}

function gather({ selector, excluded, nets, notNets, ports, notPorts, service }: Parts): CompiledSide {
  const sets: SetDefinition[] = [...ports.named, ...notPorts.named];
  const demand = (set: SetDefinition): SetId => {
    sets.push(set);
    return set.id;
  };
  const inSets = selector ? [demand(addressSet(selector))] : [];
  if (service?.service?.withPorts === false) inSets.push(demand(service));
  const match: SideMatch = {
    ...(nets.length > 0 && { nets }),
    ...(notNets.length > 0 && { notNets }),
    ...(inSets.length > 0 && { inSets }),
    ...(excluded && { notInSets: [demand(addressSet(excluded))] }),
    ...(ports.ranges.length > 0 && { ports: ports.ranges }),
    ...(ports.named.length > 0 && { namedPorts: ports.named.map((set) => set.id) }),
    ...(notPorts.ranges.length > 0 && { notPorts: notPorts.ranges }),
    ...(notPorts.named.length > 0 && { notNamedPorts: notPorts.named.map((set) => set.id) }),
    ...(service?.service?.withPorts && { inPortSets: [demand(service)] }),
  };
  return { match: Object.keys(match).length > 0 ? match : undefined, sets };
}

/** The backends that a side is about, with their ports where packets go to them. */
function readService(
  which: Side,
  side: EntityRule,
  namespace: string | undefined,
): SetDefinition | undefined | typeof UNREADABLE {
  if (!side.services) return undefined;
  const place = side.services.namespace || namespace;
  if (!place || besideService.some((field) => isGiven(side[field]))) return UNREADABLE;
  return serviceSet(place, side.services.name, which === "destination");
}

function isGiven(value: EntityRule[(typeof besideService)[number]]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== "";
}

function readNets(texts: readonly string[] = []): readonly Prefix[] | typeof UNREADABLE {
  const nets = texts.map(parsePrefix);
  return nets.some((net) => net === undefined) ? UNREADABLE : nets.map((net) => masked(net!));
}

interface Ports {
  readonly ranges: readonly PortRange[];
  readonly named: readonly SetDefinition[];
}

function readPorts(ports: readonly Port[] = [], protocol: number | undefined, of: Selector): Ports | typeof UNREADABLE {
  const ranges: PortRange[] = [];
  const named = new Map<string, SetDefinition>();
  if (ports.length > 0 && (protocol === undefined || !portProtocols[protocol])) return UNREADABLE;
  for (const port of ports) {
    const meaning = portMeaning(port);
    if (!meaning) return UNREADABLE;
    if (meaning.kind === "range") ranges.push({ from: meaning.first, to: meaning.last });
    else named.set(meaning.name, namedPortSet(of, { protocol: protocol!, name: meaning.name }));
  }
  return { ranges: mergedRanges(ranges), named: [...named.values()] };
}

/** The same ports in as few ranges as possible, lowest first. */
export function mergedRanges(ranges: readonly PortRange[]): PortRange[] {
  const merged: PortRange[] = [];
  for (const range of [...ranges].sort((x, y) => x.from - y.from)) {
    const last = merged.at(-1);
    if (last && range.from <= last.to + 1)
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    else merged.push(range);
  }
  return merged;
}
