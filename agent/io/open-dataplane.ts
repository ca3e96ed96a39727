import { openNetlink } from "../../kernel/io/netlink-socket.ts";
import type { IpsetFact } from "../../kernel/ipset/fact.ts";
import { IpsetDriver } from "../../kernel/ipset/ipset-driver.ts";
import { NfnetlinkIpsets } from "../../kernel/ipset/nfnetlink-port.ts";
import type { IptablesFact } from "../../kernel/iptables/fact.ts";
import { LinuxIptables } from "../../kernel/iptables/io/linux-iptables.ts";
import { IptablesDriver } from "../../kernel/iptables/iptables-driver.ts";
import type { NftFact } from "../../kernel/nftables/fact.ts";
import { NfnetlinkPort } from "../../kernel/nftables/nfnetlink-port.ts";
import { manxTable } from "../../kernel/nftables/table.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { type Family, families } from "../../net/family.ts";
import type { Dataplane, DataplaneKind } from "../dataplane/dataplane.ts";
import { IptablesDataplane, type TablesKeeper } from "../dataplane/iptables/dataplane.ts";
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
  if (kind !== "nftables") return openIptables(kind, parts);
  const { options, tell } = parts;
  return new NftablesDataplane({ port: new NfnetlinkPort(openNetlink, manxTable), clock: systemClock, tell, options });
}

function openIptables(kind: Exclude<DataplaneKind, "nftables">, { options, ipv6, tell }: DataplaneParts): Dataplane {
  const clock = systemClock;
  const variant = kind === "iptables-nft" ? "nft" : "legacy";
  const sets = new NfnetlinkIpsets(openNetlink);
  const ports: { close(): void }[] = [sets];
  const tables = new Map<Family, TablesKeeper>();
  for (const family of families) {
    if (family === "ipv6" && !ipv6) continue;
    const port = new LinuxIptables({ family, variant });
    ports.push(port);
    tables.set(family, new IptablesDriver({ port, clock, tell }));
  }
  return new IptablesDataplane({ kind, tables, ipsets: new IpsetDriver({ port: sets, clock, tell }), options, ports });
}
