import type { MemberKey } from "./member.ts";
import type { IpsetSpec } from "./set.ts";

/** A set as the kernel lists it without its members. */
export interface IpsetHeader {
  readonly name: string;
  /** What it is, when it is one of those that we make. */
  readonly spec: IpsetSpec | undefined;
  /** How many members it has. */
  readonly elements: number;
  /** How many rules and sets look into it: a set that has any cannot be destroyed. */
  readonly references: number;
}

/** One step. None minds that it has been done already: what is there is not created or added again. */
export type IpsetOperation =
  /** EEXIST when there is one of the name that is something else. `expected` members are going to be added at once. */
  | { readonly kind: "create"; readonly set: IpsetSpec; readonly expected?: number }
  /** EBUSY while a rule looks into it. */
  | { readonly kind: "destroy"; readonly name: string }
  | { readonly kind: "flush"; readonly name: string }
  /** Both must be of the same type and family; rules that looked into one look into the other then. */
  | { readonly kind: "swap"; readonly name: string; readonly with: string }
  | { readonly kind: "rename"; readonly name: string; readonly to: string }
  | { readonly kind: "add"; readonly set: IpsetSpec; readonly keys: readonly MemberKey[] }
  | { readonly kind: "delete"; readonly set: IpsetSpec; readonly keys: readonly MemberKey[] };

/** The kernel's no to an operation. */
export interface IpsetRefusal {
  /** Index of the operation. */
  readonly operation: number;
  /** Of `add` and `delete`: index of the key that was refused, -1 otherwise. Whether those behind it were done is open: look. */
  readonly key: number;
  /** Linux's number, or ipset's own from 4096 on (`errno.ts`). */
  readonly errno: number;
}

/** The sets of the kernel, ours and all others. Calls are worked off in order. */
export interface IpsetPort {
  /** Does every operation, each on its own. @throws KernelError when answers were lost: then look what is there */
  execute(operations: readonly IpsetOperation[]): Promise<readonly IpsetRefusal[]>;
  /** All sets, without members. @throws KernelError */
  headers(): Promise<readonly IpsetHeader[]>;
  /** The members of one set that `headers` told; empty when it has gone. @throws KernelError */
  members(set: IpsetSpec): Promise<readonly MemberKey[]>;
  /** Gives up the socket. */
  close(): void;
}
