import { NftablesLowering } from "../../agent/dataplane/nftables/lowering.ts";
import { defaultOptions } from "../../agent/dataplane/options.ts";
import { openNetlink } from "../../kernel/io/netlink-socket.ts";
import { NfnetlinkPort } from "../../kernel/nftables/nfnetlink-port.ts";
import { RulesetDriver } from "../../kernel/nftables/ruleset-driver.ts";
import { manxTable } from "../../kernel/nftables/table.ts";
import { systemClock } from "../../lib/io/clock.ts";
import type { PolicyOutput } from "../../policy/output.ts";
import type { PathNode } from "./nodes.ts";

/** Brings a policy into a node's kernel by the named dataplane; answers how to let go of it. @throws Error when it refuses */
export async function openFirewall(dataplane: string, node: PathNode, policy: PolicyOutput): Promise<() => void> {
  if (dataplane !== "nftables") throw new Error(`no dataplane is called ${dataplane}`);
  const port = new NfnetlinkPort(openNetlink, manxTable, `/run/netns/${node.name}`);
  const driver = new RulesetDriver({ port, clock: systemClock, table: manxTable, tell: () => {} });
  driver.allowDeletes();
  new NftablesLowering(driver, defaultOptions).apply(policy);
  await driver.apply();
  return () => {
    driver.close();
    port.close();
  };
}
