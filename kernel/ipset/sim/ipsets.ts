import { errno } from "../../errno.ts";
import { KernelError } from "../../error.ts";
import { ipsetErrno } from "../errno.ts";
import { addressWidth, type MemberKey } from "../member.ts";
import type { IpsetHeader, IpsetOperation, IpsetPort, IpsetRefusal } from "../port.ts";
import type { IpsetSpec } from "../set.ts";
import { isSameKind } from "../spec.ts";

interface SimSet {
  spec: IpsetSpec;
  readonly members: Set<MemberKey>;
  references: number;
}

/**
 * The kernel's sets in memory. Keeps the kernel's promises about sets of our types: limits, references, what can be swapped, which member
 * of a row was refused. Breaks only what the kernel may break: it can be told to refuse, to lose an answer, to be changed by others.
 */
export class SimIpsets implements IpsetPort {
  readonly #sets = new Map<string, SimSet>();
  readonly #faults: ("lost" | "broken")[] = [];
  #closed = false;
  /** Members that are refused, whatever the set, with the error number. */
  readonly poison = new Map<MemberKey, number>();
  /** How many operations the kernel was given. */
  executed = 0;
  /** How many times the headers were asked for. */
  looks = 0;

  /** The next calls of `execute` meet these: it happens and the answer is lost, or it does not happen. */
  failNext(...faults: ("lost" | "broken")[]): void {
    this.#faults.push(...faults);
  }

  /** Somebody else's steps; answers what was refused. */
  disturb(operations: readonly IpsetOperation[]): readonly IpsetRefusal[] {
    return operations.flatMap((operation, index) => this.#apply(operation, index) ?? []);
  }

  /** So many rules look into the set from now on. */
  refer(name: string, references: number): void {
    const set = this.#sets.get(name);
    if (set) set.references = references;
  }

  async execute(operations: readonly IpsetOperation[]): Promise<readonly IpsetRefusal[]> {
    this.#check();
    const fault = this.#faults.shift();
    if (fault === "broken") throw lost();
    this.executed += operations.length;
    const refusals = this.disturb(operations);
    if (fault === "lost") throw lost();
    return refusals;
  }

  async headers(): Promise<readonly IpsetHeader[]> {
    this.#check();
    this.looks++;
    return [...this.#sets.values()].map(({ spec, members, references }) => ({
      name: spec.name,
      spec,
      elements: members.size,
      references,
    }));
  }

  async members(set: IpsetSpec): Promise<readonly MemberKey[]> {
    this.#check();
    return [...(this.#sets.get(set.name)?.members ?? [])];
  }

  close(): void {
    this.#closed = true;
  }

  #check(): void {
    if (this.#closed) {
      throw new KernelError("kernel/closed", "the ipset port is closed", { operation: "ipset", errno: 0 });
    }
  }

  #apply(operation: IpsetOperation, index: number): IpsetRefusal | undefined {
    const refuse = (number: number, key = -1): IpsetRefusal => ({ operation: index, key, errno: number });
    if (operation.kind === "create") {
      const old = this.#sets.get(operation.set.name);
      if (old && !isSameKind(old.spec, operation.set)) return refuse(errno.EEXIST);
      if (!old) this.#sets.set(operation.set.name, { spec: operation.set, members: new Set(), references: 0 });
      return undefined;
    }
    const name = "set" in operation ? operation.set.name : operation.name;
    const set = this.#sets.get(name);
    if (!set) return refuse(errno.ENOENT);
    switch (operation.kind) {
      case "destroy":
        if (set.references > 0) return refuse(ipsetErrno.BUSY);
        this.#sets.delete(name);
        return undefined;
      case "flush":
        set.members.clear();
        return undefined;
      case "swap":
      case "rename": {
        const number = operation.kind === "swap" ? this.#swap(set, operation.with) : this.#rename(set, operation.to);
        return number === 0 ? undefined : refuse(number);
      }
      case "delete":
        for (const key of operation.keys) set.members.delete(key);
        return undefined;
      case "add": {
        const [key, number] = this.#add(set, operation.keys);
        return number === 0 ? undefined : refuse(number, key);
      }
    }
  }

  #swap(set: SimSet, other: string): number {
    const second = this.#sets.get(other);
    if (!second) return ipsetErrno.EXIST_SETNAME2;
    if (set.spec.type !== second.spec.type || set.spec.family !== second.spec.family) return ipsetErrno.TYPE_MISMATCH;
    const { name } = set.spec;
    [set.references, second.references] = [second.references, set.references];
    set.spec = { ...set.spec, name: other };
    second.spec = { ...second.spec, name };
    this.#sets.set(name, second).set(other, set);
    return 0;
  }

  #rename(set: SimSet, to: string): number {
    if (set.references > 0) return ipsetErrno.REFERENCED;
    if (this.#sets.has(to)) return ipsetErrno.EXIST_SETNAME2;
    this.#sets.delete(set.spec.name);
    set.spec = { ...set.spec, name: to };
    this.#sets.set(to, set);
    return 0;
  }

  /** Answers the index of the key that was refused, and the error number. */
  #add({ spec, members }: SimSet, keys: readonly MemberKey[]): readonly [number, number] {
    for (const [index, key] of keys.entries()) {
      const poison = this.poison.get(key);
      if (poison !== undefined) return [index, poison];
      if (spec.type === "hash:net" && key.charCodeAt(addressWidth(spec)) === 0) return [index, 4104];
      if (members.has(key)) continue;
      if (members.size >= spec.maxelem) return [index, ipsetErrno.HASH_FULL];
      members.add(key);
    }
    return [keys.length, 0];
  }
}

function lost(): KernelError {
  return new KernelError("kernel/overrun", "an answer about ipsets was lost", { operation: "ipset", errno: 0 });
}
