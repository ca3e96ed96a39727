import { covers } from "../../net/prefix.ts";
import type { FailsafePort, NodePolicy, Reason } from "../evaluate.ts";
import type { Packet } from "../packet.ts";
import type { Direction, Stage } from "../rule.ts";

/**
 * The failsafe port that keeps a host endpoint's policies of this stage from being asked about a packet, or undefined. The
 * stage `forward` has none. Before conntrack, where answers cannot be told from questions, what comes from a failsafe port
 * of the other direction counts too. Source: Calico felix/rules/static.go (failsafeInChain, failsafeOutChain).
 */
export function failsafeOf(
  node: NodePolicy,
  stage: Stage,
  direction: Direction,
  packet: Packet,
): Extract<Reason, { by: "failsafe port" }> | undefined {
  if (stage === "forward") return undefined;
  const { inbound, outbound } = node.failsafes;
  const [own, other] = direction === "ingress" ? [inbound, outbound] : [outbound, inbound];
  const far = direction === "ingress" ? packet.source : packet.destination;
  const among = (ports: readonly FailsafePort[], port: number | undefined) =>
    ports.some(
      (open) => open.protocol === packet.protocol && open.port === port && (!open.net || covers(open.net, far)),
    );
  const { protocol, sourcePort, destinationPort } = packet;
  if (among(own, destinationPort)) return { by: "failsafe port", direction, protocol, port: destinationPort! };
  if (stage !== "untracked" || !among(other, sourcePort)) return undefined;
  return {
    by: "failsafe port",
    direction: direction === "ingress" ? "egress" : "ingress",
    protocol,
    port: sourcePort!,
  };
}
