import { ElementDelta } from "./element-delta.ts";
import { EntryDelta } from "./entry-delta.ts";
import type { SetState } from "./port.ts";
import type { SetSpec } from "./set.ts";
import type { Transaction } from "./transaction.ts";

type Content =
  | { readonly kind: "set"; readonly delta: ElementDelta }
  | { readonly kind: "map"; readonly delta: EntryDelta }
  | { readonly kind: "foreign" };

/** One name among the sets and maps: what it is, whether we want it, whether the kernel has it. */
interface Slot {
  readonly content: Content;
  wanted: boolean;
  present: boolean;
  /** What the kernel has under this name is of another kind: only a new table gets rid of it. */
  conflict: boolean;
  /** Made ahead of the rules that will look into it: no packet sees its elements yet. */
  ahead: boolean;
  /** The kernel does not take it as it is wanted: it stays as it is, and nobody looks into it. */
  givenUp?: boolean;
}

function sameSpec(x: SetSpec, y: SetSpec): boolean {
  return x.key.join(".") === y.key.join(".") && (x.interval ?? false) === (y.interval ?? false);
}

/** The sets and maps we want against those the kernel has. */
export class SetDelta {
  readonly #slots = new Map<string, Slot>();
  /** Names that may have work: whatever was handed out to be changed, or changed in the kernel, since we last found it at rest. */
  readonly #busy = new Set<string>();
  readonly #elementsAtOnce: number;

  /** `elementsAtOnce`: how many elements of new sets may go into one transaction. */
  constructor(elementsAtOnce: number) {
    this.#elementsAtOnce = elementsAtOnce;
  }

  /** The elements of a wanted set, to be changed in place; wanted from now on. */
  set(spec: SetSpec): ElementDelta {
    this.#busy.add(spec.name);
    const slot = this.#slots.get(spec.name);
    if (slot?.content.kind === "set" && sameSpec(slot.content.delta.spec, spec)) {
      slot.wanted = true;
      return slot.content.delta;
    }
    const delta = new ElementDelta(spec);
    this.#claim(spec.name, { kind: "set", delta }, slot);
    return delta;
  }

  /** The entries of a wanted map, to be changed in place; wanted from now on. */
  map(name: string): EntryDelta {
    this.#busy.add(name);
    const slot = this.#slots.get(name);
    if (slot?.content.kind === "map") {
      slot.wanted = true;
      return slot.content.delta;
    }
    const delta = new EntryDelta(name);
    this.#claim(name, { kind: "map", delta }, slot);
    return delta;
  }

