import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import type { ChainName } from "./chain.ts";

/** Transport protocols whose ports a rule can match. */
export type PortProtocol = "tcp" | "udp" | "sctp";

/** Conntrack states, in the order in which nft prints them (NF_CT_STATE_BIT in linux/netfilter/nf_conntrack_common.h). */
export type CtState = "invalid" | "established" | "related" | "new" | "untracked";

/**
 * One field of a packet as a key of a set or map, in nft's words. Fields of a concatenation are looked up side by side:
 * `["ip saddr", "l4proto", "dport"]`. `sport` and `dport` read the transport header whatever the protocol; a rule that
 * uses one alone must have matched tcp, udp or sctp before (`match.l4proto`), one beside `l4proto` in the key is safe.
 */
export type KeyField =
  | "ip saddr"
  | "ip daddr"
  | "ip6 saddr"
  | "ip6 daddr"
  | "l4proto"
  | "sport"
  | "dport"
  | "iifname"
  | "oifname"
  | "mark";

/** What a rule asks of a packet. `not` turns the answer round; every match of a rule must hold for the rest to run. */
export type Match =
  /** The address lies in the prefix; the prefix's family must be the field's. */
  | { readonly kind: "address"; readonly field: "saddr" | "daddr"; readonly prefix: Prefix; readonly not?: boolean }
  /** The port, inclusive at both ends; asks for the protocol too, as nft does. */
  | {
      readonly kind: "port";
      readonly protocol: PortProtocol;
      readonly field: "sport" | "dport";
      readonly from: number;
      readonly to: number;
      readonly not?: boolean;
    }
  /** IP protocol number after extension headers, 0..255 (`meta l4proto`). */
  | { readonly kind: "l4proto"; readonly protocol: number; readonly not?: boolean }
  /** `meta nfproto`: the packet's family; needed in inet tables only. */
  | { readonly kind: "nfproto"; readonly family: Family; readonly not?: boolean }
  /**
   * ICMP (family ipv4) or ICMPv6 (ipv6) type and, when given, code. Asks for the protocol too, also where `not` is set:
   * `not` then means "another type, or another code of it" of the same protocol.
   */
  | {
      readonly kind: "icmp";
      readonly family: Family;
      readonly type: number;
      readonly code?: number;
      readonly not?: boolean;
    }
  /** Interface name, or with a trailing `*` every name that starts so. At most 15 octets beside the `*`. */
  | { readonly kind: "interface"; readonly field: "iifname" | "oifname"; readonly name: string; readonly not?: boolean }
  /** `mark & mask == value`; without a mask all 32 bits count. */
  | { readonly kind: "mark"; readonly mask?: number; readonly value: number; readonly not?: boolean }
  /** Any of these conntrack states (`not`: none of them). Not empty. */
  | { readonly kind: "ct state"; readonly states: readonly CtState[]; readonly not?: boolean }
  /** The connection was source or destination NATed. */
  | { readonly kind: "ct status"; readonly status: "snat" | "dnat"; readonly not?: boolean }
  /** The key, one field or several side by side, is in the named set of this table. */
  | {
      readonly kind: "lookup";
      readonly key: readonly [KeyField, ...KeyField[]];
      readonly set: string;
      readonly not?: boolean;
    }
  /**
   * Strict reverse-path check: `missing` holds when no route back to the source leaves by the interface it came in on.
   * `mark` makes the look-up use the packet's mark, as Calico does.
   */
  | { readonly kind: "reverse path"; readonly mark: boolean; readonly missing: boolean }
  /** The routing table says the address is of this type (`fib daddr type local`). */
  | {
      readonly kind: "address type";
      readonly field: "saddr" | "daddr";
      readonly type: "local" | "broadcast" | "multicast" | "unicast";
      readonly not?: boolean;
    }
  /** Holds at most `rate` times a `unit` after a first `burst` (`over`: holds only beyond that). One bucket a rule. */
  | {
      readonly kind: "limit";
      readonly rate: number;
      readonly per: "second" | "minute" | "hour" | "day";
      readonly burst: number;
      readonly over?: boolean;
    }
  /**
   * At most `connections` that conntrack knows have met this rule and still live, this one among them (`over`: more than that). One
   * count a rule; it begins anew with the rule. Asked of first packets only: a rule before it should accept established ones.
   */
  | { readonly kind: "ct count"; readonly connections: number; readonly over?: boolean };

/** Where a packet goes. `jump` comes back after the chain, `goto` comes back to the caller of this one. */
export type Verdict =
  | { readonly kind: "accept" | "drop" | "return" | "continue" }
  | { readonly kind: "jump" | "goto"; readonly chain: ChainName };

/** What a rule does to a packet that matched so far. */
export type Statement =
  /** Counts packets and octets; read back with `RulesetDriver.counters`. */
  | { readonly kind: "counter" }
  /** `mark = (mark & keep) ^ flip`, all 32 bits. Set bits v: keep ~v, flip v. Clear bits v: keep ~v, flip 0. */
  | { readonly kind: "set mark"; readonly keep: number; readonly flip: number }
  /** To the kernel log (`level`), or to NFLOG listeners of `group`, of which at most `snaplen` octets a packet. */
  | { readonly kind: "log"; readonly prefix: string; readonly group?: number; readonly snaplen?: number }
  /** Drops and tells the sender: port unreachable, or for TCP a reset (the rule must have matched tcp). */
  | { readonly kind: "reject"; readonly with: "port-unreachable" | "admin-prohibited" | "tcp reset" }
  /** Source NAT to the address of the leaving interface, optionally within ports. */
  | {
      readonly kind: "masquerade";
      readonly fullyRandom?: boolean;
      readonly ports?: { readonly from: number; readonly to: number };
    }
  /** NAT to one address, optionally to a port or within ports (the rule must have matched a protocol with ports). */
  | {
      readonly kind: "snat" | "dnat";
      readonly to: Address;
      readonly ports?: { readonly from: number; readonly to: number };
      readonly fullyRandom?: boolean;
    }
  /** This packet is not tracked by conntrack (raw hooks only). */
  | { readonly kind: "notrack" }
  /** The verdict that a verdict map holds for the packet's interface; without an entry the rule does not match. */
  | { readonly kind: "vmap"; readonly key: "iifname" | "oifname"; readonly map: string }
  | Verdict;

/** One step of a rule, run left to right until one does not hold or gives a verdict (`man nft`, EXPRESSIONS, STATEMENTS). */
export type Expression = Match | Statement;
