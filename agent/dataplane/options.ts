import type { Address } from "../../net/address.ts";
import type { NodePolicy } from "../../policy/evaluate.ts";

/** The two mark bits that carry a packet's state from chain to chain. */
export interface Marks {
  /** The sender's egress policy allowed it. */
  readonly accept: number;
  /** A rule passed it to the next tier. */
  readonly pass: number;
}

/** What a firewall of ours is told beside the policy (FelixConfiguration). */
export interface FirewallOptions extends NodePolicy {
  readonly marks: Marks;
  /** What log rules write before the packet (LogPrefix). */
  readonly logPrefix: string;
  /** What outgoing traffic of its family is translated to (NATOutgoingAddress); otherwise to the interface's address. */
  readonly natOutgoing?: Address;
}

/** The two lowest bits of the mask, as Calico takes them (NftablesMarkMask), or undefined when it has not two. */
export function marksOf(mask: number): Marks | undefined {
  const accept = (mask & -mask) >>> 0;
  const rest = (mask & ~accept) >>> 0;
  const pass = (rest & -rest) >>> 0;
  return pass === 0 ? undefined : { accept, pass };
}

/** Calico's defaults. */
export const defaultOptions: FirewallOptions = {
  interfacePrefixes: ["cali"],
  endpointToHost: "Drop",
  sourceSpoofing: "Disabled",
  marks: { accept: 0x10000, pass: 0x20000 },
  logPrefix: "calico-packet: ",
};
