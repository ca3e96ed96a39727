import type { Levels } from "../lib/fact.ts";
import type { Revision } from "./store.ts";

/** Everything that this room can ever say. Keys and names only: values may hold what is nobody's business. */
export type DatastoreFact =
  | {
      readonly fact: "datastore.listed";
      readonly prefix: string;
      readonly entries: number;
      readonly revision: Revision;
    }
  | { readonly fact: "datastore.in-sync"; readonly prefix: string; readonly revision: Revision }
  | { readonly fact: "datastore.list-failed"; readonly prefix: string; readonly why: string; readonly retryMs: number }
  | { readonly fact: "datastore.interrupted"; readonly prefix: string; readonly why: string }
  | { readonly fact: "datastore.resumed"; readonly prefix: string }
  | { readonly fact: "datastore.compacted"; readonly prefix: string }
  | { readonly fact: "datastore.invalid"; readonly key: string; readonly problems: readonly string[] }
  | { readonly fact: "datastore.valid-again"; readonly key: string }
  | { readonly fact: "datastore.created"; readonly object: string }
  | { readonly fact: "datastore.paused" }
  | { readonly fact: "datastore.unpaused"; readonly held: number };

/** How loud each fact is. */
export const datastoreLevels: Levels<DatastoreFact> = {
  "datastore.listed": "debug",
  "datastore.in-sync": "info",
  "datastore.list-failed": "warn",
  "datastore.interrupted": "warn",
  "datastore.resumed": "info",
  "datastore.compacted": "info",
  "datastore.invalid": "warn",
  "datastore.valid-again": "info",
  "datastore.created": "info",
  "datastore.paused": "warn",
  "datastore.unpaused": "info",
};
