import { existsSync, readFileSync } from "node:fs";
import { errno } from "../../../kernel/errno.ts";
import { KernelError } from "../../../kernel/error.ts";
import { openNetlink } from "../../../kernel/io/netlink-socket.ts";
import { NfnetlinkIpsets } from "../../../kernel/ipset/nfnetlink-port.ts";
import { LinuxIptables } from "../../../kernel/iptables/io/linux-iptables.ts";
import type { TableName } from "../../../kernel/iptables/table.ts";
import type { IptablesVariant } from "../../../kernel/iptables/variant.ts";
import { NfnetlinkPort } from "../../../kernel/nftables/nfnetlink-port.ts";
import { manxTable } from "../../../kernel/nftables/table.ts";
import type { Family } from "../../../net/family.ts";
import { families } from "../../../net/family.ts";
import type { DataplaneKind } from "../../dataplane/dataplane.ts";
import { type IptablesPlace, ipsetsPart, iptablesPart, nftablesPart } from "../firewall-parts.ts";
import type { CleanupPart } from "../part.ts";

const tableNames: readonly TableName[] = ["raw", "mangle", "nat", "filter"];
/** What names of our ipsets begin with, those that are on their way in among them. */
const setPrefixes = ["cali40", "cali60", "cali4t", "cali6t"];

/** The tables that the older packet filter of the kernel has at all: to look into another one would make it. */
function legacyTables(family: Family): readonly TableName[] {
  const path = `/proc/net/${family === "ipv4" ? "ip" : "ip6"}_tables_names`;
  const names = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  return tableNames.filter((name) => names.includes(name));
}

/** The nftables variant has whatever is asked for, unless its program is missing. */
async function nftTables(port: LinuxIptables): Promise<readonly TableName[]> {
  try {
    await port.save("filter");
    return tableNames;
  } catch (error) {
    if (error instanceof KernelError && error.facts.errno === errno.ENOENT) return [];
    throw error;
  }
}

function place(family: Family, variant: IptablesVariant): IptablesPlace {
  const port = new LinuxIptables({ family, variant, spawnEach: true });
  return { port, tables: async () => (variant === "legacy" ? legacyTables(family) : await nftTables(port)) };
}

/** Opened parts, and how to give up what they hold. */
export interface FirewallRemains {
  readonly parts: readonly CleanupPart[];
  close(): void;
}

/** What may be left of every firewall but the one that is in use, in the order in which it has to go. @throws KernelError */
export function firewallRemains(inUse?: DataplaneKind): FirewallRemains {
  const parts: CleanupPart[] = [];
  const closes: (() => void)[] = [];
  if (inUse !== "nftables") {
    const port = new NfnetlinkPort(openNetlink, manxTable);
    closes.push(() => port.close());
    parts.push(nftablesPart(port));
  }
  for (const variant of ["nft", "legacy"] as const) {
    if (inUse === `iptables-${variant}`) continue;
    const places = families.map((family) => place(family, variant));
    closes.push(() => {
      for (const { port } of places) port.close();
    });
    parts.push(iptablesPart(`iptables-${variant}`, places));
  }
  // Both variants of iptables look into the same sets.
  if (inUse === undefined || inUse === "nftables") {
    const port = new NfnetlinkIpsets(openNetlink);
    closes.push(() => port.close());
    parts.push(ipsetsPart(port, setPrefixes));
  }
  return {
    parts,
    close() {
      for (const close of closes) close();
    },
  };
}
