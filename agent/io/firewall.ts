import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KernelError } from "../../kernel/error.ts";
import { openNetlink } from "../../kernel/io/netlink-socket.ts";
import { iptablesVariants } from "../../kernel/iptables/io/variants.ts";
import { NfnetlinkPort } from "../../kernel/nftables/nfnetlink-port.ts";
import type { Tell } from "../../lib/fact.ts";
import { families } from "../../net/family.ts";
import { firewallRemains } from "../cleanup/io/firewall-remains.ts";
import type { FelixSettings } from "../config/felix.ts";
import { firewallOptions } from "../config/firewall-options.ts";
import { chooseFirewall, type FirewallChoice, needsIptables } from "../dataplane/choice.ts";
import type { Dataplane, DataplaneKind } from "../dataplane/dataplane.ts";
import { type DataplaneFact, openDataplane } from "../dataplane/io/open.ts";
import { KernelCalls } from "../dataplane/kernel-calls.ts";
import { availableDropGroup } from "../explain/io/drop-group.ts";
import type { AgentFact } from "../fact.ts";

/** Everything that can be heard of a firewall. */
export type FirewallFact = AgentFact | DataplaneFact;

/** The firewall of this machine that was chosen, and the object that keeps it. */
export interface Firewall extends FirewallChoice {
  readonly dataplane: Dataplane;
  /** The log group that hears of drops; absent where the kernel has none. */
  readonly dropGroup: number | undefined;
  /** What it has asked of the kernel. */
  readonly calls: KernelCalls;
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
    if (!(error instanceof KernelError)) throw error;
    return error.message;
  } finally {
    port?.close();
  }
}

/** Chooses the firewall and opens it; nothing is written yet. Tells which and why. @throws KernelError */
export async function openFirewall(
  settings: FelixSettings,
  runDir: string,
  tell: Tell<FirewallFact>,
): Promise<Firewall> {
  const nftables = settings.nftablesMode === "Auto" ? await refusalOfNftables() : undefined;
  const iptables = needsIptables(settings, nftables) ? await iptablesVariants() : [];
  const choice = chooseFirewall(settings, { nftables, iptables });
  tell({ fact: "agent.firewall", ...choice });
  // Should we end before the other one is gone, the next start has to look.
  if (noted(runDir) !== choice.kind) rmSync(noteIn(runDir), { force: true });
  const dropGroup = await availableDropGroup();
  const options = optionsFor(settings, choice.kind, dropGroup);
  const asked = settings.ipv6Support ? families : (["ipv4"] as const);
  const calls = new KernelCalls();
  const dataplane = openDataplane({ kind: choice.kind, options, families: asked, tell, calls });
  return { ...choice, dataplane, dropGroup, calls };
}

/** What a firewall of this kind is told of Felix's settings, and of the log group that hears of drops. */
export function optionsFor(
  settings: FelixSettings,
  kind: DataplaneKind,
  dropGroup: number | undefined,
): ReturnType<typeof firewallOptions> {
  const options = firewallOptions(settings, kind === "nftables" ? "nftables" : "iptables");
  return dropGroup === undefined ? options : { ...options, dropGroup };
}

/** Where an agent notes which firewall alone is left of ours: so it need not look into the others at every start. */
function noteIn(runDir: string): string {
  return join(runDir, "firewall");
}

function noted(runDir: string): string {
  try {
    return readFileSync(noteIn(runDir), "utf8").trim();
  } catch {
    return "";
  }
}

/**
 * Takes away what other firewalls hold of ours, from a life with another choice, now that the one in use is complete: until here a
 * packet had to pass both. What cannot be taken away is told, and tried again at the next start.
 */
export async function leaveOthers(kind: DataplaneKind, runDir: string, tell: Tell<FirewallFact>): Promise<void> {
  if (noted(runDir) === kind) return;
  const remains = firewallRemains(kind);
  let isDone = true;
  try {
    for (const part of remains.parts) {
      try {
        if ((await part.find()).length === 0) continue;
        await part.remove();
        tell({ fact: "agent.firewall-left", kind: part.name });
      } catch (error) {
        isDone = false;
        const why = error instanceof Error ? error.message : String(error);
        tell({ fact: "agent.firewall-left-failed", kind: part.name, why });
      }
    }
  } finally {
    remains.close();
  }
  if (!isDone) return;
  mkdirSync(runDir, { recursive: true });
  writeFileSync(noteIn(runDir), `${kind}\n`);
}
