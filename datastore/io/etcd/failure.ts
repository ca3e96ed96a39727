import { type ServiceError, status } from "@grpc/grpc-js";
import { type StoreRefused as Refused, StoreRefused, StoreUnavailable } from "../../store.ts";

/**
 * What a failed call means for its caller: `unavailable`, it may have happened or not; `not-done`, etcd could not do it
 * just now and did nothing; `unauthenticated`, it wants a new token; `refused`, it said no.
 */
export type Verdict = "unavailable" | "not-done" | "unauthenticated" | "refused";

const verdicts: Readonly<Partial<Record<number, Verdict>>> = {
  [status.UNAVAILABLE]: "unavailable",
  [status.DEADLINE_EXCEEDED]: "unavailable",
  [status.CANCELLED]: "unavailable",
  [status.UNKNOWN]: "unavailable",
  [status.INTERNAL]: "unavailable",
  [status.ABORTED]: "unavailable",
  [status.UNAUTHENTICATED]: "unauthenticated",
};

/** Words of etcd that say more than their code (etcd api/v3rpc/rpctypes/error.go, raft.ErrProposalDropped). */
const words: readonly (readonly [RegExp, Verdict])[] = [
  [/invalid auth token|user name is empty|revision of auth store is old/, "unauthenticated"],
  [/no leader|too many requests|proposal dropped|etcdserver: not capable/, "not-done"],
];

/** Whether an error is a call's answer at all. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && typeof error.code === "number";
}

/** Whether a call failed for want of contact or of a leader, for want of a token, or because etcd said no. */
export function verdictOn(error: ServiceError): Verdict {
  const said = wordsOf(error);
  return words.find(([pattern]) => pattern.test(said))?.[1] ?? verdicts[error.code] ?? "refused";
}

/** Whether a login failed because of the name or the password, so that the same again would fail the same. */
export function isWrongPassword(error: unknown): boolean {
  return isServiceError(error) && /authentication failed, invalid user ID or password/.test(wordsOf(error));
}

/** etcd's words without gRPC's frame. */
export function wordsOf(error: ServiceError): string {
  return error.details || error.message;
}

/**
 * The error that a caller of the Store hears; `written` when it is of a write that was sent. Never carries a token or a
 * password.
 */
export function storeError(
  error: unknown,
  operation: string,
  endpoint: string,
  written = false,
): Refused | StoreUnavailable {
  if (error instanceof StoreRefused || error instanceof StoreUnavailable) return error;
  const message = `${operation} at etcd ${endpoint}: ${isServiceError(error) ? wordsOf(error) : String(error)}`;
  const verdict = isServiceError(error) ? verdictOn(error) : "unavailable";
  if (verdict === "unauthenticated" || verdict === "refused") {
    return new StoreRefused("datastore/refused", message, { operation }, { cause: error });
  }
  if (!written || verdict === "not-done") {
    return new StoreUnavailable("datastore/unavailable", message, { operation }, { cause: error });
  }
  const doubt = `${message}; whether it happened is not known, read again`;
  return new StoreUnavailable("datastore/unavailable", doubt, { operation, unknown: true }, { cause: error });
}