  /** How many of each are wanted. */
  get size(): { readonly maps: number; readonly sets: number } {
    const wanted = [...this.#slots.values()].filter((slot) => slot.wanted);
    const maps = wanted.filter(({ content }) => content.kind === "map").length;
    return { maps, sets: wanted.length - maps };
  }

  /** The elements of a set that is wanted already, to be changed in place, or undefined. */
  wantedSet(name: string): ElementDelta | undefined {
    this.#busy.add(name);
    const slot = this.#slots.get(name);
    return slot?.wanted && slot.content.kind === "set" ? slot.content.delta : undefined;
  }

  /** The entries of a map that is wanted already, to be changed in place, or undefined. */
  wantedMap(name: string): EntryDelta | undefined {
    this.#busy.add(name);
    const slot = this.#slots.get(name);
    return slot?.wanted && slot.content.kind === "map" ? slot.content.delta : undefined;
  }

  /** This set or map should not be there. */
  unwant(name: string): void {
    const slot = this.#slots.get(name);
    if (!slot) return;
    this.#busy.add(name);
    slot.wanted = slot.givenUp = false;
    if (slot.content.kind === "set") slot.content.delta.replace([]);
    else if (slot.content.kind === "map") slot.content.delta.replace(new Map());
    if (!slot.present) this.#slots.delete(name);
  }

  /** The kernel does not take this set: it is left alone. */
  giveUp(name: string): void {
    const slot = this.#slots.get(name);
    if (slot) slot.givenUp = true;
  }

  /** The sets that were given up are to be made after all; answers whether there are any. */
  hopeAgain(): boolean {
    const lost = [...this.#slots].filter(([, { givenUp }]) => givenUp);
    for (const [name, slot] of lost) {
      slot.givenUp = false;
      this.#busy.add(name);
    }
    return lost.length > 0;
  }

  /** Names of the wanted sets and maps. */
  wantedNames(): string[] {
    return [...this.#slots].filter(([, slot]) => slot.wanted).map(([name]) => name);
  }

  /** The kernel has exactly these sets and maps. */
  sawAll(sets: ReadonlyMap<string, SetState>): void {
    for (const [name, slot] of [...this.#slots]) {
      const state = sets.get(name);
      if (!state && !slot.wanted) this.#slots.delete(name);
      else saw(slot, state);
    }
    for (const [name, state] of sets) {
      if (this.#slots.has(name)) continue;
      const slot: Slot = {
        content: contentOf(name, state),
        wanted: false,
        present: true,
        conflict: false,
        ahead: false,
      };
      saw(slot, state);
      this.#slots.set(name, slot);
    }
    for (const name of this.#slots.keys()) this.#busy.add(name);
  }

  /** Whether a name is taken by something of another kind: only a new table can change that. */
  needsRebuild(): boolean {
    for (const [, slot] of this.#work()) if (slot.conflict && slot.wanted) return true;
    return false;
  }

  /** Work is left, of which some may have to wait for leave to delete. */
  isPending(deletes: boolean): boolean {
    for (const [, { content, wanted, present, conflict }] of this.#work()) {
      if (!wanted ? present && deletes : !present || (conflict && deletes)) return true;
      if (wanted && !conflict && content.kind !== "foreign" && content.delta.isPending(deletes)) return true;
    }
    return false;
  }

  /** Whether new sets lack so many elements that these should go ahead, in slices, of the rules. */
  isLarge(): boolean {
    let missing = 0;
    for (const [, { content, wanted, present, ahead }] of this.#work()) {
      if (wanted && (!present || ahead) && content.kind === "set") missing += content.delta.missing;
    }
    return missing > this.#elementsAtOnce;
  }

  /**
   * Whether a new set of ranges has elements. The kernel shows those of such a set (rbtree, pipapo) a moment after the rules of the
   * same transaction, so that a packet in between would not find itself: they must go ahead (nf_tables_commit, nft_set_commit_update).
   */
  hasNewRanges(): boolean {
    for (const [, { content, wanted, present }] of this.#work()) {
      if (wanted && !present && content.kind === "set" && content.delta.spec.interval && content.delta.missing > 0)
        return true;
    }
    return false;
  }

  /** Adds all new sets and maps and a slice of the sets' elements: nothing that a packet could meet. */
  planAhead(to: Transaction): void {
    let room = this.#elementsAtOnce;
    for (const [name, slot] of this.#inOrder()) {
      if (!slot.wanted || (slot.present && !slot.ahead)) continue;
      this.#create(to, name, slot);
      slot.ahead = true;
      if (slot.content.kind !== "set" || room <= 0) continue;
      const { missing } = slot.content.delta;
      slot.content.delta.plan(to, false, room);
      room -= missing;
    }
  }

  /** Adds the steps that are left to a transaction; what nobody wants goes only with `deletes`. */
  plan(to: Transaction, deletes: boolean): void {
    for (const [name, slot] of this.#inOrder()) {
      if (slot.conflict && slot.wanted) continue;
      if (slot.wanted) {
        this.#create(to, name, slot);
        slot.ahead = false;
        if (slot.content.kind !== "foreign") slot.content.delta.plan(to, deletes);
      } else if (slot.present && deletes) {
        to.add({ kind: "delete set", set: name });
        to.whenCommitted(() => this.#gone(name, slot));
      }
    }
  }

  /** What may have work. Asked only while no transaction is under way, so what is at rest here stays so until it is handed out. */
  *#work(): Generator<readonly [string, Slot]> {
    for (const name of this.#busy) {
      const slot = this.#slots.get(name);
      if (!slot || isAtRest(slot)) this.#busy.delete(name);
      else yield [name, slot];
    }
  }

  /** By name: so they are listed when they are new. */
  #inOrder(): (readonly [string, Slot])[] {
    return [...this.#work()].sort(([x], [y]) => (x < y ? -1 : 1));
  }

  #create(to: Transaction, name: string, slot: Slot): void {
    if (slot.present) return;
    if (slot.content.kind === "set") to.add({ kind: "new set", set: slot.content.delta.spec });
    else to.add({ kind: "new map", map: name });
    to.whenCommitted(() => {
      slot.present = true;
      if (this.#slots.get(name) !== slot) this.#clash(name);
    });
  }

  #claim(name: string, content: Content, before: Slot | undefined): void {
    const present = before?.present ?? false;
    this.#slots.set(name, { content, wanted: true, present, conflict: present, ahead: false });
  }

  /** While a set was being made, its name was claimed for another kind of set. */
  #clash(name: string): void {
    this.#busy.add(name);
    const slot = this.#slots.get(name);
    if (slot) slot.present = slot.conflict = true;
    else
      this.#slots.set(name, {
        content: { kind: "foreign" },
        wanted: false,
        present: true,
        conflict: false,
        ahead: false,
      });
  }

  #gone(name: string, slot: Slot): void {
    if (this.#slots.get(name) !== slot || !slot.wanted) {
      const current = this.#slots.get(name);
      if (current === slot) this.#slots.delete(name);
      else if (current) current.present = current.conflict = false;
      return;
    }
    saw(slot, undefined);
  }
}

function isAtRest({ content, wanted, present, conflict, ahead, givenUp }: Slot): boolean {
  if (givenUp) return true;
  return wanted && present && !conflict && !ahead && content.kind !== "foreign" && !content.delta.isPending(true);
}

function contentOf(name: string, state: SetState): Content {
  if (state.kind === "set") return { kind: "set", delta: new ElementDelta(state.spec) };
  if (state.kind === "map") return { kind: "map", delta: new EntryDelta(name) };
  return { kind: "foreign" };
}

function saw(slot: Slot, state: SetState | undefined): void {
  const { content } = slot;
  slot.present = state !== undefined;
  slot.conflict = slot.ahead = false;
  if (content.kind === "set") {
    const same = state?.kind === "set" && sameSpec(state.spec, content.delta.spec);
    slot.conflict = state !== undefined && !same;
    content.delta.sawAll(same ? state.keys : []);
  } else if (content.kind === "map") {
    slot.conflict = state !== undefined && state.kind !== "map";
    content.delta.sawAll(state?.kind === "map" ? state.entries : new Map());
  }
}
