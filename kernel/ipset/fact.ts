import type { Levels } from "../../lib/fact.ts";

/** Everything the ipset driver can say. */
export type IpsetFact =
  /** An earlier process (ours, or a Calico's) left sets, and we go on with them. */
  | { readonly fact: "ipset.adopted"; readonly sets: number; readonly members: number }
  /** The kernel said no to a set or a member of it. Told once until it works; all others are as wanted. */
  | { readonly fact: "ipset.refused"; readonly set: string; readonly what: string; readonly error: string }
  /** More members are wanted than the set may hold (maxelem); those beyond are left out. */
  | { readonly fact: "ipset.full"; readonly set: string; readonly wanted: number; readonly maxelem: number }
  /** A set that had been refused or full is as wanted now. */
  | { readonly fact: "ipset.accepted"; readonly set: string }
  /** The kernel could not be asked at all, or an answer was lost. */
  | { readonly fact: "ipset.failed"; readonly error: string; readonly attempt: number; readonly retryMs: number }
  /** Somebody else changed a set of ours; it is being put right. */
  | { readonly fact: "ipset.disturbed"; readonly set: string; readonly how: string }
  /** A set is made anew and swapped in, because it was of another kind. */
  | { readonly fact: "ipset.rebuilt"; readonly set: string; readonly why: string };

/** How loud each is. */
export const ipsetLevels: Levels<IpsetFact> = {
  "ipset.adopted": "info",
  "ipset.refused": "error",
  "ipset.full": "error",
  "ipset.accepted": "info",
  "ipset.failed": "error",
  "ipset.disturbed": "warn",
  "ipset.rebuilt": "warn",
};
