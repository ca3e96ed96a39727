import type { Family } from "../net/family.ts";
import type { Prefix } from "../net/prefix.ts";
import type { FibRoute } from "./fib-route.ts";
import { type PlannedWrite, type RouteOwner, shapeAfter, type WriteResult } from "./planned-write.ts";
import { PrefixTable } from "./prefix-table.ts";
import { Queue } from "./queue.ts";
import { type RoutePlace, routeAt } from "./route-place.ts";
import { type RoutePath, type Shape, ShapeTable } from "./route-shape.ts";

/** Waits in a queue to be written. */
const QUEUED = 1;
/** Was refused last time, and it has been told. */
const REFUSED = 2;
/** Somebody else's route has the key. */
const CONFLICT = 4;
/** A write is under way. */
const FLYING = 8;
/** Somebody changed the route while a write was under way: which came first is unknown. */
const DISTURBED = 16;
/** Of BGP, found at a start and not wanted since: stays until the sweep. */
const STALE = 32;
/** Listed by the dump being read. */
const LISTED = 64;
/** The conflict has been told. */
const TOLD = 128;

/**
 * What one family's routes of one table and metric should be, what they are, and the work in between. A `DeltaMap` for
 * a million: typed arrays under dense numbers, paths interned, no object for a route at rest. Pure memory; `FibDriver` does the
 * talking. Which writes come out depends on wants and state only, and they come in the order in which they arose, all
 * creates and replaces before any delete.
 */
export class RoutePlan {
  readonly family: Family;
  readonly #prefixes: PrefixTable;
  readonly #shapes: ShapeTable;
  readonly #place: RoutePlace;
  #wanted: Readonly<Record<RouteOwner, Int32Array>> = { local: new Int32Array(64), bgp: new Int32Array(64) };
  #actual = new Int32Array(64);
  #flags = new Uint8Array(64);
  readonly #sets = new Queue();
  readonly #deletes = new Queue();
  readonly #parked = new Set<number>();
  readonly #conflicts = new Set<number>();
  /** The writes last taken: those under way are among them. */
  #taken: readonly PlannedWrite[] = [];
  /** A link went down since, and the route that is in the way of one of them may have gone with it. */
  #linkFell = false;
  #deletesAllowed = false;
  #swept = false;

  constructor(family: Family, place: RoutePlace) {
    this.family = family;
    this.#prefixes = new PrefixTable(family);
    this.#shapes = new ShapeTable(family);
    this.#place = place;
  }

  /** Writes that wait their turn; refused ones and conflicts are not among them. */
  get queued(): number {
    return this.#sets.length + this.#deletes.length;
  }

  /** Routes that were refused and will be tried again. */
  get parked(): number {
    return this.#parked.size;
  }

  /** Whether a local route is wanted for the prefix, and is there exactly so. */
  holdsLocal(prefix: Prefix): boolean {
    const index = this.#prefixes.find(prefix);
    const id = index < 0 ? 0 : this.#wanted.local[index]!;
    return id !== 0 && this.#actual[index] === id;
  }

  /** Whether somebody else's route is in the way of the prefix's. */
  isInConflict(prefix: Prefix): boolean {
    const index = this.#conflicts.size === 0 ? -1 : this.#prefixes.find(prefix);
    return index >= 0 && this.#conflicts.has(index);
  }

