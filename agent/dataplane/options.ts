import type { Address } from "../../net/address.ts";
import type { FailsafePort, NodePolicy } from "../../policy/evaluate.ts";
import type { PortRange } from "../../policy/rule.ts";

/** The mark bits that carry a packet's state from chain to chain. */
export interface Marks {
  /** The sender's egress policy allowed it. */
  readonly accept: number;
  /** A rule passed it to the next tier. */
  readonly pass: number;
  /**
   * A host endpoint let it in before conntrack or before DNAT: its `forward` and `normal` ingress gates are not asked. The
   * gates of workloads, and of the host endpoint by which it leaves, are asked all the same: a pre-DNAT allow opens no pod.
   */
  readonly final: number;
}

/** What a firewall of ours is told beside the policy (FelixConfiguration). */
export interface FirewallOptions extends NodePolicy {
  readonly marks: Marks;
  /** What log rules write before the packet (LogPrefix), with the codes of `log-prefix.ts`. */
  readonly logPrefix: string;
  /** How often one log rule may write at most (LogActionRateLimit, LogActionRateLimitBurst); absent: each time. */
  readonly logRate?: {
    readonly rate: number;
    readonly per: "second" | "minute" | "hour" | "day";
    readonly burst: number;
  };
  /** What outgoing traffic of its family is translated to (NATOutgoingAddress); otherwise to the interface's address. */
  readonly natOutgoing?: Address;
  /** Ports that translated connections take (NATPortRange). */
  readonly natPorts?: PortRange;
  /** Only what leaves by interfaces of these names is translated (IptablesNATOutgoingInterfaceFilter); a `+` at the end: all that begin so. */
  readonly natInterfaces?: string;
  /** Whether traffic to nodes' own addresses is left untranslated too (NATOutgoingExclusions). */
  readonly natExclusions: "IPPoolsOnly" | "IPPoolsAndHostIPs";
  /** What becomes of a denied packet (NftablesFilterDenyAction, IptablesFilterDenyAction). */
  readonly denyAction: "Drop" | "Reject";
  /** What becomes of a packet that everybody allowed: `Return` leaves it to the rules of others (…FilterAllowAction). */
  readonly allowAction: "Accept" | "Return";
  /** Likewise of one that policy before DNAT allowed (…MangleAllowAction). */
  readonly preDnatAllowAction: "Accept" | "Return";
  /** Packets that conntrack calls invalid are dropped (not DisableConntrackInvalidCheck). */
  readonly dropInvalid: boolean;
  /** Whether floating addresses of endpoints are translated (FloatingIPs). */
  readonly floatingAddresses: boolean;
  /** The most members of a set of one family (MaxIpsetSize); only ipsets have such a bound, and those beyond are left out. */
  readonly maxMembers: number;
  /** NFLOG group that hears of every packet our rules drop; absent: nobody. */
  readonly dropGroup?: number;
}

/** The three lowest bits of the mask, lowest first, as Calico takes them (NftablesMarkMask), or undefined when it has not three. */
export function marksOf(mask: number): Marks | undefined {
  const bits: number[] = [];
  for (let rest = mask >>> 0; rest !== 0 && bits.length < 3; rest = (rest & ~bits.at(-1)!) >>> 0)
    bits.push((rest & -rest) >>> 0);
  const [accept, pass, final] = bits;
  return final === undefined ? undefined : { accept: accept!, pass: pass!, final };
}

const tcp = (port: number): FailsafePort => ({ protocol: 6, port });
const udp = (port: number): FailsafePort => ({ protocol: 17, port });
const always = [tcp(179), tcp(2379), tcp(2380), tcp(5473), tcp(6443), tcp(6666), tcp(6667)];

/** Calico's defaults. */
export const defaultOptions: FirewallOptions = {
  interfacePrefixes: ["cali"],
  endpointToHost: "Drop",
  sourceSpoofing: "Disabled",
  failsafes: { inbound: [tcp(22), udp(68), ...always], outbound: [udp(53), udp(67), ...always] },
  serviceLoopPrevention: "Drop",
  workloadEncapsulation: { vxlan: false, ipip: false },
  marks: { accept: 0x10000, pass: 0x20000, final: 0x40000 },
  logPrefix: "calico-packet: ",
  natExclusions: "IPPoolsOnly",
  denyAction: "Drop",
  allowAction: "Accept",
  preDnatAllowAction: "Accept",
  dropInvalid: true,
  floatingAddresses: false,
  maxMembers: 1_048_576,
};
