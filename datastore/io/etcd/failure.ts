import { type ServiceError, status } from "@grpc/grpc-js";
import { type StoreRefused as Refused, StoreRefused, StoreUnavailable } from "../../store.ts";

/** What a failed call means for its caller. */
export type Verdict = "unavailable" | "unauthenticated" | "refused";

const verdicts: Readonly<Partial<Record<number, Verdict>>> = {
  [status.UNAVAILABLE]: "unavailable",
  [status.DEADLINE_EXCEEDED]: "unavailable",
  [status.CANCELLED]: "unavailable",
  [status.UNKNOWN]: "unavailable",
  [status.INTERNAL]: "unavailable",
  [status.ABORTED]: "unavailable",
  [status.UNAUTHENTICATED]: "unauthenticated",
};

/** Whether an error is a call's answer at all. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && typeof error.code === "number";
}

/** Whether a call failed for want of contact, for want of a token, or because etcd said no. */
export function verdictOn(error: ServiceError): Verdict {
  return verdicts[error.code] ?? "refused";
}

/** etcd's words without gRPC's frame. */
export function wordsOf(error: ServiceError): string {
  return error.details || error.message;
}

/** The error that a caller of the Store hears. Never carries a token or a password. */
export function storeError(error: unknown, operation: string, endpoint: string): Refused | StoreUnavailable {
  if (error instanceof StoreRefused || error instanceof StoreUnavailable) return error;
  const words = isServiceError(error) ? wordsOf(error) : String(error);
  const message = `${operation} at etcd ${endpoint}: ${words}`;
  if (isServiceError(error) && verdictOn(error) !== "unavailable") {
    return new StoreRefused("datastore/refused", message, { operation }, { cause: error });
  }
  return new StoreUnavailable("datastore/unavailable", message, { operation }, { cause: error });
}
