import { ipsetErrno } from "./errno.ts";
import { exceptionMark } from "./list-message.ts";
import { addressWidth, halves, isEverything, type MemberKey, memberKey, wholeOf } from "./member.ts";
import type { IpsetHeader, IpsetOperation } from "./port.ts";
import type { IpsetMember, IpsetSpec } from "./set.ts";
import { isSameKind } from "./spec.ts";

/**
 * One set that is wanted: the members it should have, those that the kernel has, and what of them differs. A prefix of length 0 is
 * kept as it was told, and compared in halves.
 */
export class WantedSet {
  readonly #wanted = new Set<MemberKey>();
  readonly #held = new Set<MemberKey>();
  readonly #add = new Set<MemberKey>();
  readonly #remove = new Set<MemberKey>();
  /** Members that the kernel refused, with its error number; they are left alone until `forgive`. */
  readonly #refused = new Map<MemberKey, number>();
  /** How many members the kernel would have if it had all that are wanted. */
  #size = 0;
  /** The last member that still fits, when more are wanted than may be. */
  #last: MemberKey | undefined;
  /** Which members fit is to be worked out anew. */
  #stale = false;
  #spec: IpsetSpec;
  /** What we believe the kernel has under this name: nothing, our kind of set, another kind; or that has to be read first. */
  kernel: "absent" | "same" | "other" | "unread";
  /** The kernel refused the set or a step of it: nothing is tried before `forgive`. */
  blocked = false;
  /** What was told of it last, so that it is told once. */
  told: string | undefined;

  constructor(spec: IpsetSpec, kernel: "absent" | "unread") {
    this.#spec = spec;
    this.kernel = kernel;
  }

  /** What it should be. */
  get spec(): IpsetSpec {
    return this.#spec;
  }

  /** It should hold so many members at most from now on. */
  resize(spec: IpsetSpec): void {
    this.#spec = spec;
    if (this.kernel === "same") this.kernel = "other";
    this.blocked = false;
    this.#stale = true;
  }

  /** How many members the kernel should have, if there were no limit. */
  get size(): number {
    return this.#size;
  }

  /** How many members we believe the kernel has. */
  get held(): number {
    return this.#held.size;
  }

  /** More are wanted than may be. */
  get isOver(): boolean {
    return this.#size > this.#spec.maxelem;
  }

  /** The members that the kernel refused. */
  get refused(): ReadonlyMap<MemberKey, number> {
    return this.#refused;
  }

  /** Whether the kernel has to be told anything. */
  get isPending(): boolean {
    if (this.blocked) return false;
    return this.kernel !== "same" || this.#stale || this.#add.size > 0 || this.#remove.size > 0;
  }

