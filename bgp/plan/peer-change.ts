import type { PeerConfig, SpeakerConfig } from "../speaker/config.ts";
import { type Effect, fieldEffects } from "./field-effects.ts";

/** One field that has another value, and what that does. */
export interface FieldChange {
  readonly field: string;
  readonly effect: Effect;
  readonly why: string;
}

/** What another configuration of a peer does to its session; the table `fieldEffects` decides, here and in the deed. */
export interface PeerChange {
  readonly resets: boolean;
  readonly imports: boolean;
  readonly exports: boolean;
  /** In the order of the table; empty when nothing differs. */
  readonly fields: readonly FieldChange[];
}

/** What it does to the session of a peer of `speaker` when `from` becomes `to`. */
export function peerChange(speaker: SpeakerConfig, from: PeerConfig, to: PeerConfig): PeerChange {
  const fields: FieldChange[] = [];
  for (const [field, aspects] of Object.entries(fieldEffects)) {
    for (const { effect, why, value } of aspects) {
      if (textOf(value(from, speaker)) !== textOf(value(to, speaker))) fields.push({ field, effect, why });
    }
  }
  const has = (effect: Effect): boolean => fields.some((one) => one.effect === effect);
  return { resets: has("reset"), imports: has("import"), exports: has("export"), fields };
}

/** Equal texts of equal values, whatever the order in which fields were written. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (isRecord(one) ? Object.fromEntries(sorted(one)) : one)) ?? "";
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1));
}
