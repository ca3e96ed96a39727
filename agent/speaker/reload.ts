import { textOf } from "../../bgp/plan/peer-change.ts";
import { type PlanStep, planChange } from "../../bgp/plan/plan.ts";
import type { SpeakerSettings } from "./config.ts";

/** Whether some peer asks for more of its sockets than node:net has: MD5, TTL, a device or a zone. */
export function needsKernelSockets({ peers, dynamicPeers }: SpeakerSettings): boolean {
  const needs = [...peers, ...dynamicPeers].some(
    ({ password, ttl, ttlSecurityHops, device }) => (password ?? ttl ?? ttlSecurityHops ?? device) !== undefined,
  );
  return needs || peers.some(({ zone }) => zone !== undefined);
}

/** Whether some peer is to be watched by BFD. */
export function needsBfd({ peers, dynamicPeers }: SpeakerSettings): boolean {
  return [...peers, ...dynamicPeers].some(({ bfd }) => bfd !== undefined);
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
  if (needsBfd(wanted) && !needsBfd(started)) obstacles.push("bfd: this process began without BFD");
  return obstacles;
}

/** What is opened at the start and stays. */
const opened = ["kernel", "metrics"] as const;

/** As `planChange`, of everything in the file: another `kernel` or `metrics` needs a restart too. */
export function planSettings(running: SpeakerSettings, wanted: SpeakerSettings): readonly PlanStep[] {
  const steps = planChange(running, wanted);
  const fields = opened
    .filter((name) => textOf(running[name]) !== textOf(wanted[name]))
    .map((field) => ({ field, effect: "reset", why: "opened at the start" }) as const);
  if (fields.length === 0) return steps;
  const [first, ...rest] = steps;
  if (first?.subject === "speaker") return [{ ...first, fields: [...first.fields, ...fields] }, ...rest];
  return [{ action: "restart", subject: "speaker", name: "", fields }, ...steps];
}