  /** Prefixes where somebody else's route is in the way, in no order. */
  conflicts(): Prefix[] {
    return [...this.#conflicts].map((index) => this.#prefixes.prefix(index));
  }

  /** Routes of ours that are in the kernel as far as we know. */
  *actual(): Generator<FibRoute> {
    for (let i = 0; i < this.#prefixes.end; i++) {
      const id = this.#prefixes.has(i) ? this.#actual[i]! : 0;
      if (id !== 0) yield routeAt(this.#place, this.#prefixes.prefix(i), this.#shapes.byId(id).path);
    }
  }

  /** These prefixes should lead there; without a path, the owner wants nothing of them any more. */
  want(owner: RouteOwner, prefixes: readonly Prefix[], path: RoutePath | undefined): void {
    const id = path ? this.#shapes.intern(path).id : 0;
    // Held while the loop runs: another prefix's release must not give the number away.
    this.#shapes.hold(id);
    for (const prefix of prefixes) {
      const index = id === 0 ? this.#prefixes.find(prefix) : this.#add(prefix);
      if (index < 0) continue;
      const before = this.#wanted[owner][index]!;
      if (id !== 0) this.#flags[index]! &= ~STALE;
      if (before === id) continue;
      this.#shapes.hold(id);
      this.#wanted[owner][index] = id;
      this.#shapes.release(before);
      this.#recheck(index);
    }
    this.#shapes.release(id);
  }

  /** From now on what is not wanted may go, except stale routes of BGP. */
  allowDeletes(): void {
    this.#deletesAllowed = true;
    this.#recheckAll();
  }

  /** From now on stale routes of BGP may go too. */
  sweep(): void {
    this.#swept = true;
    this.#recheckAll();
  }

  /** Takes up to `most` writes; the caller reports on each with `wrote` before it takes more. */
  take(most: number): PlannedWrite[] {
    const writes: PlannedWrite[] = [];
    this.#takeFrom(this.#sets, most, writes);
    if (writes.length === 0) this.#takeFrom(this.#deletes, most, writes);
    this.#taken = writes;
    this.#linkFell = false;
    return writes;
  }

  /** What became of a write that was taken. Answers whether it is a refusal that was not told yet. */
  wrote(write: PlannedWrite, result: WriteResult): boolean {
    const { index, shape } = write;
    const disturbed = (this.#flags[index]! & DISTURBED) !== 0;
    const news = (this.#flags[index]! & REFUSED) === 0;
    this.#flags[index]! &= ~(FLYING | DISTURBED | REFUSED);
    this.#parked.delete(index);
    if (result === "done") this.#setActual(index, shapeAfter(write));
    this.#shapes.release(shape.id);
    if (result === "exists" && !disturbed && !this.#linkFell) {
      this.#flags[index]! |= CONFLICT;
      this.#conflicts.add(index);
    } else if (result === "refused" && !disturbed && this.#difference(index) === shapeAfter(write)) {
      this.#flags[index]! |= REFUSED;
      this.#parked.add(index);
      return news;
    }
    this.#recheck(index);
    return false;
  }

  /** Whether somebody changed the route of a write under way, so that only a dump can tell how it ended. */
  disturbed(write: PlannedWrite): boolean {
    return (this.#flags[write.index]! & DISTURBED) !== 0;
  }

  /** A whole dump of our protocols: what it does not list is not there. No write may be under way. */
  dumped(routes: Iterable<{ readonly prefix: Prefix } & RoutePath>): void {
    for (const route of routes) {
      const index = this.#add(route.prefix);
      this.#found(index, route);
      this.#flags[index]! |= LISTED;
    }
    for (let index = 0; index < this.#prefixes.end; index++) {
      if (!this.#prefixes.has(index)) continue;
      if ((this.#flags[index]! & LISTED) === 0) this.#setActual(index, 0);
      this.#flags[index]! &= ~LISTED;
      this.#recheck(index);
    }
  }

  /** A route of ours was seen, which we did not write just now. */
  saw(prefix: Prefix, path: RoutePath): void {
    const index = this.#add(prefix);
    if (this.#disturb(index)) return;
    this.#found(index, path);
    this.#recheck(index);
  }

  /** A route of ours is gone by somebody else's hand. Answers whether we will put it back. */
  lost(prefix: Prefix): boolean {
    const index = this.#prefixes.find(prefix);
    if (index < 0 || this.#disturb(index)) return false;
    this.#setActual(index, 0);
    const missed = this.#desired(index) !== 0;
    this.#recheck(index);
    return missed;
  }

  /** Somebody put a route of theirs in the place of ours. Answers whether we wanted that place. */
  usurped(prefix: Prefix): boolean {
    const index = this.#prefixes.find(prefix);
    if (index < 0 || this.#disturb(index)) return false;
    this.#setActual(index, 0);
    const missed = this.#desired(index) !== 0;
    if (missed) {
      this.#flags[index]! |= CONFLICT | TOLD;
      this.#conflicts.add(index);
    }
    this.#recheck(index);
    return missed;
  }

  /** Somebody else's route of this key is gone. Answers whether it had been in our way. */
  cleared(prefix: Prefix): boolean {
    const index = this.#prefixes.find(prefix);
    if (index < 0 || this.#disturb(index)) return false;
    if ((this.#flags[index]! & CONFLICT) === 0) return false;
    this.#endConflict(index);
    this.#recheck(index);
    return true;
  }

  /** An interface is down or gone, and the routes that led only there with it, perhaps those that were in our way. */
  linkDown(ifindex: number): void {
    this.#linkFell = true;
    this.#retryConflicts();
    const hit = new Set<number>();
    for (const shape of this.#shapes.values()) {
      const { nexthops } = shape.path;
      if (nexthops.length === 0 || !nexthops.every((hop) => hop.ifindex === ifindex)) continue;
      shape.down = true;
      hit.add(shape.id);
    }
    if (hit.size === 0) return;
    // What was written over that link just now may have come before or after.
    for (const { index, shape } of this.#taken) if (hit.has(shape.id)) this.#disturb(index);
    for (let index = 0; index < this.#prefixes.end; index++) {
      if (!this.#prefixes.has(index) || !hit.has(this.#actual[index]!) || this.#disturb(index)) continue;
      this.#setActual(index, 0);
      this.#recheck(index);
    }
  }

  /** An interface is up: everything that was refused is worth another try. */
  linkUp(ifindex: number): void {
    for (const shape of this.#shapes.values()) {
      if (shape.path.nexthops.some((hop) => hop.ifindex === ifindex)) shape.down = false;
    }
    this.retryParked();
  }

  /** Whether any route names a source address. */
  usesSource(): boolean {
    for (const shape of this.#shapes.values()) if (shape.path.prefSrc) return true;
    return false;
  }

  /** Everything that was refused is tried again. */
  retryParked(): void {
    const again = [...this.#parked];
    this.#parked.clear();
    for (const index of again) this.#recheck(index);
  }

  /** After a loss nobody knows which links are still down and which conflicts over: everything is tried again. */
  retryAll(): void {
    for (const shape of this.#shapes.values()) shape.down = false;
    this.#retryConflicts();
    this.retryParked();
  }

  #retryConflicts(): void {
    for (const index of [...this.#conflicts]) {
      this.#flags[index]! &= ~CONFLICT;
      this.#conflicts.delete(index);
      this.#recheck(index);
    }
  }

  /** Conflicts not told before; from here on they are. */
  newConflicts(): Prefix[] {
    const fresh = [...this.#conflicts].filter((index) => (this.#flags[index]! & TOLD) === 0);
    for (const index of fresh) this.#flags[index]! |= TOLD;
    return fresh.map((index) => this.#prefixes.prefix(index));
  }

  #takeFrom(queue: Queue, most: number, writes: PlannedWrite[]): void {
    while (writes.length < most) {
      const index = queue.shift();
      if (index === undefined) return;
      this.#flags[index]! &= ~QUEUED;
      const id = this.#difference(index);
      if (id === undefined || (this.#flags[index]! & CONFLICT) !== 0) {
        this.#settle(index);
        continue;
      }
      // What it is now decides, not what it was when it was queued.
      const own = id === 0 ? this.#deletes : this.#sets;
      const shape = this.#shapes.byId(id === 0 ? this.#actual[index]! : id);
      if (own !== queue) this.#enqueue(own, index);
      else if (id !== 0 && shape.down) this.#parked.add(index);
      else writes.push(this.#fly(index, id, shape));
    }
  }

  #fly(index: number, id: number, shape: Shape): PlannedWrite {
    this.#flags[index]! |= FLYING;
    shape.uses++;
    const kind = id === 0 ? "delete" : this.#actual[index] === 0 ? "create" : "replace";
    return { index, kind, shape, route: routeAt(this.#place, this.#prefixes.prefix(index), shape.path) };
  }

  #desired(index: number): number {
    return this.#wanted.local[index]! || this.#wanted.bgp[index]!;
  }

  /** The path that should be written, 0 for a deletion; undefined when there is nothing to do, or nothing yet. */
  #difference(index: number): number | undefined {
    const desired = this.#desired(index);
    if (desired === this.#actual[index]) return undefined;
    if (desired !== 0) return desired;
    const stale = (this.#flags[index]! & STALE) !== 0 && !this.#swept;
    return this.#deletesAllowed && !stale ? 0 : undefined;
  }

  #recheck(index: number): void {
    const flags = this.#flags[index]!;
    if ((flags & (FLYING | QUEUED)) !== 0) return;
    const id = this.#difference(index);
    if (id === undefined || (flags & CONFLICT) !== 0) this.#settle(index);
    else this.#enqueue(id === 0 ? this.#deletes : this.#sets, index);
  }

  #recheckAll(): void {
    for (let index = 0; index < this.#prefixes.end; index++) if (this.#prefixes.has(index)) this.#recheck(index);
  }

  #enqueue(queue: Queue, index: number): void {
    this.#flags[index]! |= QUEUED;
    this.#parked.delete(index);
    queue.push(index);
  }

  /** Nothing to write: forgets what is over, and the prefix itself when nobody wants it and nothing is there. */
  #settle(index: number): void {
    if (this.#desired(index) === this.#actual[index]) {
      this.#flags[index]! &= ~REFUSED;
      this.#parked.delete(index);
      this.#endConflict(index);
    }
    if (this.#desired(index) !== 0 || this.#actual[index] !== 0) return;
    if ((this.#flags[index]! & (FLYING | QUEUED)) !== 0) return;
    this.#flags[index] = 0;
    this.#prefixes.remove(index);
  }

  #endConflict(index: number): void {
    this.#flags[index]! &= ~(CONFLICT | TOLD);
    this.#conflicts.delete(index);
  }

  /** A route of ours is there, by a dump or by somebody's hand. */
  #found(index: number, path: RoutePath): void {
    this.#setActual(index, this.#shapes.intern(path).id);
    this.#endConflict(index);
    if (path.protocol === this.#place.bgpProtocol && this.#desired(index) === 0 && !this.#swept)
      this.#flags[index]! |= STALE;
  }

  #disturb(index: number): boolean {
    if ((this.#flags[index]! & FLYING) === 0) return false;
    this.#flags[index]! |= DISTURBED;
    return true;
  }

  #setActual(index: number, id: number): void {
    const before = this.#actual[index]!;
    if (before === id) return;
    this.#shapes.hold(id);
    this.#actual[index] = id;
    this.#shapes.release(before);
  }

  #add(prefix: Prefix): number {
    const index = this.#prefixes.add(prefix);
    if (index >= this.#flags.length) this.#grow(index * 2);
    return index;
  }

  #grow(length: number): void {
    const longer = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(length);
      to.set(from);
      return to;
    };
    const flags = new Uint8Array(length);
    flags.set(this.#flags);
    this.#flags = flags;
    this.#actual = longer(this.#actual);
    this.#wanted = { local: longer(this.#wanted.local), bgp: longer(this.#wanted.bgp) };
  }
}
