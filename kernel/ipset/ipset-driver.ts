import type { Cancel, Clock } from "../../lib/clock.ts";
import { invariant } from "../../lib/error.ts";
import type { Tell } from "../../lib/fact.ts";
import { type Millis, millis } from "../../lib/unit.ts";
import { Backoff } from "../backoff.ts";
import { errno } from "../errno.ts";
import { KernelError } from "../error.ts";
import { ipsetErrorText } from "./errno.ts";
import { InvalidIpset } from "./error.ts";
import type { IpsetFact } from "./fact.ts";
import { memberText } from "./member.ts";
import type { IpsetHeader, IpsetOperation, IpsetPort, IpsetRefusal } from "./port.ts";
import { replaceSet } from "./replace-set.ts";
import type { IpsetMember, IpsetSpec, Ipsets } from "./set.ts";
import { isSameKind } from "./spec.ts";
import { WantedSet } from "./wanted-set.ts";

/** Longest name of a set (IPSET_MAXNAMELEN less its NUL). */
const longestName = 31;
const firstRetry = millis(10);
const longestRetry = millis(2000);
/** What was refused for a reason of its own is tried again more rarely. */
const firstForgiving = millis(250);
const longestForgiving = millis(30_000);
/** A set that cannot be destroyed is told when the pauses have grown to this: after some two seconds. */
const busyTold = millis(1000);
/** A look at a header costs some 6 us; so far apart looks take less than a 500th of the time. */
const checkMillisASet = 4;
/** One check in so many reads all members too. */
const checksPerAudit = 60;

/** What a driver works with. */
export interface IpsetDriverOptions {
  readonly port: IpsetPort;
  readonly clock: Clock;
  readonly tell: Tell<IpsetFact>;
  /** Sets whose names begin so are ours: those that are not wanted go. Default: `cali40`, `cali60` and `cali4t`, `cali6t`. */
  readonly prefixes?: readonly string[];
  /** How long after one look at the headers the next is taken, with few sets. Default 800 ms. */
  readonly checkEvery?: Millis;
}

/**
 * Keeps the kernel's sets as they are wanted: `want…`, `unwantSet` and `changeMembers` say what should be there, `commitMembers`
 * makes it so before the rules that look into the sets are written, `commitDeletes` takes away after them what is not wanted. What a
 * foreign hand changes is put back. No set goes before `allowDeletes`.
 */
export class IpsetDriver implements Ipsets {
  readonly #port: IpsetPort;
  readonly #clock: Clock;
  readonly #tell: Tell<IpsetFact>;
  readonly #prefixes: readonly string[];
  readonly #checkEvery: Millis;
  readonly #sets = new Map<string, WantedSet>();
  /** Sets of ours that the kernel has and nobody wants, as far as we know. */
  #surplus = new Set<string>();
  /** Which of them could not be destroyed when the last pause began. */
  #busy: ReadonlySet<string> = new Set();
  readonly #retry: Backoff;
  readonly #forgiving: Backoff;
  readonly #deleting: Backoff;
  #deletes = false;
  #deletesDue = false;
  #known = false;
  #adopted = false;
  /** What we believe of the kernel is what it answered: whatever differs then somebody else did. */
  #sure = false;
  #working = false;
  #running: Promise<void> = Promise.resolve();
  #closed = false;
  #checkDue = false;
  #checks = 0;
  #attempt = 0;
  #nextCheck: Cancel | undefined;
  #waitingForMembers: (() => void)[] = [];
  #waitingForDeletes: (() => void)[] = [];

  constructor(options: IpsetDriverOptions) {
    this.#port = options.port;
    this.#clock = options.clock;
    this.#tell = options.tell;
    this.#prefixes = options.prefixes ?? ["cali40", "cali60", "cali4t", "cali6t"];
    this.#checkEvery = options.checkEvery ?? millis(800);
    this.#retry = new Backoff(options.clock, firstRetry, longestRetry);
    this.#forgiving = new Backoff(options.clock, firstForgiving, longestForgiving);
    this.#deleting = new Backoff(options.clock, firstForgiving, longestForgiving);
  }

