import { prefixKey } from "../../net/prefix.ts";
import { peerName } from "../speaker/config.ts";
import type { Speaker } from "../speaker/speaker.ts";
import { type PlanStep, planChange, type SpeakerWishes } from "./plan.ts";

/**
 * Tells a running speaker what it is to be from now on instead of `running`, and answers the plan by which it did so. What
 * only a restart can change (the first step, if its subject is the speaker) stays as it is.
 */
export function applyChange(speaker: Speaker, running: SpeakerWishes, wanted: SpeakerWishes): readonly PlanStep[] {
  const steps = planChange(running, wanted);
  const named = (subject: PlanStep["subject"]): ReadonlySet<string> =>
    new Set(steps.filter((step) => step.subject === subject).map(({ name }) => name));
  const peers = named("peer");
  const kept = new Set(wanted.peers.map(({ address, zone }) => peerName(address, zone)));
  for (const { address, zone } of running.peers) {
    if (!kept.has(peerName(address, zone))) speaker.removePeer(address, zone);
  }
  for (const peer of wanted.peers) if (peers.has(peerName(peer.address, peer.zone))) speaker.setPeer(peer);
  if (named("range").size > 0) speaker.setDynamicPeers(wanted.dynamicPeers);
  applyRoutes(speaker, running, wanted);
  return steps;
}

function applyRoutes(speaker: Speaker, running: SpeakerWishes, wanted: SpeakerWishes): void {
  const before = new Map(running.routes.map((route) => [prefixKey(route.prefix), route]));
  const after = new Map(wanted.routes.map((route) => [prefixKey(route.prefix), route]));
  for (const [key, { prefix }] of before) if (!after.has(key)) speaker.withdraw(prefix);
  for (const { prefix, ...route } of after.values()) speaker.announce(prefix, route);
}
