import { type Change, set } from "../../lib/change.ts";
import type { Prefix } from "../../net/prefix.ts";
import type { MemberDelta } from "../output.ts";
import type { SetId, SetSpec } from "../set.ts";
import { MemberSet } from "./member-set.ts";

/**
 * A set with a fixed name that always exists, of prefixes that named things bring. It is of kind `net` from the start: to
 * be a set of addresses for the moments without a prefix would only mean to be replaced.
 */
export class ContributedSet {
  readonly id: SetId;
  readonly #about: string;
  readonly #members = new MemberSet("address");
  readonly #brought = new Map<string, readonly Prefix[]>();
  #isTold = false;

  /** `about`: what its members are. */
  constructor(id: SetId, about: string) {
    this.id = id;
    this.#about = about;
  }

  /** The thing called `name` brings these now, whose host bits are clear. */
  on(name: string, prefixes: readonly Prefix[]): void {
    for (const prefix of prefixes) this.#members.add(prefix);
    for (const prefix of this.#brought.get(name) ?? []) this.#members.drop(prefix);
    if (prefixes.length > 0) this.#brought.set(name, prefixes);
    else this.#brought.delete(name);
  }

  /** Tells what changed since the last flush. */
  flush(sets: Change<SetId, SetSpec>[], members: Map<SetId, MemberDelta>): void {
    if (!this.#isTold) sets.push(set(this.id, { id: this.id, kind: "net", about: this.#about }));
    this.#isTold = true;
    const delta = this.#members.flush();
    if (delta) members.set(this.id, delta);
  }
}
