import type { KernelError } from "../../kernel/error.ts";
import { openNetlink } from "../../kernel/io/netlink-socket.ts";
import { NfnetlinkPort } from "../../kernel/nftables/nfnetlink-port.ts";
import type { Tell } from "../../lib/fact.ts";
import type { FelixSettings } from "../config/felix.ts";
import { firewallOptions } from "../config/firewall-options.ts";
import { chooseFirewall, type FirewallChoice, needsIptables } from "../dataplane/choice.ts";
import type { Dataplane, DataplaneKind } from "../dataplane/dataplane.ts";
import { type FirewallFact, openDataplane } from "./open-dataplane.ts";

/** The firewall of this machine that was chosen, and the object that keeps it. */
export interface Firewall extends FirewallChoice {
  readonly dataplane: Dataplane;
}

/** A table that is made and taken away in one transaction, so that nobody ever sees it. */
const probe = { family: "inet", name: "manx-probe" } as const;

/** Empty when the kernel takes an nftables transaction, else why not. */
async function refusalOfNftables(): Promise<string> {
  let port: NfnetlinkPort | undefined;
  try {
    port = new NfnetlinkPort(openNetlink, probe);
    const outcome = await port.commit([{ kind: "new table" }, { kind: "delete table" }]);
    if (outcome.kind === "committed") return "";
    return outcome.kind === "refused" ? `error ${outcome.refusals[0]?.errno}` : `the answer was ${outcome.kind}`;
  } catch (error) {
    return (error as KernelError).message;
  } finally {
    port?.close();
  }
}

/** Chooses the firewall and opens it; nothing is written yet. Tells which and why. @throws KernelError */
export async function openFirewall(settings: FelixSettings, tell: Tell<FirewallFact>): Promise<Firewall> {
  const nftables = settings.nftablesMode === "Auto" ? await refusalOfNftables() : undefined;
  const iptables = needsIptables(settings, nftables) ? [] : [];
  const choice = chooseFirewall(settings, { nftables, iptables });
  tell({ fact: "agent.firewall", ...choice });
  return { ...choice, dataplane: openDataplane(choice.kind, optionsFor(settings, choice.kind), tell) };
}

/** What a firewall of this kind is told of Felix's settings. */
export function optionsFor(settings: FelixSettings, kind: DataplaneKind): ReturnType<typeof firewallOptions> {
  return firewallOptions(settings, kind === "nftables" ? "nftables" : "iptables");
}
