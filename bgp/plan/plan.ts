import { formatPrefix, type Prefix, prefixKey } from "../../net/prefix.ts";
import { type DynamicPeers, type PeerConfig, peerName, type SpeakerConfig } from "../speaker/config.ts";
import type { LocalRoute } from "../speaker/local-routes.ts";
import { type FieldChange, peerChange, textOf } from "./peer-change.ts";

/** A route of our own with its prefix. */
export interface PlannedRoute extends LocalRoute {
  readonly prefix: Prefix;
}

/** Everything that a speaker is told. */
export interface SpeakerWishes {
  readonly speaker: SpeakerConfig;
  readonly peers: readonly PeerConfig[];
  readonly dynamicPeers: readonly DynamicPeers[];
  readonly routes: readonly PlannedRoute[];
}

/** What a step does: of the speaker only `restart`, which nobody but an operator does; of routes only the last three. */
export type PlanAction =
  | "restart"
  | "add"
  | "remove"
  | "reset"
  | "refresh"
  | "update"
  | "announce"
  | "change"
  | "withdraw";

/** One thing that happens when one configuration takes the place of another. */
export interface PlanStep {
  readonly action: PlanAction;
  readonly subject: "speaker" | "peer" | "range" | "route";
  /** Name of a peer, or a prefix; empty for the speaker. */
  readonly name: string;
  /** What differs, where something is changed. */
  readonly fields: readonly FieldChange[];
}

/**
 * What happens when `wanted` takes the place of `running`, step by step, in the order in which `applyPlan` does it: what
 * goes before what comes, each kind by name. No step: nothing differs. What a restart alone can change is one step;
 * everything else is planned as the running speaker would do it. Steps of a range are for sessions that came from it.
 */
export function planChange(running: SpeakerWishes, wanted: SpeakerWishes): readonly PlanStep[] {
  return [
    ...speakerSteps(running.speaker, wanted.speaker),
    ...peerSteps(running, wanted),
    ...rangeSteps(running, wanted),
    ...routeSteps(running.routes, wanted.routes),
  ];
}

/** Fields of the speaker that are facts of its start, not wishes. */
const notWished: ReadonlySet<string> = new Set(["restart"]);

function speakerSteps(running: SpeakerConfig, wanted: SpeakerConfig): PlanStep[] {
  const before = new Map(Object.entries(running));
  const after = new Map(Object.entries(wanted));
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const fields = names
    .filter((name) => !notWished.has(name) && textOf(before.get(name)) !== textOf(after.get(name)))
    .map((field) => ({ field, effect: "reset", why: "another one is another speaker" }) as const);
  return fields.length === 0 ? [] : [{ action: "restart", subject: "speaker", name: "", fields }];
}

function peerSteps({ speaker, peers }: SpeakerWishes, wanted: SpeakerWishes): PlanStep[] {
  const before = byName(peers, ({ address, zone }) => peerName(address, zone));
  const after = byName(wanted.peers, ({ address, zone }) => peerName(address, zone));
  return pairSteps("peer", before, after, (from, to) => peerChange(speaker, from, to));
}

function rangeSteps({ speaker, dynamicPeers }: SpeakerWishes, wanted: SpeakerWishes): PlanStep[] {
  const before = byName(dynamicPeers, ({ range }) => formatPrefix(range));
  const after = byName(wanted.dynamicPeers, ({ range }) => formatPrefix(range));
  return pairSteps("range", before, after, (from, to) => {
    return peerChange(speaker, { ...from, address: from.range }, { ...to, address: to.range });
  });
}

function pairSteps<T>(
  subject: "peer" | "range",
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  changeOf: (from: T, to: T) => ReturnType<typeof peerChange>,
): PlanStep[] {
  const steps: PlanStep[] = [];
  for (const name of before.keys()) if (!after.has(name)) steps.push({ action: "remove", subject, name, fields: [] });
  for (const [name, to] of after) {
    const from = before.get(name);
    if (from === undefined) {
      steps.push({ action: "add", subject, name, fields: [] });
      continue;
    }
    const { resets, imports, exports, fields } = changeOf(from, to);
    if (fields.length === 0) continue;
    steps.push({ action: resets ? "reset" : imports || exports ? "refresh" : "update", subject, name, fields });
  }
  return steps;
}

function routeSteps(running: readonly PlannedRoute[], wanted: readonly PlannedRoute[]): PlanStep[] {
  const before = byName(running, ({ prefix }) => prefixKey(prefix));
  const after = byName(wanted, ({ prefix }) => prefixKey(prefix));
  const step = (action: PlanAction, name: string): PlanStep => ({ action, subject: "route", name, fields: [] });
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => step("withdraw", name));
  const rest = [...after].flatMap(([name, route]) => {
    const known = before.get(name);
    if (known === undefined) return [step("announce", name)];
    return textOf(known) === textOf(route) ? [] : [step("change", name)];
  });
  return [...gone, ...rest];
}

/** By name, sorted; the last of several of one name counts, as it does for the speaker. */
function byName<T>(list: readonly T[], nameOf: (one: T) => string): ReadonlyMap<string, T> {
  const named = new Map(list.map((one) => [nameOf(one), one]));
  return new Map([...named].sort(([x], [y]) => (x < y ? -1 : 1)));
}
