import { openNetlink } from "../../kernel/io/netlink-socket.ts";
import type { IpsetFact } from "../../kernel/ipset/fact.ts";
import type { IptablesFact } from "../../kernel/iptables/fact.ts";
import type { NftFact } from "../../kernel/nftables/fact.ts";
import { NfnetlinkPort } from "../../kernel/nftables/nfnetlink-port.ts";
import { manxTable } from "../../kernel/nftables/table.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { families } from "../../net/family.ts";
import type { Dataplane, DataplaneKind } from "../dataplane/dataplane.ts";
import { openIptables } from "../dataplane/io/open-iptables.ts";
import { NftablesDataplane } from "../dataplane/nftables/dataplane.ts";
import type { FirewallOptions } from "../dataplane/options.ts";
import type { AgentFact } from "../fact.ts";

/** Everything that can be heard of a firewall. */
export type FirewallFact = AgentFact | NftFact | IptablesFact | IpsetFact;

/** What is told to whoever keeps a firewall. */
export interface DataplaneParts {
  readonly options: FirewallOptions;
  /** Whether there is IPv6 at all. */
  readonly ipv6: boolean;
  readonly tell: Tell<FirewallFact>;
}

/** Opens the keeper of one firewall of this machine; nothing is written before the first commit. @throws KernelError */
export function openDataplane(kind: DataplaneKind, parts: DataplaneParts): Dataplane {
  const { options, ipv6, tell } = parts;
  if (kind !== "nftables") return openIptables({ kind, families: ipv6 ? families : ["ipv4"], options, tell });
  return new NftablesDataplane({ port: new NfnetlinkPort(openNetlink, manxTable), clock: systemClock, tell, options });
}
