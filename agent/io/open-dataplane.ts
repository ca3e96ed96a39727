import { openNetlink } from "../../kernel/io/netlink-socket.ts";
import type { NftFact } from "../../kernel/nftables/fact.ts";
import { NfnetlinkPort } from "../../kernel/nftables/nfnetlink-port.ts";
import { manxTable } from "../../kernel/nftables/table.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import type { Dataplane, DataplaneKind } from "../dataplane/dataplane.ts";
import { NftablesDataplane } from "../dataplane/nftables/dataplane.ts";
import type { FirewallOptions } from "../dataplane/options.ts";
import type { AgentFact } from "../fact.ts";

/** Everything that can be heard of a firewall. */
export type FirewallFact = AgentFact | NftFact;

/** Opens the keeper of one firewall of this machine; nothing is written before the first commit. @throws KernelError */
export function openDataplane(kind: DataplaneKind, options: FirewallOptions, tell: Tell<FirewallFact>): Dataplane {
  if (kind !== "nftables") throw new Error(`${kind} is not there yet`);
  return openNftables(options, tell);
}

function openNftables(options: FirewallOptions, tell: Tell<FirewallFact>): Dataplane {
  return new NftablesDataplane({ port: new NfnetlinkPort(openNetlink, manxTable), clock: systemClock, tell, options });
}
