import { type FelixSettings, felixFields } from "./felix.ts";
import type { Field } from "./field.ts";

/** What holds from now on, and the names of the fields that wait for the next start. */
export interface LiveChange {
  readonly settings: FelixSettings;
  readonly waiting: readonly string[];
}

/** The settings of a running agent once others are wanted: fields that cannot change while it runs stay as they were. */
export function takeLive(running: FelixSettings, wanted: FelixSettings): LiveChange {
  const settings: Record<string, unknown> = { ...wanted };
  const waiting: string[] = [];
  for (const [name, field] of Object.entries(felixFields as Readonly<Record<string, Field<unknown>>>)) {
    const key = name as keyof FelixSettings;
    if (field.isLive || JSON.stringify(running[key]) === JSON.stringify(wanted[key])) continue;
    settings[name] = running[key];
    waiting.push(name);
  }
  return { settings: settings as unknown as FelixSettings, waiting };
}
