import { openNetlink } from "../../../kernel/io/netlink-socket.ts";
import type { IpsetFact } from "../../../kernel/ipset/fact.ts";
import type { IptablesFact } from "../../../kernel/iptables/fact.ts";
import type { NftFact } from "../../../kernel/nftables/fact.ts";
import { NfnetlinkPort } from "../../../kernel/nftables/nfnetlink-port.ts";
import { manxTable } from "../../../kernel/nftables/table.ts";
import type { Tell } from "../../../lib/fact.ts";
import { systemClock } from "../../../lib/io/clock.ts";
import { type Family, families } from "../../../net/family.ts";
import type { Dataplane, DataplaneKind } from "../dataplane.ts";
import type { KernelCalls } from "../kernel-calls.ts";
import { NftablesDataplane } from "../nftables/dataplane.ts";
import type { FirewallOptions } from "../options.ts";
import { openIptables } from "./open-iptables.ts";

/** Everything that a firewall's keeper may tell. */
export type DataplaneFact = NftFact | IptablesFact | IpsetFact;

/** Which firewall, where, and what it is told beside the policy. */
export interface OpenDataplane {
  readonly kind: DataplaneKind;
  readonly options: FirewallOptions;
  readonly tell: Tell<DataplaneFact>;
  /** IPv4 alone where the node has no IPv6; absent: both. An nftables table is of both always. */
  readonly families?: readonly Family[];
  /** Path of the network namespace; absent: ours. */
  readonly netns?: string;
  /** Counts what is asked of the kernel. */
  readonly calls?: KernelCalls;
}

/** Opens the keeper of one firewall of this machine; nothing is written before the first commit. @throws KernelError */
export function openDataplane(wanted: OpenDataplane): Dataplane {
  const { kind, options, tell, netns, calls } = wanted;
  if (kind !== "nftables") return openIptables({ ...wanted, kind, families: wanted.families ?? families });
  const port = new NfnetlinkPort(openNetlink, manxTable, netns);
  return new NftablesDataplane({ port: calls?.nftables(port) ?? port, clock: systemClock, tell, options });
}
