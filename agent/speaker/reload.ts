import { textOf } from "../../bgp/plan/peer-change.ts";
import { type PlanStep, planChange } from "../../bgp/plan/plan.ts";
import { ipv6 } from "../../net/address.ts";
import { numbered, numberedName } from "../unnumbered/peer.ts";
import type { SpeakerSettings } from "./config.ts";

/** Whether some peer has no address: routers on its interface have to be found. */
export function needsDiscovery({ unnumberedPeers }: SpeakerSettings): boolean {
  return unnumberedPeers.length > 0;
}

/** Whether some peer asks for more of its sockets than node:net has: MD5, TTL, a device, a zone or an interface. */
export function needsKernelSockets(settings: SpeakerSettings): boolean {
  const { peers, dynamicPeers } = settings;
  const needs = [...peers, ...dynamicPeers].some(
    ({ password, ttl, ttlSecurityHops, device }) => (password ?? ttl ?? ttlSecurityHops ?? device) !== undefined,
  );
  return needs || peers.some(({ zone }) => zone !== undefined) || needsDiscovery(settings);
}

/** Whether some peer is to be watched by BFD. */
export function needsBfd({ peers, unnumberedPeers, dynamicPeers }: SpeakerSettings): boolean {
  return [...peers, ...unnumberedPeers, ...dynamicPeers].some(({ bfd }) => bfd !== undefined);
}

/**
 * Why a running process cannot take other settings over at all: parts of it that are only made at its start. `started`
 * are the settings it began with. Empty: it can.
 */
export function reloadObstacles(started: SpeakerSettings, wanted: SpeakerSettings): readonly string[] {
  const obstacles: string[] = [];
  if (needsKernelSockets(wanted) && !needsKernelSockets(started)) {
    obstacles.push("password, ttlSecurityHops, ttl, device or zone: this process began with sockets that have none");
  }
  if (needsDiscovery(wanted) && !needsDiscovery(started)) {
    obstacles.push("interface: this process began without router discovery");
  }
  if (needsBfd(wanted) && !needsBfd(started)) obstacles.push("bfd: this process began without BFD");
  return obstacles;
}

/** What is opened at the start and stays. */
const opened = ["kernel", "metrics"] as const;

/** Stands in a plan for an address that nobody knows before the peer is heard. */
const unknown = ipv6(0, 0, 0, 0);

function withUnnumbered(settings: SpeakerSettings): SpeakerSettings {
  const peers = settings.unnumberedPeers.map((peer) => numbered(peer, unknown));
  return { ...settings, peers: [...settings.peers, ...peers] };
}

/** Peers without an address are named by their interface. */
function withoutUnknown(steps: readonly PlanStep[], ...all: readonly SpeakerSettings[]): PlanStep[] {
  const peers = all.flatMap(({ unnumberedPeers }) => unnumberedPeers);
  const names = new Map(peers.map((peer) => [numberedName(peer, unknown), peer.interface]));
  return steps.map((step) => (step.subject === "peer" ? { ...step, name: names.get(step.name) ?? step.name } : step));
}

/** As `planChange`, of everything in the file: another `kernel` or `metrics` needs a restart too. */
export function planSettings(running: SpeakerSettings, wanted: SpeakerSettings): readonly PlanStep[] {
  const steps = withoutUnknown(planChange(withUnnumbered(running), withUnnumbered(wanted)), running, wanted);
  const fields = opened
    .filter((name) => textOf(running[name]) !== textOf(wanted[name]))
    .map((field) => ({ field, effect: "reset", why: "opened at the start" }) as const);
  if (fields.length === 0) return steps;
  const [first, ...rest] = steps;
  if (first?.subject === "speaker") return [{ ...first, fields: [...first.fields, ...fields] }, ...rest];
  return [{ action: "restart", subject: "speaker", name: "", fields }, ...steps];
}
