import type { Flow } from "../../kernel/ctnetlink/flow.ts";
import { type Address, sameAddress } from "../../net/address.ts";
import { evaluate, type NodePolicy, type PolicyView, type Reason } from "../../policy/evaluate.ts";
import type { Packet } from "../../policy/packet.ts";

/** What established connections are judged by. */
export interface FlowWorld {
  readonly view: PolicyView;
  readonly node: NodePolicy;
  /** The interface of the local endpoint that has this address. */
  interfaceOf(address: Address): string | undefined;
  /** Whether the address is one of this host's own. */
  isHost(address: Address): boolean;
}

/** Name of an interface of the host of which only is known that it is one. */
const someInterface = "";
/** TCP, UDP, DCCP, SCTP and UDP-Lite. */
const withPorts: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);

/**
 * The first packet of a flow, as it came to this node: where it came from and goes to is worked out of its addresses,
 * those after translation of the destination. Undefined when neither end is a workload of this node.
 */
export function packetOf({ original, reply }: Flow, world: Omit<FlowWorld, "view" | "node">): Packet | undefined {
  const place = (address: Address) => world.interfaceOf(address) ?? (world.isHost(address) ? undefined : someInterface);
  const { source, protocol, sourcePort, icmp } = original;
  const destination = reply.source;
  const inInterface = place(source);
  const outInterface = place(destination);
  if (!inInterface && !outInterface) return undefined;
  const hasPorts = withPorts.has(protocol);
  const isTranslated =
    !sameAddress(original.destination, destination) || (hasPorts && original.destinationPort !== reply.sourcePort);
  const toPort = hasPorts && { destinationPort: original.destinationPort };
  return {
    source,
    destination,
    protocol,
    ...(hasPorts && { sourcePort, destinationPort: reply.sourcePort }),
    ...(icmp && { icmpType: icmp.type, icmpCode: icmp.code }),
    ...(isTranslated && { preDnat: { destination: original.destination, ...toPort } }),
    ...(inInterface !== undefined && { inInterface }),
    ...(outInterface !== undefined && { outInterface }),
  };
}

/**
 * What says why policy would deny a flow if it began now: undefined when it would not, and when the flow is no
 * workload's. Host endpoints are not asked, since the host's interface is not known; a workload that policy does not
 * know (yet) is let be. Made once for many flows; the view may change between them.
 */
export function flowJudge(world: FlowWorld): (flow: Flow) => Reason | undefined {
  const { view, node } = world;
  const workloads: PolicyView = {
    chains: view.chains,
    endpoints: view.endpoints,
    hosts: new Map(),
    hasAddress: (id, address) => view.hasAddress(id, address),
    hasPort: (id, address, protocol, port) => view.hasPort(id, address, protocol, port),
  };
  return (flow) => {
    const packet = packetOf(flow, world);
    if (!packet) return undefined;
    const { verdict, reason } = evaluate(workloads, node, packet);
    return verdict === "deny" && reason.by !== "unknown interface" ? reason : undefined;
  };
}
