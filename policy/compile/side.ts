import type { EntityRule } from "../../datastore/model/entity-rule.ts";
import { type Port, portMeaning } from "../../datastore/model/port.ts";
import { masked, type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { PortRange, SideMatch } from "../rule.ts";
import { ALL, type Selector } from "../selector/ast.ts";
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

/** One side of a rule. `protocol` is the rule's, which named ports need. UNREADABLE when no valid rule reads so. */
export function compileSide(
  which: Side,
  side: EntityRule,
  namespace: string | undefined,
  protocol: number | undefined,
): CompiledSide | typeof UNREADABLE {
  const selector = entitySelector(side, namespace);
  const excluded = excludedSelector(side);
  const nets = readNets(side.nets);
  const notNets = readNets(side.notNets);
  const ports = readPorts(side.ports, protocol, selector === UNREADABLE ? ALL : (selector ?? ALL));
  const notPorts = readPorts(side.notPorts, protocol, ALL);
  for (const part of [selector, excluded, nets, notNets, ports, notPorts]) if (part === UNREADABLE) return UNREADABLE;
  return gather({ which, side, namespace, selector, excluded, nets, notNets, ports, notPorts } as Parts);
}

interface Parts {
  readonly which: Side;
  readonly side: EntityRule;
  readonly namespace: string | undefined;
  readonly selector: Selector | undefined;
  readonly excluded: Selector | undefined;
  readonly nets: readonly Prefix[];
  readonly notNets: readonly Prefix[];
  readonly ports: Ports;
  readonly notPorts: Ports;
}

function gather({ which, side, namespace, selector, excluded, nets, notNets, ports, notPorts }: Parts): CompiledSide {
  const sets: SetDefinition[] = [...ports.named, ...notPorts.named];
  const inSets: SetId[] = [];
  const demand = (set: SetDefinition): SetId => {
    sets.push(set);
    return set.id;
  };
  if (selector) inSets.push(demand(addressSet(selector)));
  const service =
    side.services &&
    serviceSet(side.services.namespace || namespace || "", side.services.name, which === "destination");
  if (service && which === "source") inSets.push(demand(service));
  const match: SideMatch = {
    ...(nets.length > 0 && { nets }),
    ...(notNets.length > 0 && { notNets }),
    ...(inSets.length > 0 && { inSets }),
    ...(excluded && { notInSets: [demand(addressSet(excluded))] }),
    ...(ports.ranges.length > 0 && { ports: ports.ranges }),
    ...(ports.named.length > 0 && { namedPorts: ports.named.map((set) => set.id) }),
    ...(notPorts.ranges.length > 0 && { notPorts: notPorts.ranges }),
    ...(notPorts.named.length > 0 && { notNamedPorts: notPorts.named.map((set) => set.id) }),
    ...(service && which === "destination" && { inPortSets: [demand(service)] }),
  };
  return { match: Object.keys(match).length > 0 ? match : undefined, sets };
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
