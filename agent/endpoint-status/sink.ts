import type { Change } from "../../lib/change.ts";

/** A place where states of endpoints are told: texts under names. All of what lies there is ours. */
export interface StatusSink {
  /** For facts: `etcd` or `files`. */
  readonly name: string;
  /** What stands there now. @throws (as a rejection) whatever keeps it from being read */
  list(): Promise<ReadonlyMap<string, string>>;
  /** Makes these changes. @throws (as a rejection) when it is unknown which of them happened */
  write(changes: readonly Change<string, string>[]): Promise<void>;
}
