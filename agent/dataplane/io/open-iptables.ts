import { openNetlink } from "../../../kernel/io/netlink-socket.ts";
import type { IpsetFact } from "../../../kernel/ipset/fact.ts";
import { IpsetDriver } from "../../../kernel/ipset/ipset-driver.ts";
import { NfnetlinkIpsets } from "../../../kernel/ipset/nfnetlink-port.ts";
import type { IptablesFact } from "../../../kernel/iptables/fact.ts";
import { LinuxIptables } from "../../../kernel/iptables/io/linux-iptables.ts";
import { IptablesDriver } from "../../../kernel/iptables/iptables-driver.ts";
import type { Tell } from "../../../lib/fact.ts";
import { systemClock } from "../../../lib/io/clock.ts";
import type { Family } from "../../../net/family.ts";
import type { DataplaneKind } from "../dataplane.ts";
import { IptablesDataplane } from "../iptables/dataplane.ts";
import type { KernelCalls } from "../kernel-calls.ts";
import type { FirewallOptions } from "../options.ts";

/** Which iptables, and where. */
export interface OpenIptables {
  readonly kind: Exclude<DataplaneKind, "nftables">;
  /** IPv4 alone where the node has no IPv6. */
  readonly families: readonly Family[];
  readonly options: FirewallOptions;
  readonly tell: Tell<IptablesFact | IpsetFact>;
  /** Path of the network namespace; absent: ours. */
  readonly netns?: string;
  /** Counts what is asked of the kernel. */
  readonly calls?: KernelCalls;
}

/** Opens the keeper of the iptables and ipsets of this machine; nothing is written before the first commit. @throws KernelError */
export function openIptables({ kind, families, options, tell, netns, calls }: OpenIptables): IptablesDataplane {
  const variant = kind === "iptables-nft" ? "nft" : "legacy";
  const sets = new NfnetlinkIpsets(openNetlink, netns);
  const opened = families.map((family) => {
    const port = new LinuxIptables({ family, variant, ...(netns !== undefined && { netns }) });
    const counted = calls?.iptables(port) ?? port;
    return { family, port, driver: new IptablesDriver({ port: counted, clock: systemClock, tell }) };
  });
  return new IptablesDataplane({
    kind,
    tables: new Map(opened.map(({ family, driver }) => [family, driver])),
    ipsets: new IpsetDriver({ port: calls?.ipsets(sets) ?? sets, clock: systemClock, tell }),
    options,
    ports: [sets, ...opened.map(({ port }) => port)],
  });
}