  /**
   * This set should be there. Of one whose type or family changes the members are to be told again.
   * @throws InvalidIpset when its name is not one of ours or too long, or maxelem is no number of members
   */
  wantSet(spec: IpsetSpec): void {
    const { name, maxelem } = spec;
    if (!this.#isOurs(name) || name.length > longestName || !/^[!-~]+$/.test(name)) {
      const right = `at most ${longestName} ASCII letters beginning with ${this.#prefixes.join(" or ")}`;
      throw new InvalidIpset("name", name, right);
    }
    if (!Number.isInteger(maxelem) || maxelem < 1 || maxelem > 0xffffffff) {
      throw new InvalidIpset(`maxelem of set ${name}`, String(maxelem), "a whole number from 1 to 4294967295");
    }
    const old = this.#sets.get(name);
    if (old && isSameKind(old.spec, spec)) return;
    if (old && old.spec.type === spec.type && old.spec.family === spec.family) {
      old.resize(spec);
      return;
    }
    // While something is under way we do not know what the kernel will have.
    const open = this.#surplus.delete(name) || this.#working || old !== undefined;
    this.#sets.set(name, new WantedSet(spec, open ? "unread" : "absent"));
  }

  /** No set of this name should be there. */
  unwantSet(name: string): void {
    const set = this.#sets.get(name);
    if (!set) return;
    this.#sets.delete(name);
    if (set.kernel !== "absent" || this.#working) this.#surplus.add(name);
  }

  /** The set must be wanted. @throws InvalidIpset when a text is no member of the set; then none of them is taken */
  changeMembers(set: string, add: Iterable<IpsetMember>, remove: Iterable<IpsetMember> = []): void {
    const wanted = this.#sets.get(set);
    invariant(wanted, `members were given to the ipset ${set}, which is not wanted`);
    wanted.change(add, remove);
  }

  /** From now on sets that are ours and not wanted go. Members of wanted sets are always exactly those wanted. */
  allowDeletes(): void {
    this.#deletes = true;
  }

  /** Wanted sets are made and hold what they should; resolves when they do, or when what the kernel refuses has been told. */
  commitMembers(): Promise<void> {
    return new Promise((resolve) => {
      this.#waitingForMembers.push(resolve);
      this.#work();
    });
  }

  /** Sets that are not wanted go. One that a rule still looks into is tried again later. Resolves after one attempt. */
  commitDeletes(): Promise<void> {
    return new Promise((resolve) => {
      this.#waitingForDeletes.push(resolve);
      this.#deletesDue = true;
      this.#work();
    });
  }

  /** Looks at all sets and members at once, and puts right what differs. */
  recheck(): Promise<void> {
    this.#known = false;
    return this.commitMembers();
  }

  /** Takes every set of ours out of the kernel and stops. One that a rule still looks into stays. Answers those. @throws KernelError */
  async removeAll(): Promise<readonly string[]> {
    this.close();
    await this.#running;
    const names = (await this.#port.headers()).map(({ name }) => name).filter((name) => this.#isOurs(name));
    const refusals = await this.#port.execute(names.map((name) => ({ kind: "destroy", name })));
    return refusals.map(({ operation }) => names[operation]!);
  }

  /** Stops; the kernel keeps what it has. The port stays open. */
  close(): void {
    this.#closed = true;
    this.#nextCheck?.();
    for (const timer of [this.#retry, this.#forgiving, this.#deleting]) timer.cancel();
  }

  #isOurs(name: string): boolean {
    return this.#prefixes.some((prefix) => name.startsWith(prefix));
  }

  /** One worker at a time; whoever calls while it runs is served by it. */
  #work(): void {
    if (!this.#working && !this.#closed && !this.#retry.waiting) this.#running = this.#run();
  }

  async #run(): Promise<void> {
    this.#working = true;
    try {
      let more = true;
      while (more && !this.#closed) {
        more = await this.#pass();
        // Somebody may have come while we waited.
        more ||= !this.#known || this.#deletesDue || this.#waitingForMembers.length > 0;
      }
      this.#retry.reset();
      this.#attempt = 0;
      this.#scheduleCheck();
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#known = false;
      this.#sure = false;
      if (!this.#closed) this.#failed(error);
    } finally {
      this.#working = false;
    }
  }

  #failed({ message }: KernelError): void {
    const retryMs = this.#retry.wait(() => this.#work());
    this.#tell({ fact: "ipset.failed", error: message, attempt: ++this.#attempt, retryMs });
  }

  /** One look or one row of operations. Answers whether there may be more to do now. */
  async #pass(): Promise<boolean> {
    if (!this.#known || this.#checkDue) {
      await this.#look();
      return true;
    }
    const pending = [...this.#sets.values()].filter((set) => set.isPending);
    if (pending.length > 0) {
      await this.#write(pending);
      return true;
    }
    const done = this.#waitingForMembers.splice(0);
    for (const resolve of done) resolve();
    if (done.length > 0) return true;
    if (!this.#deletesDue) return false;
    // Those who come while we destroy are served by the next round; when it fails all wait on.
    const served = this.#waitingForDeletes.length;
    if (this.#deletes) await this.#destroy();
    for (const resolve of this.#waitingForDeletes.splice(0, served)) resolve();
    this.#deletesDue = this.#waitingForDeletes.length > 0;
    return true;
  }

  /** Reads the headers, and of every set that is not as we left it the members; of all when we know nothing. */
  async #look(): Promise<void> {
    const known = this.#known;
    this.#known = true;
    this.#checkDue = false;
    const headers = new Map<string, IpsetHeader>();
    for (const header of await this.#port.headers()) headers.set(header.name, header);
    for (const [name, set] of [...this.#sets]) {
      if (this.#sets.get(name) !== set) continue;
      const header = headers.get(name);
      const kernel = set.kindOf(header);
      const changed = this.#disturbance(set, kernel, header);
      if (this.#sure && changed !== undefined) this.#tell({ fact: "ipset.disturbed", set: name, how: changed });
      set.kernel = kernel;
      if (kernel !== "same") set.saw([]);
      else if (!known || changed !== undefined) await this.#readMembers(set);
    }
    this.#surplus = new Set([...headers.keys()].filter((name) => this.#isOurs(name) && !this.#sets.has(name)));
    if (!this.#adopted) this.#tellAdoption(headers);
    this.#adopted = true;
    this.#sure = true;
  }

  /** What somebody else did to a set, as far as its header shows. */
  #disturbance(set: WantedSet, kernel: WantedSet["kernel"], header: IpsetHeader | undefined): string | undefined {
    if (set.kernel !== "same") return undefined;
    if (kernel === "absent") return "somebody destroyed it";
    if (kernel === "other") return "somebody made another set of its name";
    const elements = header?.elements ?? 0;
    return elements === set.held ? undefined : `it has ${elements} members where we left ${set.held}`;
  }

  async #readMembers(set: WantedSet): Promise<void> {
    const before = set.held;
    const quiet = set.plan().add.length + set.plan().remove.length === 0;
    const keys = await this.#port.members(set.spec);
    set.saw(keys);
    const { add, remove } = set.plan();
    // As many as before, and yet not the same: found by an audit.
    if (this.#sure && quiet && before === keys.length && add.length + remove.length > 0) {
      const how = `${add.length} of its members are missing, ${remove.length} are strange`;
      this.#tell({ fact: "ipset.disturbed", set: set.spec.name, how });
    }
  }

  #tellAdoption(headers: ReadonlyMap<string, IpsetHeader>): void {
    const ours = [...headers.values()].filter(({ name }) => this.#isOurs(name));
    if (ours.length === 0) return;
    const members = ours.reduce((sum, { elements }) => sum + elements, 0);
    this.#tell({ fact: "ipset.adopted", sets: ours.length, members });
  }

  /** Brings these sets to where they are wanted, as far as the kernel lets us: one row of operations. */
  async #write(pending: readonly WantedSet[]): Promise<void> {
    const operations: IpsetOperation[] = [];
    const owners: WantedSet[] = [];
    for (const set of pending) {
      if (set.kernel === "unread") await this.#read(set);
      this.#tellFull(set);
      if (set.kernel === "other") {
        await this.#replace(set);
        continue;
      }
      const { add, remove } = set.plan();
      const push = (operation: IpsetOperation): void => {
        operations.push(operation);
        owners.push(set);
      };
      if (set.kernel === "absent") push({ kind: "create", set: set.spec, expected: add.length });
      if (remove.length > 0) push({ kind: "delete", set: set.spec, keys: remove });
      if (add.length > 0) push({ kind: "add", set: set.spec, keys: add });
    }
    if (operations.length === 0) return;
    const refusals = new Map<number, IpsetRefusal>();
    for (const refusal of await this.#port.execute(operations)) {
      if (!refusals.has(refusal.operation)) refusals.set(refusal.operation, refusal);
    }
    const troubled = new Set<WantedSet>();
    for (const [index, operation] of operations.entries()) {
      const set = owners[index]!;
      const refusal = refusals.get(index);
      if (refusal && !troubled.has(set)) this.#refused(set, operation, refusal);
      if (refusal) troubled.add(set);
      else if (!troubled.has(set)) set.took(operation);
    }
    // What became of the rest of their row is open.
    for (const set of troubled) await this.#read(set);
    for (const set of pending) if (!troubled.has(set)) this.#accepted(set);
  }

  async #replace(set: WantedSet): Promise<void> {
    this.#tell({ fact: "ipset.rebuilt", set: set.spec.name, why: "its type, family or maxelem is another" });
    set.saw([]);
    const keys = set.plan().add;
    const stopped = await replaceSet(this.#port, set.spec, keys);
    if (stopped) this.#refused(set, stopped.operation, stopped.refusal);
    await this.#read(set);
    if (!stopped) this.#accepted(set);
  }

  async #read(set: WantedSet): Promise<void> {
    const header = (await this.#port.headers()).find(({ name }) => name === set.spec.name);
    set.kernel = set.kindOf(header);
    set.saw(set.kernel === "same" ? await this.#port.members(set.spec) : []);
  }

  #refused(set: WantedSet, operation: IpsetOperation, { key, errno: number }: IpsetRefusal): void {
    const error = ipsetErrorText(number);
    let what: string = operation.kind;
    if (operation.kind === "add" && key >= 0) {
      set.refuse(operation.keys[key]!, number);
      what = `add ${memberText(set.spec, operation.keys[key]!)}`;
    } else set.blocked = true;
    if (set.told === undefined) this.#tell({ fact: "ipset.refused", set: set.spec.name, what, error });
    set.told ??= error;
    if (this.#closed) return;
    this.#forgiving.wait(() => {
      for (const each of this.#sets.values()) each.forgive();
      this.#work();
    });
  }

  #accepted(set: WantedSet): void {
    if (set.told === undefined || set.isOver || set.refused.size > 0 || set.isPending || set.blocked) return;
    set.told = undefined;
    this.#forgiving.reset();
    this.#tell({ fact: "ipset.accepted", set: set.spec.name });
  }

  #tellFull(set: WantedSet): void {
    if (!set.isOver || set.told !== undefined) return;
    set.told = "full";
    this.#tell({ fact: "ipset.full", set: set.spec.name, wanted: set.size, maxelem: set.spec.maxelem });
  }

  async #destroy(): Promise<void> {
    const names = [...this.#surplus];
    if (names.length === 0) return;
    const refusals = await this.#port.execute(names.map((name) => ({ kind: "destroy", name })));
    for (const name of names) this.#surplus.delete(name);
    const left = refusals.filter(({ errno: number }) => number !== errno.ENOENT);
    for (const { operation } of left) this.#surplus.add(names[operation]!);
    // Where sets come and go without pause, others are about to go each time.
    if (!left.some(({ operation }) => this.#busy.has(names[operation]!))) this.#deleting.reset();
    const [first] = left;
    if (!first) return;
    if (this.#closed) return;
    const pause = this.#deleting.wait(() => {
      this.#deletesDue = true;
      this.#work();
    });
    if (pause > 0) this.#busy = new Set(left.map(({ operation }) => names[operation]!));
    // At first it is only the order in which things end; told once when it lasts.
    if (pause !== busyTold) return;
    const what = `destroy${left.length > 1 ? ` (and ${left.length - 1} others)` : ""}`;
    const set = names[first.operation]!;
    this.#tell({ fact: "ipset.refused", set, what, error: ipsetErrorText(first.errno) });
  }

  #scheduleCheck(): void {
    if (this.#closed || this.#nextCheck) return;
    const every = millis(Math.max(this.#checkEvery, this.#sets.size * checkMillisASet));
    this.#nextCheck = this.#clock.after(every, () => {
      this.#nextCheck = undefined;
      this.#checkDue = true;
      if (++this.#checks % checksPerAudit === 0) this.#known = false;
      this.#work();
    });
  }
}
