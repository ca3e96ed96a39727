import { ManxError } from "../lib/error.ts";

/** A revision of the whole store: grows by one with every commit that changed something. Below 2^53. */
export type Revision = number;

/** A key as it stands: its value, and the revision of the commit that last wrote it (etcd's mod_revision). */
export interface Entry {
  readonly key: string;
  readonly value: string;
  readonly revision: Revision;
}

/** Everything under a prefix at one revision, keys in byte order. */
export interface Snapshot {
  readonly entries: readonly Entry[];
  readonly revision: Revision;
}

/** One change, told to a watcher. Events of one key come in the order of their revisions, none left out. */
export type StoreEvent =
  | { readonly kind: "put"; readonly key: string; readonly value: string; readonly revision: Revision }
  | { readonly kind: "delete"; readonly key: string; readonly revision: Revision };

/**
 * What a watcher hears. `events` holds whole revisions; `progress` says that everything up to a revision has been told;
 * `interrupted` and `resumed` frame a loss of contact that the watch rides out by itself without losing an event;
 * `compacted` ends the watch: the history it needed is gone, list again.
 */
export type WatchMessage =
  | { readonly kind: "events"; readonly events: readonly StoreEvent[] }
  | { readonly kind: "progress"; readonly revision: Revision }
  | { readonly kind: "interrupted"; readonly why: string }
  | { readonly kind: "resumed" }
  | { readonly kind: "compacted" };

/** A running watch. */
export interface Watch {
  /** Ends the watch; nothing is told afterwards. */
  cancel(): void;
}

/** What must hold for a commit to happen: the key's revision, or 0 for a key that must not exist. */
export interface Compare {
  readonly key: string;
  readonly revision: Revision;
}

/** One write of a commit. */
export interface Put {
  readonly key: string;
  readonly value: string;
  /** The key goes by itself after this many seconds, unless put again (status keys, a leader's key). */
  readonly ttlSeconds?: number;
}

/** `committed` with the new revision, or the entries that the failed compares met (absent keys left out). */
export type CommitResult =
  | { readonly committed: true; readonly revision: Revision }
  | { readonly committed: false; readonly found: readonly Entry[] };

/**
 * A consistent key-value store with history: etcd's model, as small as it can be. Every method fails with
 * `StoreUnavailable` when the store cannot be reached in time, `StoreRefused` when it says no.
 */
export interface Store {
  get(key: string): Promise<Entry | undefined>;
  /** One consistent snapshot; paging is the implementation's affair. */
  list(prefix: string): Promise<Snapshot>;
  /** Tells every change under `prefix` after `after`, beginning with `after + 1`. */
  watch(prefix: string, after: Revision, tell: (message: WatchMessage) => void): Watch;
  /** All puts and deletes at once when every compare holds, else nothing. Deleting an absent key is no error. */
  commit(compares: readonly Compare[], puts: readonly Put[], deletes: readonly string[]): Promise<CommitResult>;
  close(): Promise<void>;
}

/** What a `StoreUnavailable` says for programs. */
export interface UnavailableFacts {
  readonly operation: string;
  /** A commit was sent and its answer was lost: it may have happened. Absent: it has not. Reads leave it out. */
  readonly unknown?: true;
}

/** The store cannot be reached, or did not answer in time; whether a commit happened is in `facts.unknown`. */
export class StoreUnavailable extends ManxError<"datastore/unavailable" | "datastore/untrusted", UnavailableFacts> {}

/** What is wrong with the certificates between us and a store, and whose certificate it is. */
export interface TrustFacts extends UnavailableFacts {
  readonly endpoint: string;
  readonly reason: "expired" | "not-yet-valid" | "unknown-ca" | "wrong-name" | "client-refused" | "no-tls" | "other";
  /** The file at fault, when it is one of ours. */
  readonly file?: string;
  readonly subject?: string;
  /** When the certificate's time ends, as ISO 8601. */
  readonly notAfter?: string;
}

/**
 * TLS failed: a certificate's time is over, its CA is unknown, its name is another. Counts as unavailable, because
 * certificates are renewed while we run, and the files are read again at every attempt.
 */
export class StoreUntrusted extends StoreUnavailable {
  declare readonly facts: TrustFacts;

  constructor(message: string, facts: TrustFacts) {
    super("datastore/untrusted", message, facts);
  }
}

/** The store answered no: authentication, quota, a value too large. Trying again does not help. */
export class StoreRefused extends ManxError<"datastore/refused", { readonly operation: string }> {}
