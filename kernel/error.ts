import { ManxError } from "../lib/error.ts";
import { errnoName } from "./errno.ts";

/**
 * What this room can fail with; `README.md` says what to do about each.
 * refused: the kernel answered a request with an error; overrun: notifications or answers were lost, dump again;
 * interrupted: a dump changed under us too often; malformed: octets from the kernel that do not parse;
 * syscall: a system call failed; closed: used after close; addon: the native addon is missing.
 */
export type KernelErrorCode =
  | "kernel/refused"
  | "kernel/overrun"
  | "kernel/interrupted"
  | "kernel/malformed"
  | "kernel/syscall"
  | "kernel/closed"
  | "kernel/addon";

/** The facts of a kernel error: what was tried, on what, and the error number when there is one (0 when not). */
export interface KernelFacts {
  readonly operation: string;
  readonly errno: number;
}

/** An operation on the kernel that did not work. `errno` is its name (`EEXIST`), `facts.errno` its number. */
export class KernelError extends ManxError<KernelErrorCode, KernelFacts> {
  get errno(): string {
    return this.facts.errno === 0 ? "" : errnoName(this.facts.errno);
  }
}

/** The kernel answered `operation` with an error; `detail` is its own sentence (extended acknowledgement) or empty. */
export function refused(operation: string, errno: number, detail = ""): KernelError {
  const because = detail === "" ? "" : `: ${detail}`;
  return new KernelError("kernel/refused", `the kernel refused ${operation}: ${errnoName(errno)}${because}`, {
    operation,
    errno,
  });
}

/** A system call failed with this number. */
export function syscallFailed(operation: string, errno: number): KernelError {
  return new KernelError("kernel/syscall", `${operation} failed: ${errnoName(errno)}`, { operation, errno });
}

/** Octets that should be a netlink message are not one. */
export function malformed(what: string): KernelError {
  return new KernelError("kernel/malformed", `a netlink message from the kernel does not parse: ${what}`, {
    operation: what,
    errno: 0,
  });
}