  /** @throws InvalidIpset when a text is no member of the set; then none of them is taken */
  change(add: Iterable<IpsetMember>, remove: Iterable<IpsetMember>): void {
    const adding = Array.from(add, (text) => memberKey(this.#spec, text));
    const removing = Array.from(remove, (text) => memberKey(this.#spec, text));
    const over = this.isOver;
    for (const key of removing) if (this.#wanted.delete(key)) this.#changed(key);
    for (const key of adding) {
      if (this.#wanted.has(key)) continue;
      this.#wanted.add(key);
      this.#changed(key);
    }
    if (over || this.isOver) this.#stale = true;
  }

  /** The kernel was found to hold exactly these. */
  saw(keys: Iterable<MemberKey>): void {
    this.#held.clear();
    for (const key of keys) {
      const exception = key.endsWith(exceptionMark);
      const member = exception ? key.slice(0, -exceptionMark.length) : key;
      // An exception of a wanted member is overwritten by adding that member; another one is taken away like any member.
      if (!exception || !this.#isWanted(member)) this.#held.add(member);
    }
    this.#compareAll();
  }

  /** What is to be added and removed. Removals first: a full set has no room before. */
  plan(): { readonly remove: readonly MemberKey[]; readonly add: readonly MemberKey[] } {
    if (this.#stale) this.#compareAll();
    return { remove: [...this.#remove], add: [...this.#add] };
  }

  /** What a header of this name in a listing means, or that there is none. */
  kindOf(header: IpsetHeader | undefined): "absent" | "same" | "other" {
    if (!header) return "absent";
    return header.spec && isSameKind(header.spec, this.#spec) ? "same" : "other";
  }

  /** The kernel has done this. */
  took(operation: IpsetOperation): void {
    if (operation.kind === "create") this.kernel = "same";
    else if (operation.kind === "add") this.added(operation.keys);
    else if (operation.kind === "delete") this.removed(operation.keys);
  }

  /** The kernel has taken this out. */
  removed(keys: Iterable<MemberKey>): void {
    for (const key of keys) {
      this.#held.delete(key);
      this.#remove.delete(key);
      if (this.#isWanted(key)) this.#add.add(key);
    }
  }

  /** The kernel has taken this in; wishes may have changed meanwhile. */
  added(keys: Iterable<MemberKey>): void {
    for (const key of keys) {
      this.#held.add(key);
      this.#add.delete(key);
      if (!this.#isWanted(key)) this.#remove.add(key);
    }
  }

  /**
   * The kernel refused this member: it is not tried again before `forgive`. Where one prefix has too many interfaces, neither are
   * the others of that prefix that wait.
   */
  refuse(key: MemberKey, errno: number): void {
    const net = key.slice(0, addressWidth(this.#spec) + 1);
    const crowded = errno === ipsetErrno.HASH_FULL && this.#spec.type === "hash:net,iface";
    for (const member of crowded ? [...this.#add].filter((each) => each.startsWith(net)) : [key]) {
      this.#refused.set(member, errno);
      this.#add.delete(member);
    }
  }

  /** Everything that was refused may be tried again. */
  forgive(): void {
    this.blocked = false;
    if (this.#refused.size === 0) return;
    this.#refused.clear();
    this.#compareAll();
  }

  #isWanted(key: MemberKey): boolean {
    return this.#isNamed(key) && (this.#last === undefined || key <= this.#last);
  }

  #isNamed(key: MemberKey): boolean {
    if (isEverything(this.#spec, key)) return false;
    if (this.#wanted.has(key)) return true;
    const whole = wholeOf(this.#spec, key);
    return whole !== undefined && this.#wanted.has(whole);
  }

  #changed(key: MemberKey): void {
    const parts = isEverything(this.#spec, key) ? halves(this.#spec, key) : [key];
    for (const part of parts) {
      // A half may be wanted twice, by itself and as a part of the whole: only the first and the last of them count.
      const whole = wholeOf(this.#spec, part);
      const twice = whole !== undefined && this.#wanted.has(key === whole ? part : whole);
      if (!twice) this.#size += this.#isNamed(part) ? 1 : -1;
      this.#compare(part, this.#isWanted(part));
    }
  }

  #compare(key: MemberKey, wanted: boolean): void {
    const held = this.#held.has(key);
    if (!wanted) this.#refused.delete(key);
    const set = wanted && !held && !this.#refused.has(key);
    if (set) this.#add.add(key);
    else this.#add.delete(key);
    if (held && !wanted) this.#remove.add(key);
    else this.#remove.delete(key);
  }

  #compareAll(): void {
    this.#stale = false;
    this.#add.clear();
    this.#remove.clear();
    const wanted = this.#effective();
    for (const key of wanted) if (!this.#held.has(key)) this.#compare(key, true);
    for (const key of this.#held) if (!wanted.has(key)) this.#compare(key, false);
  }

  /** What the kernel should hold; of more than may be, the first in the order of their octets. */
  #effective(): ReadonlySet<MemberKey> {
    this.#last = undefined;
    const all = new Set<MemberKey>();
    for (const key of this.#wanted) {
      if (isEverything(this.#spec, key)) for (const half of halves(this.#spec, key)) all.add(half);
      else all.add(key);
    }
    if (!this.isOver) return all;
    const fit = [...all].sort().slice(0, this.#spec.maxelem);
    this.#last = fit.at(-1) ?? "";
    return new Set(fit);
  }
}
