import type { AgentStatus, PeerStatus } from "../agent/api/status.ts";
import { formatTimestamp } from "../datastore/timestamp.ts";
import { askAgent } from "./agent.ts";
import { boxTable } from "./box-table.ts";
import { CliError } from "./error.ts";
import type { Shell } from "./shell.ts";
import { writeYaml } from "./yaml.ts";

/** How many workloads in error are named. */
const mostShown = 10;

/** What `node status` can be told. */
export interface NodeStatusOptions {
  readonly output?: string;
}

/** A session's state in BIRD's words, which calicoctl prints. */
function birdState(state: PeerStatus["state"]): "up" | "start" | "down" {
  if (state === "Established") return "up";
  return state === "Idle" ? "down" : "start";
}

/** The time of day when it was today, else the day: as BIRD prints it. */
function since(timestamp: string, now: string): string {
  // Calico's agents pass on BIRD's own short form.
  const [day, time] = timestamp.split("T") as [string, string | undefined];
  return time !== undefined && now.startsWith(`${day}T`) ? time.slice(0, 8) : day;
}

/** Sessions of one family in a box, or that there are none; `now` is RFC 3339. */
export function peerTable(title: string, peers: readonly PeerStatus[], now: string): string {
  if (peers.length === 0) return `\n${title} BGP status\nNo ${title} peers found.\n`;
  const sorted = [...peers].sort((x, y) => (x.address < y.address ? -1 : 1));
  const rows = sorted.map((peer) => {
    const info = peer.why === "" ? peer.state : `${peer.state} ${peer.why}`;
    return [peer.address, peer.type, birdState(peer.state), since(peer.since, now), info];
  });
  return `\n${title} BGP status\n${boxTable(["Peer address", "Peer type", "State", "Since", "Info"], rows)}`;
}

/** What of policies cannot be read: how many fields and which come first; empty when all can. */
function policyFaultText(faults: AgentStatus["policyFaults"]): string {
  if (!faults) return "";
  const { count, first } = faults;
  const more = count > first.length ? `  and ${count - first.length} more, see the agent's log\n` : "";
  return `Policy that cannot be read, and denies or does nothing: ${count}\n${first.map((one) => `  ${one}\n`).join("")}${more}`;
}

/** Workloads that the kernel does not hold as they should be, and why; empty when it holds all. */
function errorText(workloads: AgentStatus["workloads"]): string {
  const wrong = workloads.filter(({ state }) => state === "error");
  const lines = wrong
    .slice(0, mostShown)
    .map((one) => `  ${one.namespace}/${one.name} on ${one.interfaceName}: ${one.why ?? ""}\n`);
  const more = wrong.length > mostShown ? `  and ${wrong.length - mostShown} more\n` : "";
  return wrong.length === 0 ? "" : `Workloads in error: ${wrong.length}\n${lines.join("")}${more}`;
}

/** The agent's status as calicoctl prints a node's; conditions that do not hold come first. */
export function statusText(status: AgentStatus, now: string): string {
  const failing = status.conditions.filter((condition) => !condition.holds);
  const ready = failing.map(({ name, why }) => `Not ready: ${name}: ${why}\n`).join("");
  const faults = policyFaultText(status.policyFaults) + errorText(status.workloads);
  const of = (family: PeerStatus["family"]): readonly PeerStatus[] =>
    status.peers.filter((peer) => peer.family === family);
  return `Calico process is running.\n${ready}${faults}${peerTable("IPv4", of("ipv4"), now)}${peerTable("IPv6", of("ipv6"), now)}\n`;
}

/** `manxctl node status`: asks the agent of this node. */
export async function nodeStatus(shell: Shell, options: NodeStatusOptions): Promise<void> {
  const form = options.output ?? "ps";
  if (!["ps", "json", "yaml"].includes(form)) {
    throw new CliError(`unrecognized output format '${form}'; ps, json or yaml would be right`);
  }
  const status = await askAgent<AgentStatus>(shell, { do: "status" });
  if (form === "json") shell.print(`${JSON.stringify(status, null, 2)}\n`);
  else shell.print(form === "yaml" ? writeYaml(status) : statusText(status, formatTimestamp(shell.clock.wall())));
}
