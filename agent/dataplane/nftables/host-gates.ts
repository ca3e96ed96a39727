import type { HostGates } from "../../../policy/chain.ts";
import type { Direction, Stage } from "../../../policy/rule.ts";

/** The stages in the order in which a packet meets them. */
export const stages: readonly Stage[] = ["untracked", "pre-dnat", "forward", "normal"];

/** Host endpoints by interface name, or `*`. */
export type Hosts = ReadonlyMap<string, HostGates>;

/** Whether a host endpoint asks anything at a stage; a gate without policies asks only where it denies at its end. */
export function asksAt(host: HostGates, direction: Direction, stage: Stage): boolean {
  const { tiers, atEnd } = host.stages[stage][direction];
  return tiers.length > 0 || atEnd === "deny";
}

/** Whether the host endpoint of all other interfaces asks anything at a stage: those of workloads are among them. */
export function othersAskAt(hosts: Hosts, direction: Direction, stage: Stage): boolean {
  const others = hosts.get("*");
  return others !== undefined && asksAt(others, direction, stage);
}

/** Whether any host endpoint asks anything at a stage. */
export function anyAsksAt(hosts: Hosts, direction: Direction, stage: Stage): boolean {
  for (const host of hosts.values()) if (asksAt(host, direction, stage)) return true;
  return false;
}
