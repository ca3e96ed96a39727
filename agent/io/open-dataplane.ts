import { openNetlink } from "../../kernel/io/netlink-socket.ts";
import type { NftFact } from "../../kernel/nftables/fact.ts";
import { NfnetlinkPort } from "../../kernel/nftables/nfnetlink-port.ts";
import { RulesetDriver } from "../../kernel/nftables/ruleset-driver.ts";
import { manxTable } from "../../kernel/nftables/table.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import type { Dataplane, DataplaneKind } from "../dataplane/dataplane.ts";
import { NftablesLowering } from "../dataplane/nftables/lowering.ts";
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
  const port = new NfnetlinkPort(openNetlink, manxTable);
  const ruleset = new RulesetDriver({ port, clock: systemClock, table: manxTable, tell });
  const lowering = new NftablesLowering(ruleset, options);
  return {
    kind: "nftables",
    apply: (output) => lowering.apply(output),
    setOptions: () => {},
    commit: () => ruleset.apply(),
    allowDeletes: () => ruleset.allowDeletes(),
    async counters() {
      return [...(await ruleset.counters())].map(([name, { packets, bytes }]) => ({
        name,
        packets: Number(packets),
        bytes: Number(bytes),
      }));
    },
    get size() {
      return ruleset.size;
    },
    recheck: async () => {},
    removeAll: async () => {},
    close() {
      ruleset.close();
      port.close();
    },
  };
}
