import type { Address } from "../net/address.ts";
import { formatAddress } from "../net/address-text.ts";
import type { NodePolicy, PolicyView } from "../policy/evaluate.ts";
import type { FlowWorld } from "./conntrack/judged-flow.ts";
import type { LocalEndpoint } from "./graph/planned.ts";

/** What a node knows of addresses, to judge connections by. */
export interface FlowNode {
  readonly view: PolicyView;
  readonly node: NodePolicy;
  readonly endpoints: Iterable<LocalEndpoint>;
  /** Addresses of the host's interfaces. */
  readonly host: Iterable<Address>;
}

/** The addresses of endpoints. */
export function endpointAddresses(endpoints: Iterable<LocalEndpoint>): readonly Address[] {
  return [...endpoints].flatMap(({ addresses }) => addresses.map(({ family, a, b, c, d }) => ({ family, a, b, c, d })));
}

/** What established connections are judged by, as of now: of two endpoints with one address the one whose key sorts first has it. */
export function flowWorld({ view, node, endpoints, host }: FlowNode): FlowWorld {
  const interfaces = new Map<string, string>();
  const sorted = [...endpoints].sort((x, y) => (x.key < y.key ? 1 : -1));
  for (const endpoint of sorted)
    for (const address of endpointAddresses([endpoint])) interfaces.set(formatAddress(address), endpoint.interfaceName);
  const own = new Set([...host].map(formatAddress));
  return {
    view,
    node,
    interfaceOf: (address) => interfaces.get(formatAddress(address)),
    isHost: (address) => own.has(formatAddress(address)),
  };
}
